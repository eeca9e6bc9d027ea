#include "stores/chain_verdict_wincrypt.h"
#include "stores/system_store_wincrypt.h"
#include "tests/stores/hierarchy.h"

namespace ae::test {
namespace {

using engine::ChainState;
using stores::ChainLink;
using stores::UniqueCertContext;

// The whole hierarchy as a chain, with what the system says of the machine's certificate.
struct Chain {
    Hierarchy world{};
    UniqueCertContext machine = must(stores::certificate_from_der(world.machine));
    UniqueCertContext issuing = must(stores::certificate_from_der(world.issuing));
    UniqueCertContext root = must(stores::certificate_from_der(world.root));

    engine::ChainStatus verdict(DWORD errors, const engine::Anchors& trust, DWORD of_root = 0) {
        const std::vector<ChainLink> links = {
            {machine.get(), errors}, {issuing.get(), 0}, {root.get(), of_root, true}};
        return stores::verdict_on(links, {trust, {}}, kStoreNow);
    }
    engine::ChainStatus verdict(DWORD errors) {
        return verdict(errors, {{world.root}, {world.issuing}});
    }
};

}  // namespace

TEST_CASE("what Windows trusts by itself does not count: the caller says what is trusted",
          "[chain][I13]") {
    const stores::UniqueCertStore roots(
        ::CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                        CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_READONLY_FLAG, L"ROOT"));
    REQUIRE(roots);
    const auto checker = stores::make_chain_checker();
    const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    std::size_t valid_if_trusted = 0;
    int left = 10;
    for (UniqueCertContext root; left > 0 && stores::next_certificate(roots, root); --left) {
        const Bytes der = copy(stores::der_of(root.get()));
        CHECK(checker->check(der, {}, {}, now).state != ChainState::valid);
        CHECK(checker->check(der, {der}, {{}, {der}}, now).state != ChainState::valid);
        valid_if_trusted += checker->check(der, {}, {{der}, {}}, now).state == ChainState::valid;
    }
    CHECK(valid_if_trusted > 0);  // else the two above show nothing
}

TEST_CASE("an issuer that only Windows knows does not exist for us", "[chain][I13]") {
    Chain chain;
    CHECK(chain.verdict(0).state == ChainState::valid);
    const auto status = chain.verdict(0, {{chain.world.root}, {}});
    CHECK(status.state == ChainState::untrusted);
    CHECK(status.detail ==
          "no certificate of CN=Corp Issuing CA, the issuer of CN=ws1, is in the "
          "replica");
    CHECK(chain.verdict(0, {{}, {chain.world.issuing}}).state == ChainState::untrusted);
    CHECK(chain.verdict(0, {{}, {chain.world.issuing, chain.world.root}}).detail ==
          "CN=Corp Root CA is not in the replicated Root store");
}

TEST_CASE("each of Windows' findings becomes one of ours", "[chain]") {
    struct Row {
        DWORD errors;
        ChainState state;
    };
    Chain chain;
    for (const Row& row : {
             Row{0, ChainState::valid},
             Row{CERT_TRUST_IS_UNTRUSTED_ROOT, ChainState::valid},  // we know better
             Row{CERT_TRUST_IS_NOT_TIME_VALID, ChainState::valid},  // we look ourselves
             Row{CERT_TRUST_REVOCATION_STATUS_UNKNOWN, ChainState::valid},
             Row{CERT_TRUST_IS_NOT_SIGNATURE_VALID, ChainState::untrusted},
             Row{CERT_TRUST_IS_NOT_VALID_FOR_USAGE, ChainState::untrusted},
             Row{CERT_TRUST_IS_CYCLIC, ChainState::untrusted},
             Row{CERT_TRUST_INVALID_BASIC_CONSTRAINTS, ChainState::untrusted},
             Row{CERT_TRUST_INVALID_NAME_CONSTRAINTS, ChainState::untrusted},
             Row{CERT_TRUST_IS_EXPLICIT_DISTRUST, ChainState::untrusted},
             Row{CERT_TRUST_HAS_WEAK_SIGNATURE, ChainState::untrusted},
             Row{CERT_TRUST_IS_REVOKED, ChainState::untrusted},  // never asked for
             Row{CERT_TRUST_INVALID_EXTENSION, ChainState::malformed},
         }) {
        INFO(to_hex(hresult(row.errors)));
        const auto status = chain.verdict(row.errors);
        CHECK(status.state == row.state);
        CHECK(status.detail.empty() == (row.state == ChainState::valid));
    }
    CHECK(chain.verdict(CERT_TRUST_IS_NOT_SIGNATURE_VALID).detail ==
          "the signature of CN=ws1 is wrong");
    CHECK(chain
              .verdict(0, {{chain.world.root}, {chain.world.issuing}},
                       CERT_TRUST_IS_NOT_SIGNATURE_VALID)
              .state == ChainState::untrusted);
}

TEST_CASE("no chain at all is no trust", "[chain]") {
    CHECK(stores::verdict_on({}, {{}, {}}, kStoreNow).state == ChainState::untrusted);
}

}  // namespace ae::test
