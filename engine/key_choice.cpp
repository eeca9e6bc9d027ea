#include "engine/key_choice.h"

#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace ae::engine {
namespace {

constexpr unsigned kMinimalRsaBits = 2048;   // [P] the provider table's 512 and 1024 are history
constexpr unsigned kMaximalRsaBits = 16384;  // what native providers make
constexpr unsigned kRsaStep = 64;            // what native providers accept

constexpr std::uint32_t kKeyExchange = 1;  // [MS-CRTD] 2.14 pKIDefaultKeySpec
constexpr std::uint32_t kSignature = 2;

enum class Offer { none, rsa, other };

// [MS-WCCE] 3.1.2.4.2.2.1.6: the providers that the specification names.
// What each can make; whether it is here is the caller's to say.
struct Provider {
    std::string_view name;
    Offer exchange;
    Offer signature;
};
constexpr std::array kProviders = {
    Provider{"Microsoft Base Cryptographic Provider v1.0", Offer::rsa, Offer::rsa},
    Provider{"Microsoft Strong Cryptographic Provider", Offer::rsa, Offer::rsa},
    Provider{"Microsoft Enhanced Cryptographic Provider v1.0", Offer::rsa, Offer::rsa},
    Provider{"Microsoft Enhanced RSA and AES Cryptographic Provider", Offer::rsa, Offer::rsa},
    Provider{"Microsoft RSA SChannel Cryptographic Provider", Offer::rsa, Offer::none},
    Provider{"Microsoft Base DSS Cryptographic Provider", Offer::none, Offer::other},
    Provider{"Microsoft Base DSS and Diffie-Hellman Cryptographic Provider", Offer::other,
             Offer::other},
    Provider{"Microsoft Enhanced DSS and Diffie-Hellman Cryptographic Provider", Offer::other,
             Offer::other},
    Provider{"Microsoft DH SChannel Cryptographic Provider", Offer::other, Offer::none},
    Provider{"Microsoft Software Key Storage Provider", Offer::rsa, Offer::rsa},
};

constexpr Provider kUnlisted{"", Offer::rsa, Offer::rsa};

bool is_here(const std::vector<std::string>& providers, std::string_view name) {
    return std::ranges::any_of(
        providers, [&](const std::string& here) { return equal_ignoring_case(here, name); });
}

const Provider& offers_of(std::string_view name) {
    const auto* at = std::ranges::find_if(
        kProviders, [&](const Provider& known) { return equal_ignoring_case(known.name, name); });
    return at == kProviders.end() ? kUnlisted : *at;
}

// True when the algorithm comes from the provider list and not from msPKI-Asymmetric-Algorithm.
bool legacy_cryptography(const Template& wanted) {
    return wanted.schema_version < 3 ||
           (wanted.schema_version == 4 &&
            (wanted.private_key_flags & private_key_flag::kUseLegacyProvider) != 0);
}

std::optional<KeyRefusal> check_providers(const Template& wanted,
                                          const std::vector<std::string>& providers) {
    std::vector<std::string> names;
    for (const ProviderChoice& choice : wanted.providers) {
        if (is_here(providers, choice.name)) {
            return std::nullopt;
        }
        names.push_back(choice.name);
    }
    if (names.empty()) {
        return std::nullopt;  // any provider will do
    }
    return KeyRefusal{KeyObstacle::provider, "none of its providers is here: " + join(names, ", ")};
}

// What the template's own providers offer for its kind of key.
struct LegacyChoice {
    std::string algorithm;
    std::string provider{};  // empty: any
};

// The first provider of the list that is here decides; RSA when the list is empty.
LegacyChoice legacy_choice(const Template& wanted, const std::vector<std::string>& providers) {
    for (const ProviderChoice& choice : wanted.providers) {
        if (!is_here(providers, choice.name)) {
            continue;
        }
        const Provider& provider = offers_of(choice.name);
        const Offer offer =
            wanted.default_key_spec == kSignature ? provider.signature : provider.exchange;
        if (offer == Offer::other) {
            return {wanted.default_key_spec == kKeyExchange ? "DH" : "DSA"};
        }
        if (offer == Offer::rsa) {
            return {"RSA", choice.name};
        }
    }
    return {"RSA"};
}

// Of a v3 or v4 template, whose list names key storage providers.
std::string first_here(const Template& wanted, const std::vector<std::string>& providers) {
    const auto first = std::ranges::find_if(wanted.providers, [&](const ProviderChoice& choice) {
        return is_here(providers, choice.name);
    });
    return first == wanted.providers.end() ? std::string() : first->name;
}

// What the key's store must know besides algorithm and length.
KeyRequest request_of(const Template& wanted) {
    KeyRequest request;
    request.template_name = wanted.name;
    request.exportable = (wanted.private_key_flags & private_key_flag::kExportable) != 0
                             ? KeyExport::allowed
                             : KeyExport::refused;
    request.security_descriptor = wanted.key_security_descriptor;
    if (legacy_cryptography(wanted)) {
        request.spec =
            wanted.default_key_spec == kSignature ? KeySpec::signature : KeySpec::exchange;
    } else {
        request.cng_usage = wanted.cng_key_usage;
    }
    return request;
}

struct Algorithm {
    std::string_view name;
    KeyAlgorithm algorithm;
    unsigned curve_bits;  // 0: the length is the template's
};
constexpr std::array kAlgorithms = {
    Algorithm{"RSA", KeyAlgorithm::rsa, 0},
    Algorithm{"ECDSA_P256", KeyAlgorithm::ecdsa_p256, 256},
    Algorithm{"ECDSA_P384", KeyAlgorithm::ecdsa_p384, 384},
    Algorithm{"ECDSA_P521", KeyAlgorithm::ecdsa_p521, 521},
    Algorithm{"ECDH_P256", KeyAlgorithm::ecdsa_p256, 256},
    Algorithm{"ECDH_P384", KeyAlgorithm::ecdsa_p384, 384},
    Algorithm{"ECDH_P521", KeyAlgorithm::ecdsa_p521, 521},
};

struct Hash {
    std::string_view name;
    HashAlgorithm algorithm;
};
constexpr std::array kHashes = {
    Hash{"", HashAlgorithm::sha256},       Hash{"SHA1", HashAlgorithm::sha1},
    Hash{"SHA256", HashAlgorithm::sha256}, Hash{"SHA384", HashAlgorithm::sha384},
    Hash{"SHA512", HashAlgorithm::sha512},
};

template <class Table>
auto find_named(const Table& table, std::string_view name) -> decltype(table.data()) {
    for (const auto& row : table) {
        if (equal_ignoring_case(row.name, name)) {
            return &row;
        }
    }
    return nullptr;
}

std::variant<KeyChoice, KeyRefusal> no_algorithm(std::string reason) {
    return KeyRefusal{KeyObstacle::algorithm, std::move(reason)};
}

}  // namespace

