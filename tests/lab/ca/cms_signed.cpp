#include "tests/lab/ca/cms_signed.h"

#include <algorithm>

#include <openssl/rsa.h>

namespace ae::labca {
namespace {

constexpr std::string_view kOidContentType = "1.2.840.113549.1.9.3";
constexpr std::string_view kOidMessageDigest = "1.2.840.113549.1.9.4";
constexpr std::string_view kOidNoSignature = "1.3.6.1.5.5.7.6.2";
constexpr std::string_view kOidRsaPss = "1.2.840.113549.1.1.10";
constexpr std::string_view kOidRsa = "1.2.840.113549.1.1.1";
constexpr std::string_view kOidSha256 = "2.16.840.1.101.3.4.2.1";
constexpr std::string_view kOidEcdsaSha256 = "1.2.840.10045.4.3.2";
constexpr std::size_t kMaxParts = 64;

Bytes copy(View bytes) { return {bytes.begin(), bytes.end()}; }

SignerInfo read_signer(View content) {
    DerReader in(content);
    SignerInfo signer;
    in.integer();  // version
    if (const auto by_key = in.optional(tag::context_primitive(0))) {
        signer.key_identifier = copy(by_key->content);
    } else {
        DerReader sid = in.inside(tag::kSequence);
        signer.issuer = copy(sid.expect(tag::kSequence).whole);
        signer.serial = copy(sid.expect(tag::kInteger).whole);
    }
    signer.digest_oid = in.inside(tag::kSequence).oid();
    if (const auto attributes = in.optional(tag::context(0))) {
        signer.signed_attributes = copy(attributes->content);
    }
    signer.signature_oid = in.inside(tag::kSequence).oid();
    signer.signature = copy(in.expect(tag::kOctets).content);
    if (const auto attributes = in.optional(tag::context(1))) {
        signer.unsigned_attributes = read_attributes(attributes->content);
    }
    in.end();
    return signer;
}

bool verify_bytes(EVP_PKEY* key, const EVP_MD* algorithm, bool pss, View signature, View data) {
    const UniqueDigest context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (EVP_DigestVerifyInit(context.get(), &parameters, algorithm, nullptr, key) != 1) {
        return false;
    }
    if (pss && (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
                EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_AUTO) != 1)) {
        return false;
    }
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(),
                            data.size()) == 1;
}

const Attribute* find(const std::vector<Attribute>& attributes, std::string_view oid) {
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [oid](const Attribute& a) { return a.oid == oid; });
    return found == attributes.end() ? nullptr : &*found;
}

Bytes explicit_content(std::string_view type, View content) {
    return der::sequence(der::oid(type), der::tlv(tag::context(0), der::octets(content)));
}

Bytes content_info(const Bytes& signed_data) {
    return der::sequence(der::oid(kOidSignedData), der::tlv(tag::context(0), signed_data));
}

}  // namespace

std::vector<Attribute> read_attributes(View content_of_set) {
    std::vector<Attribute> attributes;
    for (DerReader in(content_of_set); !in.done();) {
        if (attributes.size() >= kMaxParts) {
            throw ParseError("too many attributes");
        }
        DerReader one = in.inside(tag::kSequence);
        Attribute attribute;
        attribute.oid = one.oid();
        DerReader values = one.inside(tag::kSet);
        while (!values.done()) {
            attribute.values.push_back(copy(values.next().whole));
        }
        one.end();
        attributes.push_back(std::move(attribute));
    }
    return attributes;
}

bool is_signed_data(View message) {
    try {
        DerReader in(single_der(message).content);
        return in.oid() == kOidSignedData;
    } catch (const ParseError&) {
        return false;
    }
}

SignedData read_signed_data(View message) {
    const Tlv outer = single_der(message);
    if (outer.tag != tag::kSequence) {
        throw ParseError("not a CMS message");
    }
    DerReader info(outer.content);
    if (info.oid() != kOidSignedData) {
        throw ParseError("not CMS SignedData");
    }
    DerReader in = info.inside(tag::context(0)).inside(tag::kSequence);
    info.end();
    SignedData data;
    in.integer();
    in.expect(tag::kSet);
    DerReader content = in.inside(tag::kSequence);
    data.content_type = content.oid();
    if (const auto explicit_part = content.optional(tag::context(0))) {
        data.content = copy(DerReader(explicit_part->content).expect(tag::kOctets).content);
    }
    if (const auto bag = in.optional(tag::context(0))) {
        for (DerReader certificates(bag->content); !certificates.done();) {
            data.certificates.push_back(copy(certificates.next().whole));
            if (data.certificates.size() > kMaxParts) {
                throw ParseError("too many certificates");
            }
        }
    }
    in.optional(tag::context(1));
    for (DerReader signers = in.inside(tag::kSet); !signers.done();) {
        data.signers.push_back(read_signer(signers.expect(tag::kSequence).content));
        if (data.signers.size() > kMaxParts) {
            throw ParseError("too many signers");
        }
    }
    in.end();
    return data;
}

std::optional<Bytes> certificate_of(const SignedData& data, const SignerInfo& signer) {
    for (const Bytes& der : data.certificates) {
        DerReader body = DerReader(der).inside(tag::kSequence).inside(tag::kSequence);
        body.optional(tag::context(0));
        const View serial = body.expect(tag::kInteger).whole;
        body.next();
        const View issuer = body.expect(tag::kSequence).whole;
        if (std::equal(serial.begin(), serial.end(), signer.serial.begin(), signer.serial.end()) &&
            std::equal(issuer.begin(), issuer.end(), signer.issuer.begin(), signer.issuer.end())) {
            return der;
        }
    }
    return std::nullopt;
}

