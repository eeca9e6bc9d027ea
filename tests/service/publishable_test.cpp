// Which certificates of the replica a system may take for anchors, by the real chain checker.
#include "engine/base/der.h"
#include "service/system_trust.h"
#include "stores/chain_checker.h"
#include "tests/stores/file_store.h"
#include "tests/stores/revocation_world.h"
#include "tests/support/temporary_folder.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;

// A root, an authority below it, and one below that.
struct Forest {
    TemporaryFolder folder{};
    FileStore store{(folder.path() / "store").string()};
    std::unique_ptr<engine::PrivateKey> root_key = must(store.keys().create(p256()));
    std::unique_ptr<engine::PrivateKey> policy_key = must(store.keys().create(p256()));
    std::unique_ptr<engine::PrivateKey> issuing_key = must(store.keys().create(p256()));
    Bytes root = self_signed(*root_key, "Corp Root CA");
    Bytes policy = authority("Corp Policy CA", *policy_key, "Corp Root CA", *root_key);
    Bytes issuing = authority("Corp Issuing CA", *issuing_key, "Corp Policy CA", *policy_key);
    FakeUrls urls{};
    std::unique_ptr<engine::ChainChecker> chains = replica_checker({.urls = &urls});

    static Bytes authority(const std::string& subject, const engine::PrivateKey& key,
                           const std::string& issuer, engine::PrivateKey& issuer_key,
                           const std::string& restriction = {}, Seconds left = 24h,
                           const std::vector<Bytes>& extensions = {}) {
        CertificateSpec spec{.subject = subject,
                             .issuer = issuer,
                             .public_key_info = copy(key.public_key_info()),
                             .serial = 7,
                             .not_before = kStoreNow - 24h,
                             .not_after = kStoreNow + left,
                             .role = Role::authority,
                             .extensions = extensions};
        if (!restriction.empty()) {
            spec.extensions.push_back(
                extension(restriction, Criticality::not_critical, der::sequence({})));
        }
        return make_certificate(spec, issuer_key);
    }
    std::vector<Bytes> of(const std::vector<Bytes>& roots,
                          const std::vector<Bytes>& intermediates) {
        return publishable({roots, intermediates}, *chains, kStoreNow);
    }
};

}  // namespace

TEST_CASE("roots and what they vouch for are published, in whatever order they come",
          "[system-trust]") {
    Forest forest;
    const std::vector<Bytes> all{forest.root, forest.policy, forest.issuing};
    CHECK(forest.of({forest.root}, {forest.policy, forest.issuing}) == all);
    CHECK(forest.of({forest.root}, {forest.issuing, forest.policy}) == all);
    CHECK(forest.of({forest.root}, {}) == std::vector<Bytes>{forest.root});
}

TEST_CASE("an intermediate that no replicated root vouches for is not published",
          "[system-trust]") {
    Forest forest;
    CHECK(forest.of({}, {forest.policy, forest.issuing}).empty());
    CHECK(forest.of({forest.root}, {forest.issuing}) == std::vector<Bytes>{forest.root});
    const Bytes expired = Forest::authority("Corp Policy CA", *forest.policy_key, "Corp Root CA",
                                            *forest.root_key, {}, -1s);
    CHECK(forest.of({forest.root}, {expired, forest.issuing}) == std::vector<Bytes>{forest.root});
}

TEST_CASE("what is restricted, and what only that leads to, is no anchor", "[system-trust]") {
    Forest forest;
    const std::string name_constraints = "2.5.29.30";
    const std::string key_usages = "2.5.29.37";
    for (const std::string& restriction : {name_constraints, key_usages}) {
        CAPTURE(restriction);
        const Bytes restricted = Forest::authority("Corp Policy CA", *forest.policy_key,
                                                   "Corp Root CA", *forest.root_key, restriction);
        CHECK(forest.of({forest.root}, {restricted, forest.issuing}) ==
              std::vector<Bytes>{forest.root});
    }
    const Bytes harmless = Forest::authority("Corp Policy CA", *forest.policy_key, "Corp Root CA",
                                             *forest.root_key, "1.3.6.1.4.1.32473.1");
    CHECK(forest.of({forest.root}, {harmless}).size() == 2);
}

TEST_CASE("a root that is restricted vouches for no intermediate", "[system-trust]") {
    Forest forest;
    const Bytes narrow = Forest::authority("Corp Root CA", *forest.root_key, "Corp Root CA",
                                           *forest.root_key, "2.5.29.30");
    CHECK(forest.of({narrow}, {forest.policy}) == std::vector<Bytes>{narrow});
    CHECK(forest.of({narrow, forest.root}, {forest.policy}).size() == 3);
}

TEST_CASE("what is no authority's certificate is no anchor", "[system-trust]") {
    Forest forest;
    const Bytes machine =
        make_certificate({.subject = "ws1",
                          .issuer = "Corp Root CA",
                          .public_key_info = copy(forest.issuing_key->public_key_info()),
                          .serial = 8,
                          .not_before = kStoreNow - 24h,
                          .not_after = kStoreNow + 24h,
                          .role = Role::end_entity},
                         *forest.root_key);
    CHECK(forest.of({forest.root}, {machine}) == std::vector<Bytes>{forest.root});
}

TEST_CASE("what only the administrator's own root vouches for is not published", "[system-trust]") {
    Forest forest;
    const auto own_key = must(forest.store.keys().create(p256()));
    const Bytes own_root = self_signed(*own_key, "Admin Root CA");
    const Bytes below =
        Forest::authority("Admin Issuing CA", *forest.issuing_key, "Admin Root CA", *own_key);
    const engine::Anchors replica{{forest.root}, {forest.policy, below}};
    const auto of_the_run = stores::make_chain_checker({own_root});
    REQUIRE(of_the_run->check(below, {}, replica, kStoreNow).state == engine::ChainState::valid);
    CHECK(publishable(replica, *forest.chains, kStoreNow) ==
          std::vector<Bytes>{forest.root, forest.policy});
}

TEST_CASE("an intermediate that was revoked, and what only it leads to, is not published",
          "[system-trust][revocation]") {
    Forest forest;
    const Bytes policy = Forest::authority("Corp Policy CA", *forest.policy_key, "Corp Root CA",
                                           *forest.root_key, {}, 24h, {crl_points({kRootList})});
    const std::int64_t serial = 7;
    const auto list_that_revokes = [&](const std::vector<std::int64_t>& serials) {
        return make_crl(RevocationWorld::list_of("Corp Root CA", serials), *forest.root_key);
    };
    SECTION("it is") {
        forest.urls.files[kRootList] = list_that_revokes({serial});
        CHECK(forest.of({forest.root}, {policy, forest.issuing}) ==
              std::vector<Bytes>{forest.root});
    }
    SECTION("another is") {
        forest.urls.files[kRootList] = list_that_revokes({serial + 1});
        CHECK(forest.of({forest.root}, {policy, forest.issuing}).size() == 3);
    }
    SECTION("nobody can tell: it stays an anchor, as in a pulse (Q14)") {
        CHECK(forest.of({forest.root}, {policy, forest.issuing}).size() == 3);
    }
    CHECK(forest.urls.asked == std::vector<std::string>{kRootList});
}

}  // namespace ae::service
