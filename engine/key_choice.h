// Which key and which digest a template asks for, and whether this client can make them
// ([MS-WCCE] 3.1.2.4.2.2.1.6, .2.2.1, .2.2.2, .2.2.5; rule E8).
//
// Not for: making the key (ports.h KeyStore).
// Deviations [P]: RSA below 2048 bits becomes 2048; the digest is SHA-256 where the template names
// none. Pure, any thread.
#pragma once

#include "engine/ports.h"
#include "engine/template.h"

#include <string>
#include <variant>

namespace ae::engine {

struct KeyChoice {
    KeyRequest key{};
    HashAlgorithm hash = HashAlgorithm::sha256;
};

// Whether the private key goes to the CA with the request ([MS-WCCE] 3.1.2.4.2.2.2.8): a renewal
// with the same key sends none, unless that key may be exported.
enum class Occasion { enroll, renew };
KeyArchival archival_of(const Template& wanted, Occasion occasion);

enum class KeyObstacle { provider, algorithm };
struct KeyRefusal {
    KeyObstacle obstacle{};
    std::string reason{};  // one clause
};

// `providers`: what is here (Abilities::providers).  One that [MS-WCCE] does not list is taken to
// make RSA keys.  The key's providers are those of the template's list, in its order, that are here
// and offer the kind of key; none when the template leaves it open.
std::variant<KeyChoice, KeyRefusal> choose_key(const Template& wanted,
                                               const std::vector<std::string>& providers);

}  // namespace ae::engine