bool verify_signer(const SignedData& data, const SignerInfo& signer, EVP_PKEY* key) {
    const EVP_MD* algorithm = digest_by_oid(signer.digest_oid);
    if (algorithm == nullptr) {
        return false;
    }
    const Bytes content_digest = digest(algorithm, data.content);
    Bytes signed_bytes = data.content;
    if (!signer.signed_attributes.empty()) {
        const auto attributes = read_attributes(signer.signed_attributes);
        const Attribute* type = find(attributes, kOidContentType);
        const Attribute* hash = find(attributes, kOidMessageDigest);
        if (type == nullptr || hash == nullptr ||
            type->values != std::vector<Bytes>{der::oid(data.content_type)} ||
            hash->values != std::vector<Bytes>{der::octets(content_digest)}) {
            return false;
        }
        signed_bytes = der::tlv(tag::kSet, signer.signed_attributes);
    } else if (data.content_type != kOidData) {
        return false;  // RFC 5652 5.3: any other content needs signed attributes
    }
    if (signer.signature_oid == kOidNoSignature) {
        return signer.signature == digest(algorithm, signed_bytes);
    }
    return key != nullptr && verify_bytes(key, algorithm, signer.signature_oid == kOidRsaPss,
                                          signer.signature, signed_bytes);
}

Bytes degenerate_signed_data(const std::vector<Bytes>& certificates,
                             const std::vector<Bytes>& crls) {
    std::vector<Bytes> parts{der::integer(1), der::set(), der::sequence(der::oid(kOidData)),
                             der::join(tag::context(0), certificates)};
    if (!crls.empty()) {
        parts.push_back(der::join(tag::context(1), crls));
    }
    parts.push_back(der::set());
    return content_info(der::join(tag::kSequence, parts));
}

Bytes sign_data(std::string_view content_type, View content, const std::vector<Bytes>& bag,
                X509* signer, EVP_PKEY* key) {
    const Bytes sha256 = der::sequence(der::oid(kOidSha256), der::null());
    const Bytes attributes_content = [&] {
        Bytes type = der::sequence(der::oid(kOidContentType), der::set(der::oid(content_type)));
        const Bytes hash = der::sequence(der::oid(kOidMessageDigest),
                                         der::set(der::octets(digest(EVP_sha256(), content))));
        append(type, hash);  // already in DER SET order: the shorter element comes first
        return type;
    }();
    const Bytes to_sign = der::tlv(tag::kSet, attributes_content);
    const UniqueDigest context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, to_sign.data(), to_sign.size()) != 1) {
        throw std::runtime_error("the CA key cannot sign");
    }
    Bytes signature(size);
    if (EVP_DigestSign(context.get(), signature.data(), &size, to_sign.data(), to_sign.size()) !=
        1) {
        throw std::runtime_error("the CA key cannot sign");
    }
    signature.resize(size);
    const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    const Bytes signature_algorithm = rsa ? der::sequence(der::oid(kOidRsa), der::null())
                                          : der::sequence(der::oid(kOidEcdsaSha256));
    const Bytes certificate = encode_certificate(signer);
    DerReader body = DerReader(certificate).inside(tag::kSequence).inside(tag::kSequence);
    body.optional(tag::context(0));
    const Bytes serial = copy(body.expect(tag::kInteger).whole);
    body.next();
    const Bytes issuer = copy(body.expect(tag::kSequence).whole);
    const Bytes signer_info = der::sequence(der::integer(1), der::sequence(issuer, serial), sha256,
                                            der::tlv(tag::context(0), attributes_content),
                                            signature_algorithm, der::octets(signature));
    return content_info(der::sequence(der::integer(3), der::set(sha256),
                                      explicit_content(content_type, content),
                                      der::join(tag::context(0), bag), der::set(signer_info)));
}

UniqueX509 parse_certificate(View der) {
    const unsigned char* at = der.data();
    UniqueX509 certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || at != der.data() + der.size()) {
        throw ParseError("not an X.509 certificate");
    }
    return certificate;
}

Bytes encode_certificate(X509* certificate) {
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0) {
        throw std::runtime_error("a certificate could not be encoded");
    }
    Bytes out(static_cast<std::size_t>(size));
    unsigned char* at = out.data();
    i2d_X509(certificate, &at);
    return out;
}

Bytes digest(const EVP_MD* algorithm, View data) {
    Bytes out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (EVP_Digest(data.data(), data.size(), out.data(), &size, algorithm, nullptr) != 1) {
        throw std::runtime_error("no such digest");
    }
    out.resize(size);
    return out;
}

const EVP_MD* digest_by_oid(std::string_view oid) {
    // Not EVP_get_digestbynid: that also answers for signature algorithms, with their digest.
    if (oid == "1.3.14.3.2.26") {
        return EVP_sha1();
    }
    if (oid == kOidSha256) {
        return EVP_sha256();
    }
    if (oid == "2.16.840.1.101.3.4.2.2") {
        return EVP_sha384();
    }
    return oid == "2.16.840.1.101.3.4.2.3" ? EVP_sha512() : nullptr;
}

}  // namespace ae::labca
