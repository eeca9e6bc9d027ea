// Which list of revoked certificates counts: the cache's, the network's, and what a delta adds.
#include "engine/base/der.h"
#include "tests/stores/revocation_world.h"

namespace ae::test {
namespace {

using engine::ChainState;
using engine::ChainStatus;
using std::chrono::hours;
using std::chrono::minutes;

}  // namespace

TEST_CASE("a cached list is used until the next one is due", "[revocation][crl-cache]") {
    RevocationWorld world;
    const Time publish = kStoreNow + hours(5);
    const Bytes first = world.by_issuing({}, {next_publish_at(publish)});
    world.urls.files[kIssuingList] = first;
    CHECK(is_valid(world.check(world.machine)));
    REQUIRE(world.cache.kept.count(kIssuingList) == 1);
    CHECK(world.cache.kept[kIssuingList].list == first);
    CHECK(world.cache.kept[kIssuingList].until == kStoreNow + hours(23) + minutes(10));
    world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
    const auto state_at = [&](Time now) {
        world.start();
        return world.check(world.machine, now).state;
    };
    CHECK(state_at(publish - Seconds(1)) == ChainState::valid);
    CHECK(world.urls.asked.empty());
    SECTION("then its place is asked") {
        CHECK(state_at(publish) == ChainState::revoked);
        CHECK(world.times_asked(kIssuingList) == 1);
    }
    SECTION("and the old one stands in as long as it is fresh, when nobody answers") {
        world.urls.files.clear();
        CHECK(state_at(publish) == ChainState::valid);
        CHECK(world.times_asked(kIssuingList) == 1);
        CHECK(is_valid(world.check(world.machine, publish)));
    }
    SECTION("without a date of publication: its nextUpdate") {
        world.cache.kept.clear();
        world.urls.files[kIssuingList] = world.by_issuing({});
        world.start();
        CHECK(is_valid(world.check(world.machine)));
        CHECK(state_at(kStoreNow + hours(23) - Seconds(1)) == ChainState::valid);
        CHECK(world.times_asked(kIssuingList) == 0);
        CHECK(state_at(kStoreNow + hours(23)) == ChainState::valid);
        CHECK(world.times_asked(kIssuingList) == 1);
    }
}

TEST_CASE("what is known to be revoked stays so while nobody answers",
          "[revocation][crl-cache][Q4]") {
    RevocationWorld world;
    world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
    CHECK(world.check(world.machine).state == ChainState::revoked);
    world.urls.files.clear();
    world.start();
    CHECK(world.check(world.machine, kStoreNow + hours(23)).state == ChainState::revoked);
    world.start();  // long after the list's end
    CHECK(world.check(world.machine, kStoreNow + hours(900)).state == ChainState::revoked);
    const Bytes other = world.leaf({crl_points({kIssuingList})}, kMachineSerial + 1);
    CHECK(has_problem(world.check(other, kStoreNow + hours(900)), kRevocationOffline));
    CHECK(world.notes[0].find("out of date") != std::string::npos);
    CHECK(world.notes[0].find("it is not there (0x80070002)") != std::string::npos);
}

TEST_CASE("an old list in the place of a newer one that is known does not help",
          "[revocation][crl-cache]") {
    RevocationWorld world;
    const Bytes old = world.by_issuing({});
    CrlSpec spec =
        RevocationWorld::list_of("Corp Issuing CA", {kMachineSerial}, {next_publish_at(kStoreNow)});
    spec.this_update += minutes(1);
    world.urls.files[kIssuingList] = make_crl(spec, *world.issuing_key);
    CHECK(world.check(world.machine).state == ChainState::revoked);
    world.urls.files[kIssuingList] = old;
    world.start();
    CHECK(world.check(world.machine).state == ChainState::revoked);
    CHECK(world.times_asked(kIssuingList) == 1);
    world.start();  // nor in the run after it
    CHECK(world.check(world.machine).state == ChainState::revoked);
    CHECK(world.cache.kept[kIssuingList].list != old);
}

TEST_CASE("two keys of an authority may share a URL: each counts what it signed itself",
          "[revocation][crl-cache]") {
    RevocationWorld world;
    const auto new_key = make_scratch_key();
    // By the names of its keys a chain finds the right certificate of an authority.
    const auto authority = [&](const engine::PrivateKey& key, std::uint8_t key_name) {
        return RevocationWorld::make(
            "Corp Issuing CA", key, "Corp Root CA", *world.root_key, Role::authority, key_name,
            {extension("2.5.29.14", Criticality::not_critical, der::octet_string(Bytes{key_name})),
             crl_points({kRootList})});
    };
    const auto leaf_of = [&](engine::PrivateKey& key, std::uint8_t key_name, std::int64_t serial) {
        const Bytes name = der::sequence({der::write(der::context(0), Bytes{key_name})});
        return RevocationWorld::make(
            "ws1", *world.machine_key, "Corp Issuing CA", key, Role::end_entity, serial,
            {extension("2.5.29.35", Criticality::not_critical, name), crl_points({kIssuingList})});
    };
    const Bytes former = authority(*world.issuing_key, 1);
    const Bytes renewed = authority(*new_key, 2);
    const Bytes veteran = leaf_of(*world.issuing_key, 1, kMachineSerial);
    const Bytes newcomer = leaf_of(*new_key, 2, 78);
    const Bytes by_new = make_crl(RevocationWorld::list_of("Corp Issuing CA", {78}), *new_key);
    const auto check = [&](const Bytes& certificate) {
        return world.checker->check(certificate, {}, {{world.root}, {former, renewed}}, kStoreNow);
    };
    const bool new_first = GENERATE(true, false);
    const auto check_both = [&] {
        const ChainStatus first = check(new_first ? newcomer : veteran);
        const ChainStatus second = check(new_first ? veteran : newcomer);
        return std::pair(new_first ? first : second, new_first ? second : first);
    };
    SECTION("the new key's list is there") {
        world.urls.files[kIssuingList] = by_new;
        const auto [of_new, of_old] = check_both();
        CHECK(of_new.state == ChainState::revoked);
        CHECK(has_problem(of_old, kRevocationOffline));
        CHECK(world.times_asked(kIssuingList) == 1);
        CHECK(world.cache.kept[kIssuingList].list == by_new);
    }
    SECTION("the old key's list is there") {
        const auto [of_new, of_old] = check_both();
        CHECK(has_problem(of_new, kRevocationOffline));
        CHECK(is_valid(of_old));
        CHECK(world.times_asked(kIssuingList) == 1);
    }
    SECTION("the old key's is known from an earlier run, and the new one's is there now") {
        CHECK(is_valid(check(veteran)));
        world.urls.files[kIssuingList] = by_new;
        world.start();
        const auto [of_new, of_old] = check_both();
        CHECK(of_new.state == ChainState::revoked);
        CHECK(is_valid(of_old));
        CHECK(world.times_asked(kIssuingList) == 1);
        CHECK(world.cache.kept[kIssuingList].list == by_new);
    }
}

TEST_CASE("whoever asks for it has every list fetched anew", "[revocation][crl-cache]") {
    RevocationWorld world;
    CHECK(is_valid(world.check(world.machine)));
    world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
    world.start();
    CHECK(is_valid(world.check(world.machine)));  // the next is not due
    world.refresh = stores::Refresh::always;
    world.start();
    CHECK(world.check(world.machine).state == ChainState::revoked);
    CHECK(world.check(world.machine).state == ChainState::revoked);
    CHECK(world.times_asked(kIssuingList) == 1);
    world.urls.files.clear();
    world.start();  // what is known stands in
    CHECK(world.check(world.machine).state == ChainState::revoked);
}

TEST_CASE("a cache is believed no more than a network, and takes only what will help",
          "[revocation][crl-cache]") {
    RevocationWorld world;
    SECTION("a forged list in it is passed over") {
        world.cache.kept[kIssuingList] = {
            make_crl(RevocationWorld::list_of("Corp Issuing CA", {kMachineSerial}),
                     *world.machine_key),
            kStoreNow + hours(20)};
        CHECK(is_valid(world.check(world.machine)));
        CHECK(world.times_asked(kIssuingList) == 1);
        CHECK(world.cache.kept[kIssuingList].list == world.urls.files[kIssuingList]);
    }
    SECTION("rubbish and forgeries are not kept") {
        for (const Bytes& bad :
             {Bytes{1, 2},
              make_crl(RevocationWorld::list_of("Corp Issuing CA", {}), *world.machine_key)}) {
            world.urls.files[kIssuingList] = bad;
            world.start();
            world.check(world.machine);
            CHECK(world.cache.kept.count(kIssuingList) == 0);
        }
    }
    SECTION("nor are lists that are out of date") {
        CrlSpec spec = RevocationWorld::list_of("Corp Issuing CA", {});
        spec.next_update = kStoreNow - minutes(10) - Seconds(1);
        world.urls.files[kIssuingList] = make_crl(spec, *world.issuing_key);
        world.check(world.machine);
        CHECK(world.cache.kept.count(kIssuingList) == 0);
        spec.next_update = kStoreNow - minutes(10);
        world.urls.files[kIssuingList] = make_crl(spec, *world.issuing_key);
        world.start();
        world.check(world.machine);
        CHECK(world.cache.kept.count(kIssuingList) == 1);
    }
}

TEST_CASE("a delta that the list or the certificate names is fetched and added",
          "[revocation][RFC5280:5.2.6]") {
    RevocationWorld world;
    const Bytes delta = world.by_issuing({kMachineSerial}, {crl_number(11), delta_indicator(10)});
    world.urls.files[kDeltaList] = delta;
    world.urls.files[kIssuingList] =
        world.by_issuing({}, {crl_number(10), freshest_points({kDeltaList})});
    SECTION("the list names it") { CHECK(world.check(world.machine).state == ChainState::revoked); }
    SECTION("the certificate names it") {
        world.urls.files[kIssuingList] = world.by_issuing({}, {crl_number(10)});
        world.machine = world.leaf({crl_points({kIssuingList}), freshest_points({kDeltaList})});
        CHECK(world.check(world.machine).state == ChainState::revoked);
    }
    SECTION("nobody names it") {
        world.urls.files[kIssuingList] = world.by_issuing({}, {crl_number(10)});
        CHECK(is_valid(world.check(world.machine)));
        CHECK(world.times_asked(kDeltaList) == 0);
    }
    SECTION("it is not there: the list's word stands") {
        world.urls.files.erase(kDeltaList);
        CHECK(is_valid(world.check(world.machine)));
        CHECK(world.notes.empty());
    }
    SECTION("a complete list in its place is none, and the next place may help") {
        world.urls.files[kDeltaList] = world.by_issuing({kMachineSerial}, {crl_number(11)});
        CHECK(is_valid(world.check(world.machine)));
        world.urls.files[kSecondList] = delta;
        world.urls.files[kIssuingList] =
            world.by_issuing({}, {crl_number(10), freshest_points({kDeltaList, kSecondList})});
        world.start_afresh();
        CHECK(world.check(world.machine).state == ChainState::revoked);
    }
    SECTION("so is one that starts from another list, and the next place may help") {
        world.urls.files[kDeltaList] = world.by_issuing({}, {crl_number(12), delta_indicator(11)});
        world.urls.files[kSecondList] = delta;
        world.urls.files[kIssuingList] =
            world.by_issuing({}, {crl_number(10), freshest_points({kDeltaList, kSecondList})});
        CHECK(world.check(world.machine).state == ChainState::revoked);
        CHECK(world.times_asked(kIssuingList) == 1);
    }
}

TEST_CASE("a delta to a later list than the cached one has that list fetched, once",
          "[revocation][crl-cache][RFC5280:5.2.4]") {
    RevocationWorld world;
    const auto complete = [&](std::int64_t number, const std::vector<std::int64_t>& revoked) {
        return world.by_issuing(revoked, {crl_number(number), freshest_points({kDeltaList})});
    };
    const auto delta_of = [&](std::int64_t base, std::int64_t number,
                              const std::vector<std::int64_t>& revoked) {
        world.urls.files[kDeltaList] =
            world.by_issuing(revoked, {crl_number(number), delta_indicator(base)});
    };
    world.urls.files[kIssuingList] = complete(10, {});
    delta_of(10, 10, {});
    CHECK(is_valid(world.check(world.machine)));
    world.cache.kept.erase(kDeltaList);
    world.start();
    SECTION("what was revoked stands in that list") {
        world.urls.files[kIssuingList] = complete(20, {kMachineSerial});
        delta_of(20, 21, {});
        CHECK(world.check(world.machine).state == ChainState::revoked);
        CHECK(world.times_asked(kIssuingList) == 1);
    }
    SECTION("or in the delta") {
        world.urls.files[kIssuingList] = complete(20, {});
        delta_of(20, 21, {kMachineSerial});
        CHECK(world.check(world.machine).state == ChainState::revoked);
    }
    SECTION("when it cannot be had, the cached one's word stands") {
        world.urls.files.erase(kIssuingList);
        delta_of(20, 21, {});
        const Bytes other = world.leaf({crl_points({kIssuingList})}, kMachineSerial + 1);
        CHECK(is_valid(world.check(world.machine)));
        CHECK(is_valid(world.check(other)));
        CHECK(world.times_asked(kIssuingList) == 1);
    }
    SECTION("a delta that fits costs no question") {
        delta_of(10, 11, {kMachineSerial});
        CHECK(world.check(world.machine).state == ChainState::revoked);
        CHECK(world.times_asked(kIssuingList) == 0);
    }
}

}  // namespace ae::test
