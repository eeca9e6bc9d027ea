// Rule K1: a user inherits the machine's trust and keeps none of its own.
#include "tests/contract/store_under_test.h"
#include "tests/stores/file_store.h"

namespace ae::test {
namespace {

TEST_CASE("a user's context reads the machine's trust stores and makes none", "[stores][K1]") {
    const TemporaryFolder folder;
    const std::string machine_root = folder.path() / "machine";
    const std::string user_root = folder.path() / "user";
    const auto crypto = stores::make_crypto();
    const auto open = [&](auto how) {
        return must(how(user_root, engine::Scope::user, stores::Warn{}, machine_root,
                        stores::KeySettings{}));
    };
    SECTION("before the machine has any") {
        const auto user = open(&stores::StoreContext::open);
        CHECK(must(stores::make_cert_store(*user, *crypto)->trusted(engine::TrustStore::root))
                  .empty());
    }
    FileStore machine(machine_root);
    auto key = must(machine.keys().create({}));
    const Bytes root = self_signed(*key, "Corp Root CA", 1);
    must(machine.certificates().replace(engine::TrustStore::root, {root}));
    for (const auto how : {&stores::StoreContext::open, &stores::StoreContext::look_at}) {
        const auto user = open(how);
        const auto store = stores::make_cert_store(*user, *crypto);
        CHECK(must(store->trusted(engine::TrustStore::root)) == std::vector<Bytes>{root});
        CHECK(must(store->trusted(engine::TrustStore::nt_auth)).empty());
    }
    CHECK_FALSE(std::filesystem::exists(user_root + "/user/root"));
}

}  // namespace
}  // namespace ae::test