std::variant<KeyChoice, KeyRefusal> choose_key(const Template& wanted,
                                               const std::vector<std::string>& providers) {
    if (auto refusal = check_providers(wanted, providers)) {
        return *refusal;
    }
    KeyChoice choice;
    choice.key = request_of(wanted);
    std::string name = wanted.asymmetric_algorithm;
    if (legacy_cryptography(wanted)) {
        LegacyChoice legacy = legacy_choice(wanted, providers);
        name = std::move(legacy.algorithm);
        choice.key.provider = std::move(legacy.provider);
    } else {
        name = name.empty() ? "RSA" : name;
        choice.key.provider = first_here(wanted, providers);
    }
    const Algorithm* algorithm = find_named(kAlgorithms, name);
    if (algorithm == nullptr) {
        return no_algorithm("this client makes no " + name + " keys");
    }
    const std::string& digest = wanted.hash_algorithm;
    const Hash* hash = find_named(kHashes, digest);
    if (hash == nullptr) {
        return no_algorithm("this client signs no request with " + digest);
    }

    choice.hash = hash->algorithm;
    choice.key.algorithm = algorithm->algorithm;
    choice.key.bits = algorithm->curve_bits;
    if (algorithm->curve_bits == 0) {
        if (wanted.minimal_key_size > kMaximalRsaBits) {
            return no_algorithm("no RSA key has " + std::to_string(wanted.minimal_key_size) +
                                " bits here");
        }
        const unsigned bits = std::max<unsigned>(wanted.minimal_key_size, kMinimalRsaBits);
        choice.key.bits = (bits + kRsaStep - 1) / kRsaStep * kRsaStep;
    } else if (wanted.minimal_key_size > algorithm->curve_bits) {
        return no_algorithm(name + " is shorter than the template's own minimum of " +
                            std::to_string(wanted.minimal_key_size) + " bits");
    }
    return choice;
}

}  // namespace ae::engine
