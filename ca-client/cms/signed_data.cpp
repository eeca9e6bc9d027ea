#include "ca-client/cms/signed_data.h"

#include "ca-client/request_attributes.h"
#include "ca-client/signature_algorithm.h"
#include "engine/base/der.h"

#include <algorithm>

namespace ae::ca::cms {
namespace {

constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
constexpr std::string_view kContentTypeAttribute = "1.2.840.113549.1.9.3";
constexpr std::string_view kMessageDigestAttribute = "1.2.840.113549.1.9.4";

Bytes explicit_tag(unsigned number, ByteView element) {
    return der::write(der::context_constructed(number), element);
}

Bytes implicit_set(unsigned number, std::vector<Bytes> elements) {
    Bytes set = der::set_of(std::move(elements));
    set.front() = static_cast<std::uint8_t>(der::context_constructed(number));
    return set;
}

bool has_key_identifier(const SignerPlan& signer) {
    return std::holds_alternative<KeyIdentifier>(signer.id);
}

// RFC 5652 5.3: the version tells the form of the name.
Bytes version_and_id(const SignerPlan& signer) {
    std::int64_t version = 1;
    Bytes name;
    if (const auto* key = std::get_if<KeyIdentifier>(&signer.id)) {
        version = 3;
        name = der::write(der::context(0), key->octets);
    } else {
        const auto& certificate = std::get<IssuerAndSerial>(signer.id);
        name = issuer_and_serial(certificate.issuer, certificate.serial_number);
    }
    Bytes both = der::integer(version);
    both.insert(both.end(), name.begin(), name.end());
    return both;
}

// The two that RFC 5652 5.3 demands; empty for plain data, whose octets are signed themselves.
std::vector<Bytes> signed_attributes(const SignedContent& content, engine::HashAlgorithm hash,
                                     engine::Crypto& crypto) {
    if (content.type == kData) {
        return {};
    }
    return {
        attribute(kContentTypeAttribute, der::oid(content.type)),
        attribute(kMessageDigestAttribute, der::octet_string(crypto.digest(hash, content.octets)))};
}

Result<Bytes> signer_info(const SignedContent& content, const SignerPlan& signer,
                          engine::Crypto& crypto) {
    const auto attributes = signed_attributes(content, signer.scheme.hash, crypto);
    // RFC 5652 5.4: what is signed is their SET OF, not the implicit tag under which they are sent.
    const Bytes set = der::set_of(attributes);
    const ByteView message = attributes.empty() ? content.octets : ByteView(set);
    const bool signs = signer.key.signs();
    auto signature = signs ? signer.key.sign(signer.scheme, message)
                           : Result<Bytes>(crypto.digest(signer.scheme.hash, message));
    if (!signature) {
        return pass(signature, std::string(signer.step));
    }
    return der::sequence(
        {version_and_id(signer), digest_algorithm(signer.scheme.hash),
         attributes.empty() ? Bytes{} : implicit_set(0, attributes),
         signs ? signer_algorithm(signer.key.algorithm(), signer.scheme) : no_signature_algorithm(),
         der::octet_string(*signature),
         signer.unsigned_attributes.empty() ? Bytes{}
                                            : implicit_set(1, signer.unsigned_attributes)});
}

// Each digest once.
Bytes digest_algorithms(const std::vector<SignerPlan>& signers) {
    std::vector<Bytes> found;
    for (const SignerPlan& signer : signers) {
        Bytes one = digest_algorithm(signer.scheme.hash);
        if (std::ranges::find(found, one) == found.end()) {
            found.push_back(std::move(one));
        }
    }
    return der::set_of(std::move(found));
}

// RFC 5652 5.1
std::int64_t version_of(const SignedContent& content, const std::vector<SignerPlan>& signers) {
    const bool old_form =
        content.type == kData && std::ranges::none_of(signers, has_key_identifier);
    return old_form ? 1 : 3;
}

Bytes certificate_bag(const std::vector<ByteView>& certificates) {
    Bytes all;
    for (const ByteView one : certificates) {
        all.insert(all.end(), one.begin(), one.end());
    }
    return all.empty() ? Bytes{} : der::write(der::context_constructed(0), all);
}

}  // namespace

Bytes content_info(std::string_view type, ByteView content) {
    return der::sequence({der::oid(type), explicit_tag(0, content)});
}

Bytes issuer_and_serial(ByteView issuer, ByteView serial_number) {
    return der::sequence({issuer, serial_number});
}

Result<Bytes> signed_data(const SignedContent& content, const std::vector<SignerPlan>& signers,
                          engine::Crypto& crypto) {
    Bytes infos;
    for (const SignerPlan& signer : signers) {
        auto one = signer_info(content, signer, crypto);
        if (!one) {
            return one;
        }
        infos.insert(infos.end(), one->begin(), one->end());
    }
    return content_info(
        kSignedData,
        der::sequence({der::integer(version_of(content, signers)), digest_algorithms(signers),
                       content_info(content.type, der::octet_string(content.octets)),
                       certificate_bag(content.certificates), der::write(der::Tag::set, infos)}));
}

}  // namespace ae::ca::cms
