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
    std::string algorithm = "RSA";
    std::vector<std::string> providers{};  // empty: any
};

// The first provider of the list that is here decides; RSA when the list is empty.  Those after it
// may only stand in for it: with the same algorithm.
LegacyChoice legacy_choice(const Template& wanted, const std::vector<std::string>& providers) {
    LegacyChoice chosen;
    for (const ProviderChoice& choice : wanted.providers) {
        if (!is_here(providers, choice.name)) {
            continue;
        }
        const Provider& provider = offers_of(choice.name);
        const Offer offer =
            wanted.default_key_spec == kSignature ? provider.signature : provider.exchange;
        if (offer == Offer::other && chosen.providers.empty()) {
            return {.algorithm = wanted.default_key_spec == kKeyExchange ? "DH" : "DSA"};
        }
        if (offer == Offer::rsa) {
            chosen.providers.push_back(choice.name);
        }
    }
    return chosen;
}

// Of a v3 or v4 template, whose list names key storage providers.
std::vector<std::string> all_here(const Template& wanted,
                                  const std::vector<std::string>& providers) {
    std::vector<std::string> here;
    for (const ProviderChoice& choice : wanted.providers) {
        if (is_here(providers, choice.name)) {
            here.push_back(choice.name);
        }
    }
    return here;
}

// What the key's store must know besides algorithm and length.
KeyRequest request_of(const Template& wanted) {
    KeyRequest request;
    request.template_name = wanted.name;
    request.exportable = (wanted.private_key_flags & private_key_flag::kExportable) != 0
                             ? KeyExport::allowed
                             : KeyExport::refused;
    request.archival = archival_of(wanted, Occasion::enroll);  // of a new key, whatever for
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
    KeyPurpose purpose = KeyPurpose::signature;
};
constexpr std::array kAlgorithms = {
    Algorithm{"RSA", KeyAlgorithm::rsa, 0},
    Algorithm{"ECDSA_P256", KeyAlgorithm::ecdsa_p256, 256},
    Algorithm{"ECDSA_P384", KeyAlgorithm::ecdsa_p384, 384},
    Algorithm{"ECDSA_P521", KeyAlgorithm::ecdsa_p521, 521},
    Algorithm{"ECDH_P256", KeyAlgorithm::ecdsa_p256, 256, KeyPurpose::agreement},
    Algorithm{"ECDH_P384", KeyAlgorithm::ecdsa_p384, 384, KeyPurpose::agreement},
    Algorithm{"ECDH_P521", KeyAlgorithm::ecdsa_p521, 521, KeyPurpose::agreement},
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

KeyRefusal no_algorithm(std::string reason) {
    return KeyRefusal{KeyObstacle::algorithm, std::move(reason)};
}

// What the private-key flags ask for and a key of this kind cannot give.
std::optional<KeyRefusal> check_flags(const Template& wanted, const Algorithm& algorithm) {
    const bool rsa = algorithm.algorithm == KeyAlgorithm::rsa;
    if (!rsa && archival_of(wanted, Occasion::enroll) == KeyArchival::once) {
        // [P] [MS-WCCE] 2.2.2.9.3 has a form for ECDH keys, whose octet order nobody has seen.
        return no_algorithm("private-key archival is for RSA keys only, and it wants " +
                            std::string(algorithm.name));
    }
    // [MS-WCCE] 3.1.2.4.2.2.2.8: for elliptic curves the flag asks for what we send anyway.
    if (rsa && legacy_cryptography(wanted) &&
        (wanted.private_key_flags & private_key_flag::kAlternateSignatureAlgorithm) != 0) {
        return no_algorithm(
            "a provider of the older kind makes no signatures in the alternate format "
            "(RSASSA-PSS)");
    }
    return std::nullopt;
}

// Bits of a new RSA key.
unsigned rsa_bits(const Template& wanted) {
    const unsigned bits = std::max<unsigned>(wanted.minimal_key_size, kMinimalRsaBits);
    return (bits + kRsaStep - 1) / kRsaStep * kRsaStep;
}

std::optional<KeyRefusal> check_length(const Template& wanted, const Algorithm& algorithm) {
    const std::string minimum = std::to_string(wanted.minimal_key_size);
    if (algorithm.curve_bits == 0) {
        return wanted.minimal_key_size > kMaximalRsaBits
                   ? std::optional(no_algorithm("no RSA key has " + minimum + " bits here"))
                   : std::nullopt;
    }
    return wanted.minimal_key_size > algorithm.curve_bits
               ? std::optional(no_algorithm(std::string(algorithm.name) +
                                            " is shorter than the template's own minimum of " +
                                            minimum + " bits"))
               : std::nullopt;
}

}  // namespace

KeyArchival archival_of(const Template& wanted, Occasion occasion) {
    using namespace private_key_flag;
    const auto asks = [&](std::uint32_t flag) { return (wanted.private_key_flags & flag) != 0; };
    // [MS-WCCE] 3.1.2.4.2.2.2.8: the CA has the key already, and it cannot be had again.
    const bool same_key = occasion == Occasion::renew && asks(kSameKeyRenewal);
    return asks(kRequireArchival) && !(same_key && !asks(kExportable)) ? KeyArchival::once
                                                                       : KeyArchival::none;
}

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
        choice.key.providers = std::move(legacy.providers);
    } else {
        name = name.empty() ? "RSA" : name;
        choice.key.providers = all_here(wanted, providers);
    }
    const Algorithm* algorithm = find_named(kAlgorithms, name);
    if (algorithm == nullptr) {
        return no_algorithm("this client makes no " + name + " keys");
    }
    const Hash* hash = find_named(kHashes, wanted.hash_algorithm);
    if (hash == nullptr) {
        return no_algorithm("this client signs no request with " + wanted.hash_algorithm);
    }
    for (const auto check : {check_length, check_flags}) {
        if (auto refusal = check(wanted, *algorithm)) {
            return *refusal;
        }
    }
    choice.hash = hash->algorithm;
    choice.key.algorithm = algorithm->algorithm;
    choice.key.purpose = algorithm->purpose;
    choice.key.bits = algorithm->curve_bits == 0 ? rsa_bits(wanted) : algorithm->curve_bits;
    return choice;
}

}  // namespace ae::engine
