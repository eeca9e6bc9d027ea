// LocalMachine\Root as the place of the administrator's own roots, and the group policy's.
#include "stores/own_trust.h"
#include "stores/system_store_wincrypt.h"
#include "tests/contract/test_certificates.h"
#include "tests/stores/scratch_key.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::stores {
namespace {

Bytes root_of(const std::string& name) {
    const auto key = test::make_scratch_key();
    return test::make_certificate({.subject = name,
                                   .issuer = name,
                                   .public_key_info = test::copy(key->public_key_info()),
                                   .not_before = Time(Seconds(1'700'000'000)),
                                   .not_after = Time(Seconds(1'900'000'000)),
                                   .role = test::Role::authority},
                                  *key);
}

// A root in a store of the registry, gone with the test.
class PlacedRoot {
  public:
    PlacedRoot(DWORD location, const Bytes& der)
        : store_(::CertOpenStore(CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0, location, L"Root")) {
        REQUIRE(store_);
        auto certificate = certificate_from_der(der);
        REQUIRE(certificate);
        thumbprint_ = thumbprint_of(certificate->get());
        REQUIRE(add_certificate(store_, certificate->get(), Existing::replaced));
        REQUIRE(commit(store_));
    }
    PlacedRoot(const PlacedRoot&) = delete;
    PlacedRoot& operator=(const PlacedRoot&) = delete;
    PlacedRoot(PlacedRoot&&) = delete;
    PlacedRoot& operator=(PlacedRoot&&) = delete;
    ~PlacedRoot() {
        delete_certificate(find_certificate(store_, thumbprint_));
        commit(store_);
    }

  private:
    UniqueCertStore store_;
    std::string thumbprint_{};
};

bool holds(const std::vector<Bytes>& roots, const Bytes& root) {
    return std::ranges::find(roots, root) != roots.end();
}

TEST_CASE("roots of the machine and of a group policy are the administrator's own", "[own-trust]") {
    const DWORD location = GENERATE(DWORD{CERT_SYSTEM_STORE_LOCAL_MACHINE},
                                    DWORD{CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY});
    const Bytes root = root_of("Own Root of " + std::to_string(location));
    {
        const PlacedRoot placed(location, root);
        const auto roots = own_roots();
        REQUIRE(roots);
        CHECK(holds(*roots, root));
        CHECK(std::ranges::count(*roots, root) == 1);
    }
    CHECK_FALSE(holds(own_roots().value(), root));
}

TEST_CASE("a user's roots are not", "[own-trust]") {
    const Bytes root = root_of("A User's Root");
    const PlacedRoot placed(CERT_SYSTEM_STORE_CURRENT_USER, root);
    CHECK_FALSE(holds(own_roots().value(), root));
}

}  // namespace
}  // namespace ae::stores
