#include "ca-client/pkcs10.h"

#include "ca-client/request_extensions.h"
#include "ca-client/signature_algorithm.h"
#include "engine/base/der.h"
#include "engine/base/text.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::ca {
namespace {

using engine::Template;

constexpr std::string_view kOsVersionAttribute = "1.3.6.1.4.1.311.13.2.3";
constexpr std::string_view kProviderAttribute = "1.3.6.1.4.1.311.13.2.2";
constexpr std::string_view kRenewalAttribute = "1.3.6.1.4.1.311.13.1";
constexpr std::string_view kNameValueAttribute = "1.3.6.1.4.1.311.13.2.1";
// The specification names 1.3.6.1.4.1.311.2.1.14; Windows since Vista sends this twin.
constexpr std::string_view kExtensionsAttribute = "1.2.840.113549.1.9.14";

// [MS-WCCE] 2.2.2.7.1: major.minor.build.platform.  The family of the clients whose behaviour this
// program follows, and build 0, which Windows never had; certification authorities ignore it.
constexpr std::string_view kOsVersion = "10.0.0.2";

// [MS-WCCE] 3.1.2.4.2.2.2.10: the names of the old certificate go into a renewal only where the
// template lets the requester supply names at all.
const CertificateView* source_of_names(const Pkcs10Input& input) {
    namespace flag = engine::name_flag;
    const std::uint32_t flags = input.wanted.name_flags;
    const bool supplied =
        (flags & (flag::kEnrolleeSuppliesSubject | flag::kEnrolleeSuppliesAltName)) != 0;
    const bool carried = (flags & flag::kOldCertificateSuppliesNames) != 0;
    return supplied && carried ? input.predecessor : nullptr;
}

// [MS-WCCE] 2.2.2.7.10.  Windows writes the pair itself, without the SEQUENCE OF around it; two
// values in one attribute are refused there, so each pair is an attribute of its own.
Bytes name_value(std::string_view name, std::string_view value) {
    return attribute(kNameValueAttribute,
                     der::sequence({der::bmp_string(name), der::bmp_string(value)}));
}

std::vector<Bytes> attributes(const Pkcs10Input& input, ByteView extensions) {
    std::vector<Bytes> all = {
        attribute(kOsVersionAttribute, der::ia5_string(kOsVersion)),
        client_info_attribute(input.requester),
        attribute(kExtensionsAttribute, extensions),
    };
    for (const auto& [name, value] : name_value_pairs(input.requester)) {
        all.push_back(name_value(name, value));
    }
    if (!input.wanted.providers.empty()) {
        all.push_back(attribute(kProviderAttribute,
                                der::sequence({der::integer(input.wanted.default_key_spec),
                                               der::bmp_string(input.wanted.providers.front().name),
                                               der::bit_string({})})));
    }
    if (input.predecessor != nullptr) {
        all.push_back(attribute(kRenewalAttribute, input.predecessor->certificate));
    }
    return all;
}

// RFC 2986 4.1
Bytes request_info(const Pkcs10Input& input, ByteView public_key_info, ByteView extensions) {
    Bytes implicit_set = der::set_of(attributes(input, extensions));
    implicit_set.front() = static_cast<std::uint8_t>(der::context_constructed(0));
    const Bytes empty_subject = der::sequence({});
    const CertificateView* names = source_of_names(input);
    return der::sequence({der::integer(0), names != nullptr ? names->subject : empty_subject,
                          public_key_info, implicit_set});
}

struct RequestSignature {
    Bytes algorithm{};
    Bytes value{};
};

Result<RequestSignature> signature_of(ByteView info, const engine::SignatureScheme& scheme,
                                      engine::PrivateKey& key, engine::Crypto& crypto) {
    if (!key.signs()) {
        return RequestSignature{digest_algorithm(scheme.hash), crypto.digest(scheme.hash, info)};
    }
    auto signature = key.sign(scheme, info);
    if (!signature) {
        return pass(signature, "sign");
    }
    return RequestSignature{signature_algorithm(key.algorithm(), scheme), std::move(*signature)};
}

Result<Bytes> build(const Pkcs10Input& input, engine::PrivateKey& key, engine::Crypto& crypto) {
    const Template& wanted = input.wanted;
    auto scheme = signature_scheme(wanted);
    if (!scheme) {
        return pass(scheme);
    }
    const CertificateView* names = source_of_names(input);
    auto extensions =
        request_extensions(wanted, key.public_key_info(),
                           names != nullptr ? names->alternative_names : ByteView{}, crypto);
    if (!extensions) {
        return pass(extensions);
    }
    const Bytes info = request_info(input, key.public_key_info(), *extensions);
    auto signature = signature_of(info, *scheme, key, crypto);
    if (!signature) {
        return pass(signature);
    }
    return der::sequence({info, signature->algorithm, der::bit_string(signature->value)});
}

}  // namespace

std::string context_of(std::string_view kind, const Template& wanted) {
    return std::string(kind) + " for template " + printable(wanted.name);
}

Result<Bytes> build_pkcs10(const Pkcs10Input& input, engine::PrivateKey& key,
                           engine::Crypto& crypto) {
    auto request = build(input, key, crypto);
    if (!request) {
        const bool renews = input.predecessor != nullptr;
        return pass(request, context_of(renews ? "renewal" : "request", input.wanted));
    }
    return request;
}

}  // namespace ae::ca
