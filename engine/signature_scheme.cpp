#include "engine/signature_scheme.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <array>

namespace ae::engine {
namespace {

using der::Reader;
using der::Tag;

constexpr std::string_view kRsaPss = "1.2.840.113549.1.1.10";        // RFC 4055 3.1
constexpr std::string_view kMgf1 = "1.2.840.113549.1.1.8";           // RFC 4055 2.2
constexpr std::string_view kEcdsaSpecified = "1.2.840.10045.4.3";    // X9.62: the digest beside it
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";  // RFC 3370 3.2
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";

struct HashName {
    std::string_view oid;
    HashAlgorithm hash;
};
constexpr std::array kHashNames = {
    HashName{"1.3.14.3.2.26", HashAlgorithm::sha1},
    HashName{"2.16.840.1.101.3.4.2.1", HashAlgorithm::sha256},
    HashName{"2.16.840.1.101.3.4.2.2", HashAlgorithm::sha384},
    HashName{"2.16.840.1.101.3.4.2.3", HashAlgorithm::sha512},
};
constexpr std::array kSignatureNames = {
    HashName{"1.2.840.113549.1.1.5", HashAlgorithm::sha1},  // RFC 8017 A.2.4
    HashName{"1.2.840.113549.1.1.11", HashAlgorithm::sha256},
    HashName{"1.2.840.113549.1.1.12", HashAlgorithm::sha384},
    HashName{"1.2.840.113549.1.1.13", HashAlgorithm::sha512},
    HashName{"1.2.840.10045.4.1", HashAlgorithm::sha1},  // RFC 5758 3.2
    HashName{"1.2.840.10045.4.3.2", HashAlgorithm::sha256},
    HashName{"1.2.840.10045.4.3.3", HashAlgorithm::sha384},
    HashName{"1.2.840.10045.4.3.4", HashAlgorithm::sha512},
};

template <std::size_t Count>
std::optional<HashAlgorithm> find_in(const std::array<HashName, Count>& names,
                                     std::string_view oid) {
    for (const HashName& name : names) {
        if (name.oid == oid) {
            return name.hash;
        }
    }
    return std::nullopt;
}

std::int64_t octets_of(HashAlgorithm hash) {
    switch (hash) {
        case HashAlgorithm::sha1:
            return 20;
        case HashAlgorithm::sha256:
            return 32;
        case HashAlgorithm::sha384:
            return 48;
        case HashAlgorithm::sha512:
            return 64;
    }
    return 0;
}

// AlgorithmIdentifier, whole.
std::optional<AlgorithmName> read_whole(ByteView octets) {
    Reader outer(octets);
    const auto content = outer.expect(Tag::sequence);
    if (!content || !outer.at_end()) {
        return std::nullopt;
    }
    auto name = read_algorithm(content->content);
    return name ? std::optional(*std::move(name)) : std::nullopt;
}

std::optional<HashAlgorithm> hash_of_whole(ByteView algorithm) {
    const auto name = read_whole(algorithm);
    return name ? hash_of(name->oid) : std::nullopt;
}

// The digest inside MGF1's own AlgorithmIdentifier.
std::optional<HashAlgorithm> hash_of_mask(ByteView algorithm) {
    const auto name = read_whole(algorithm);
    return name && name->oid == kMgf1 ? hash_of_whole(name->parameters) : std::nullopt;
}

std::optional<std::int64_t> number_in(ByteView octets) {
    Reader reader(octets);
    const auto element = reader.expect(Tag::integer);
    if (!element || !reader.at_end()) {
        return std::nullopt;
    }
    const auto value = der::read_integer(element->content);
    return value ? std::optional(*value) : std::nullopt;
}

// RFC 4055 3.1: each part has a default, those of SHA-1.
std::optional<SignatureScheme> read_pss(ByteView parameters) {
    Reader outer(parameters);
    auto fields = outer.enter(Tag::sequence);
    if (!fields || !outer.at_end()) {
        return std::nullopt;
    }
    std::optional<HashAlgorithm> hash = HashAlgorithm::sha1;
    std::optional<HashAlgorithm> mask = HashAlgorithm::sha1;
    std::optional<std::int64_t> salt = octets_of(HashAlgorithm::sha1);
    std::optional<std::int64_t> trailer = 1;
    if (const auto part = fields->optional(der::context_constructed(0))) {
        hash = hash_of_whole(part->content);
    }
    if (const auto part = fields->optional(der::context_constructed(1))) {
        mask = hash_of_mask(part->content);
    }
    if (const auto part = fields->optional(der::context_constructed(2))) {
        salt = number_in(part->content);
    }
    if (const auto part = fields->optional(der::context_constructed(3))) {
        trailer = number_in(part->content);
    }
    const bool usual =
        fields->at_end() && hash && mask == hash && salt == octets_of(*hash) && trailer == 1;
    return usual ? std::optional(SignatureScheme(*hash, RsaPadding::pss)) : std::nullopt;
}

// RFC 5280 4.1.1.
struct SignedPart {
    ByteView body{};
    AlgorithmName algorithm{};
    ByteView signature{};
};

std::optional<SignedPart> signed_part(ByteView certificate) {
    Reader outer(certificate);
    auto fields = outer.enter(Tag::sequence);
    if (!fields) {
        return std::nullopt;
    }
    const auto body = fields->expect(Tag::sequence);
    const auto algorithm = fields->expect(Tag::sequence).and_then([](const der::Element& element) {
        return read_algorithm(element.content);
    });
    const auto signature = fields->expect(Tag::bit_string).and_then([](const der::Element& bits) {
        return der::read_bit_string(bits.content);
    });
    if (!body || !algorithm || !signature) {
        return std::nullopt;
    }
    return SignedPart{body->whole, *algorithm, *signature};
}

}  // namespace

Result<AlgorithmName> read_algorithm(ByteView content) {
    Reader fields(content);
    auto oid = fields.next_oid();
    if (!oid) {
        return pass(oid);
    }
    AlgorithmName name{*std::move(oid), {}};
    if (!fields.at_end()) {
        auto parameters = fields.any();
        if (!parameters) {
            return pass(parameters);
        }
        name.parameters = parameters->whole;
    }
    return fields.finish().map([&](auto) { return std::move(name); });
}

std::optional<HashAlgorithm> hash_of(std::string_view oid) { return find_in(kHashNames, oid); }

std::optional<SignatureScheme> scheme_of(const AlgorithmName& algorithm,
                                         std::optional<HashAlgorithm> digest) {
    if (algorithm.oid == kRsaPss) {
        return read_pss(algorithm.parameters);
    }
    std::optional<HashAlgorithm> hash = find_in(kSignatureNames, algorithm.oid);
    if (algorithm.oid == kEcdsaSpecified) {
        hash = hash_of_whole(algorithm.parameters);
    } else if (algorithm.oid == kRsaEncryption || algorithm.oid == kEcPublicKey) {
        hash = digest;
    }
    return hash ? std::optional(SignatureScheme(*hash)) : std::nullopt;
}

Signature signature_of(ByteView certificate, ByteView public_key_info, Crypto& crypto) {
    const auto part = signed_part(certificate);
    const auto scheme = part ? scheme_of(part->algorithm) : std::nullopt;
    if (!scheme) {
        return Signature::not_understood;
    }
    const bool good =
        crypto.verify(public_key_info, *scheme, part->body, part->signature).value_or(false);
    return good ? Signature::good : Signature::wrong;
}

}  // namespace ae::engine
