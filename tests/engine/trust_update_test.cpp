#include "engine/trust_update.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

constexpr Seconds kSecond{1};
const Bytes kA{1};
const Bytes kB{2};
const Bytes kC{3};
using Set = std::vector<Bytes>;

TrustSet complete(Set certificates) { return {std::move(certificates), {}, true, {}}; }

TrustUpdate plan(const TrustSet& directory, Set current, const Memory& memory = {},
                 bool force = false) {
    return plan_trust(TrustStore::nt_auth, directory, std::move(current), memory, kNow, force);
}

Memory seen_empty(Seconds ago, TrustStore store = TrustStore::nt_auth) {
    return {.empty_reads = {{store, kNow - ago}}};
}

TEST_CASE("a store becomes equal to the directory's set", "[trust][K2]") {
    const TrustUpdate update = plan(complete({kB, kC}), {kA, kB});
    CHECK(update.store == TrustStore::nt_auth);
    CHECK(update.result == Set{kB, kC});
    CHECK(update.added == 1);
    CHECK(update.removed == 1);
    CHECK(update.changes());
    CHECK(update.problem.empty());
    CHECK_FALSE(update.waits);
}

TEST_CASE("adding alone and removing alone are changes, the same set is none", "[trust][K2]") {
    CHECK(plan(complete({kA, kB}), {kA}).changes());
    CHECK(plan(complete({kA}), {kB, kA}).changes());
    const TrustUpdate same = plan(complete({kB, kA}), {kA, kB});
    CHECK_FALSE(same.changes());
    CHECK(same.added == 0);
    CHECK(same.removed == 0);
    CHECK_FALSE(plan(complete({}), {}).changes());
    CHECK_FALSE(plan(complete({}), {}).waits);
}

TEST_CASE("identity is the certificate itself, whatever the order", "[trust][K5]") {
    const TrustUpdate update = plan(complete({kC, kA}), {kA, kB});
    CHECK(update.added == 1);
    CHECK(update.removed == 1);
}

TEST_CASE("an incomplete set changes nothing, not even what it would add", "[trust][K3]") {
    const bool force = GENERATE(false, true);
    const TrustUpdate update =
        plan({{kA, kC}, {}, false, "size limit exceeded"}, {kA, kB}, {}, force);
    CHECK(update.result == Set{kA, kB});
    CHECK_FALSE(update.changes());
    CHECK(update.problem == "size limit exceeded");
    CHECK_FALSE(update.waits);
}

TEST_CASE("an emptied container waits for a second reading, 8 hours later", "[trust][K3]") {
    const TrustUpdate first = plan(complete({}), {kA});
    CHECK(first.result == Set{kA});
    CHECK_FALSE(first.changes());
    CHECK(first.problem.empty());
    CHECK(first.waits == EmptyRead{TrustStore::nt_auth, kNow});
    CHECK(first.notes ==
          std::vector<std::string>{
              "store NTAuth: the directory lists no certificate any more; what is there stays "
              "until a reading after 2026-11-21T20:00:00Z agrees"});

    const TrustUpdate early = plan(complete({}), {kA}, seen_empty(hours(8) - kSecond));
    CHECK(early.result == Set{kA});
    CHECK(early.waits == EmptyRead{TrustStore::nt_auth, kNow - hours(8) + kSecond});
    CHECK_THAT(early.notes.at(0), Catch::Contains("2026-11-21T12:00:01Z"));

    const TrustUpdate second = plan(complete({}), {kA, kB}, seen_empty(hours(8)));
    CHECK(second.result.empty());
    CHECK(second.removed == 2);
    CHECK_FALSE(second.waits);
    CHECK(second.notes.empty());
}

TEST_CASE("another store's emptiness proves nothing", "[trust][K3]") {
    const TrustUpdate update = plan(complete({}), {kA}, seen_empty(hours(20), TrustStore::root));
    CHECK(update.waits == EmptyRead{TrustStore::nt_auth, kNow});
    CHECK(update.result == Set{kA});
}

TEST_CASE("an administrator's own wish empties a store at once", "[trust][K3]") {
    const TrustUpdate update = plan(complete({}), {kA}, {}, true);
    CHECK(update.removed == 1);
    CHECK(update.result.empty());
    CHECK_FALSE(update.waits);
}

TEST_CASE("values that are no certificate are said, with the store's name", "[trust][K4]") {
    TrustSet directory = complete({kA});
    directory.skipped = {"CN=Old: one octet", "CN=Older: no DER"};
    const std::vector<std::string> said = {"store NTAuth: CN=Old: one octet",
                                           "store NTAuth: CN=Older: no DER"};
    CHECK(plan(directory, {}).notes == said);
    directory.complete = false;
    CHECK(plan(directory, {}).notes == said);
}

TEST_CASE("stores and scopes have names", "[trust]") {
    CHECK(to_string(TrustStore::root) == "Root");
    CHECK(to_string(TrustStore::intermediate) == "CA");
    CHECK(to_string(TrustStore::nt_auth) == "NTAuth");
    CHECK(to_string(Scope::machine) == "machine");
    CHECK(to_string(Scope::user) == "user");
}

}  // namespace
}  // namespace ae::engine
