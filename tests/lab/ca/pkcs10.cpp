#include "tests/lab/ca/pkcs10.h"

namespace ae::labca {
namespace {

constexpr std::uint32_t kInvalidData = 0x8007000D;
constexpr std::uint32_t kBadSignature = 0x80090006;
constexpr std::string_view kOidExtensionsPkcs9 = "1.2.840.113549.1.9.14";
constexpr std::string_view kOidExtensionsMs = "1.3.6.1.4.1.311.2.1.14";
constexpr std::string_view kOidNameValue = "1.3.6.1.4.1.311.13.2.1";
constexpr std::string_view kOidEcdsaSpecified = "1.2.840.10045.4.3";
constexpr std::string_view kOidRenewal = "1.3.6.1.4.1.311.13.1";

// X9.62's ecdsa-with-Specified: the digest stands in the parameters.  OpenSSL does not know it.
bool verify_specified(const Tlv& info, DerReader parameters, View signature, EVP_PKEY* key) {
    const EVP_MD* named = digest_by_oid(parameters.inside(tag::kSequence).oid());
    const UniqueDigest context(EVP_MD_CTX_new());
    return named != nullptr &&
           EVP_DigestVerifyInit(context.get(), nullptr, named, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), info.whole.data(),
                            info.whole.size()) == 1;
}

void verify_self_signature(View der, const Tlv& info, DerReader& after_info,
                           NullSignature null_signature, EVP_PKEY* key) {
    DerReader identifier = after_info.inside(tag::kSequence);
    const std::string algorithm = identifier.oid();
    const View bits = after_info.expect(tag::kBitString).content;
    after_info.end();
    if (bits.empty() || bits[0] != 0) {
        refuse(kInvalidData, "the request's signature is malformed");
    }
    if (const EVP_MD* plain = digest_by_oid(algorithm);
        plain != nullptr && null_signature == NullSignature::allowed) {
        const Bytes expected = digest(plain, info.whole);
        if (!std::equal(expected.begin(), expected.end(), bits.begin() + 1, bits.end())) {
            refuse(kBadSignature, "the request's null signature is wrong");
        }
        return;
    }
    if (algorithm == kOidEcdsaSpecified) {
        if (!verify_specified(info, identifier, bits.subspan(1), key)) {
            refuse(kBadSignature, "the request's signature does not verify");
        }
        return;
    }
    const unsigned char* at = der.data();
    const std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>> request(
        d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
    if (!request || X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1) {
        refuse(kBadSignature, "the request's signature does not verify");
    }
}

void read_attribute(const Attribute& attribute, CertificateRequest& request) {
    // [MS-WCCE] 3.2.1.4.2.1.4.1.1: one value per attribute.
    if (attribute.values.size() != 1) {
        refuse(kInvalidData, "attribute " + attribute.oid + " does not have exactly one value");
    }
    const Bytes& value = attribute.values[0];
    if (attribute.oid == kOidExtensionsPkcs9 || attribute.oid == kOidExtensionsMs) {
        read_extensions(value, request);
    } else if (attribute.oid == kOidRenewal) {
        request.renewal_certificate = value;
    } else if (attribute.oid == kOidNameValue) {
        DerReader pair = DerReader(value).inside(tag::kSequence);
        const std::string name = der_text(pair.next());
        const std::string text = der_text(pair.next());
        pair.end();
        add_attribute(request, name, text);
    }
}

}  // namespace

void refuse(std::uint32_t hresult, const std::string& text) { throw HresultError(hresult, text); }

void add_attribute(CertificateRequest& request, std::string_view name, std::string_view value) {
    for (const auto& [key, text] :
         parse_attribute_lines(std::string(name) + ":" + std::string(value))) {
        request.attributes[key] = text;
    }
}

void read_extensions(View extensions_element, CertificateRequest& request) {
    DerReader list = DerReader(extensions_element).inside(tag::kSequence);
    while (!list.done()) {
        DerReader one = list.inside(tag::kSequence);
        RequestExtension extension;
        extension.oid = one.oid();
        if (const auto critical = one.optional(tag::kBoolean)) {
            extension.critical = !critical->content.empty() && critical->content[0] != 0;
        }
        const View value = one.expect(tag::kOctets).content;
        one.end();
        extension.value.assign(value.begin(), value.end());
        request.extensions.push_back(std::move(extension));
    }
}

void read_pkcs10(View der, NullSignature null_signature, CertificateRequest& request) {
    const Tlv outer = single_der(der);
    if (outer.tag != tag::kSequence) {
        throw ParseError("not a PKCS #10 request");
    }
    DerReader parts(outer.content);
    const Tlv info = parts.expect(tag::kSequence);
    DerReader in(info.content);
    in.integer();
    const View subject = in.expect(tag::kSequence).whole;
    request.subject.assign(subject.begin(), subject.end());
    const View spki = in.expect(tag::kSequence).whole;
    request.spki.assign(spki.begin(), spki.end());
    const auto attributes = in.optional(tag::context(0));
    in.end();
    const unsigned char* at = request.spki.data();
    request.key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(request.spki.size())));
    if (!request.key) {
        refuse(0x80090003, "the request's public key cannot be read");
    }
    verify_self_signature(der, info, parts, null_signature, request.key.get());
    if (attributes) {
        for (const Attribute& attribute : read_attributes(attributes->content)) {
            read_attribute(attribute, request);
        }
    }
}

}  // namespace ae::labca
