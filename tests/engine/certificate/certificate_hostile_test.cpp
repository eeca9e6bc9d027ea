#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/engine/certificate/certificate_builder.h"

#include <random>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

constexpr const char* kFiles[] = {"wstep-user-abby-first", "otp-logon-2day", "wstep-ent-root-ca",
                                  "globalsign-aeg-user", "suva-issuing-ca"};

}  // namespace

TEST_CASE("a certificate cut off at any octet is refused", "[certificate]") {
    for (const char* file : kFiles) {
        const Bytes whole = certificate_file(file);
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            // A copy of its own size, so that a checker of memory sees a read behind the end.
            const Bytes octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
            const auto facts = parse_certificate(octets);
            REQUIRE_FALSE(facts);
            REQUIRE(facts.error().code == kInvalidData);
        }
    }
}

TEST_CASE("changed octets are read or refused, never more", "[certificate]") {
    std::mt19937_64 random(20261121);
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (const char* file : kFiles) {
        const Bytes whole = certificate_file(file);
        for (int round = 0; round < 4000; ++round) {
            Bytes octets = whole;
            for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
                octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
            }
            const auto facts = parse_certificate(octets);
            if (!facts) {
                ++refused;
                REQUIRE(facts.error().code == kInvalidData);
                continue;
            }
            ++accepted;
            REQUIRE(facts->der == octets);
            REQUIRE(facts->subject_der.size() + facts->issuer_der.size() +
                        facts->public_key_info.size() <
                    octets.size());
        }
    }
    CHECK(accepted > 1000);  // key and signature may be anything
    CHECK(refused > 1000);
}

}  // namespace ae::engine
