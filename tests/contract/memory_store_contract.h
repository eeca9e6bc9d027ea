// What every MemoryStore promises, as one set of cases for all implementations.
// Call it inside a TEST_CASE; each SECTION gets a fresh, empty fixture from the caller.
#pragma once

#include "tests/contract/store_under_test.h"

namespace ae::test {

inline engine::Memory full_memory() {
    using std::chrono::hours;
    const engine::CaRef ca{"ca1.corp.example.test", "Corp \"Issuing\" CA 1"};
    return {.issued = {{"CorpMachine", "missing", kStoreNow, hours(8760)},
                       {"CorpServer", "dns_mismatch ws1", kStoreNow - hours(3), Seconds(-1)}},
            .refusals = {{"CorpMachine", "100.4", ca, hresult(0x80094012), 2, kStoreNow}},
            .outages = {{ca, kStoreNow - hours(1)}},
            .empty_reads = {{engine::TrustStore::root, kStoreNow - hours(7)},
                            {engine::TrustStore::intermediate, kStoreNow},
                            {engine::TrustStore::nt_auth, kStoreNow}},
            .warned = {{std::string(40, 'a'), kStoreNow}}};
}

inline void memory_store_contract(StoreUnderTest& world) {
    SECTION("nothing saved yet is empty") { CHECK(world.memory().load() == engine::Memory{}); }
    SECTION("what was saved comes back, all of it, also after a restart") {
        must(world.memory().save(full_memory()));
        CHECK(world.memory().load() == full_memory());
        world.reopen();
        CHECK(world.memory().load() == full_memory());
    }
    SECTION("the last one saved counts, also when it is empty") {
        must(world.memory().save(full_memory()));
        engine::Memory less = full_memory();
        less.refusals.clear();
        must(world.memory().save(less));
        world.reopen();
        CHECK(world.memory().load() == less);
        CHECK_FALSE(world.memory().load() == full_memory());
        must(world.memory().save({}));
        world.reopen();
        CHECK(world.memory().load() == engine::Memory{});
    }
}

}  // namespace ae::test
