#include "engine/base/der.h"
#include "tests/stores/revocation_world.h"

namespace ae::test {
namespace {

using engine::ChainState;
using engine::ChainStatus;
using engine::OcspState;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("every certificate of a chain but its root is asked about",
          "[revocation][Q4][choice 3]") {
    RevocationWorld world;
    SECTION("nobody is revoked") {
        CHECK(is_valid(world.check(world.machine)));
        CHECK(world.urls.asked == Texts{kIssuingList, kRootList});
        CHECK(world.notes.empty());
    }
    SECTION("the certificate is") {
        world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
        const ChainStatus status = world.check(world.machine);
        CHECK(status.state == ChainState::revoked);
        CHECK(status.detail == "CN=ws1 was revoked at 2026-06-01T10:00:00Z (key compromise)");
        CHECK_FALSE(status.revocation_problem);
    }
    SECTION("its issuer is: the certificate counts as revoked, too") {
        world.urls.files[kRootList] = world.by_root({kIssuingSerial});
        CHECK(world.check(world.machine).state == ChainState::revoked);
        CHECK(world.check(world.issuing).state == ChainState::revoked);
        CHECK(world.check(world.issuing).detail.starts_with("CN=Corp Issuing CA was revoked"));
    }
    SECTION("others are") {
        world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial + 1, kIssuingSerial});
        CHECK(is_valid(world.check(world.machine)));
    }
    SECTION("a root is not asked about") {
        CHECK(is_valid(world.check(world.root)));
        CHECK(world.urls.asked.empty());
    }
    SECTION("nor is a chain that does not hold: its URLs may be anybody's") {
        const engine::Anchors none{{}, {world.issuing}};
        CHECK(world.checker->check(world.machine, {}, none, kStoreNow).state ==
              ChainState::untrusted);
        CHECK(world.check(world.machine, kStoreNow + hours(2000)).state == ChainState::expired);
        CHECK(world.urls.asked.empty());
    }
}

TEST_CASE("a CA that was renewed with the same key stands while one of its certificates does",
          "[revocation][Q4][choice 3]") {
    RevocationWorld world;
    const Bytes renewed = RevocationWorld::make("Corp Issuing CA", *world.issuing_key,
                                                "Corp Root CA", *world.root_key, Role::authority,
                                                kIssuingSerial + 1, {crl_points({kRootList})});
    const bool old_first = GENERATE(true, false);
    const engine::Anchors both{{world.root},
                               old_first ? std::vector<Bytes>{world.issuing, renewed}
                                         : std::vector<Bytes>{renewed, world.issuing}};
    const auto check = [&](const Bytes& certificate) {
        return world.checker->check(certificate, {}, both, kStoreNow);
    };
    SECTION("the old one was revoked as superseded") {
        world.urls.files[kRootList] = world.by_root({kIssuingSerial});
        CHECK(is_valid(check(world.machine)));
        CHECK(check(world.issuing).state == ChainState::revoked);
        CHECK(is_valid(check(renewed)));
    }
    SECTION("both were revoked") {
        world.urls.files[kRootList] = world.by_root({kIssuingSerial, kIssuingSerial + 1});
        CHECK(check(world.machine).state == ChainState::revoked);
    }
    SECTION("the certificate itself was revoked") {
        world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
        CHECK(check(world.machine).state == ChainState::revoked);
    }
}

TEST_CASE("foreign words in a note have an end", "[revocation][hostile]") {
    RevocationWorld world;
    world.urls.files[kIssuingList] =
        make_crl(RevocationWorld::list_of(std::string(100'000, 'x'), {}), *world.issuing_key);
    CHECK(has_problem(world.check(world.machine), kRevocationOffline));
    REQUIRE(world.notes.size() == 1);
    CHECK(world.notes[0].size() < 2000);
}

TEST_CASE("of a certificate's places at most eight are asked", "[revocation][hostile]") {
    RevocationWorld world;
    std::vector<std::string> many;
    for (int i = 0; i < 300; ++i) {
        many.push_back("http://pki.corp.example.test/" + std::to_string(i) + ".crl");
    }
    CHECK(has_problem(world.check(world.leaf({crl_points(many)})), kRevocationOffline));
    CHECK(world.urls.asked.size() == 8 + 1);  // and the root's list
}

TEST_CASE("without a source of lists revocation is not looked at", "[revocation]") {
    RevocationWorld world;
    world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
    world.checker = stores::make_chain_checker();
    CHECK(is_valid(world.check(world.machine)));
    CHECK(world.urls.asked.empty());
}

TEST_CASE("no answer and no word that counts is offline, and never revoked",
          "[revocation][Q14][choice 3]") {
    RevocationWorld world;
    Bytes& file = world.urls.files[kIssuingList];
    SECTION("it is not there") { world.urls.files.erase(kIssuingList); }
    SECTION("something else is there") { file = copy(as_bytes("<html>not found</html>")); }
    SECTION("somebody else signed it") {
        file = make_crl(RevocationWorld::list_of("Corp Issuing CA", {kMachineSerial}),
                        *world.machine_key);
    }
    SECTION("it is another authority's") {
        file =
            make_crl(RevocationWorld::list_of("Corp Root CA", {kMachineSerial}), *world.root_key);
    }
    SECTION("it was changed on the way") { file[file.size() / 2] ^= 1; }
    SECTION("it is out of date") {
        CrlSpec spec = RevocationWorld::list_of("Corp Issuing CA", {});
        spec.next_update = kStoreNow - minutes(11);
        file = make_crl(spec, *world.issuing_key);
    }
    SECTION("it is a delta") { file = world.by_issuing({kMachineSerial}, {delta_indicator(1)}); }
    CHECK(has_problem(world.check(world.machine), kRevocationOffline));
    REQUIRE(world.notes.size() == 1);
    CHECK(world.notes[0].starts_with(
        "whether certificates of CN=Corp Issuing CA are revoked cannot be told: " + kIssuingList));
    CHECK(world.notes[0].find("CRYPT_E_REVOCATION_OFFLINE (0x80092013)") != std::string::npos);
}

TEST_CASE("when one place of a certificate's list gives nothing, the next may help",
          "[revocation][Q14]") {
    RevocationWorld world;
    world.urls.files.erase(kIssuingList);
    world.urls.files[kSecondList] = world.by_issuing({kMachineSerial});
    CHECK(world.check(world.machine).state == ChainState::revoked);
    CHECK(world.urls.asked == Texts{kIssuingList, kSecondList});
    CHECK(world.notes.empty());
}

TEST_CASE("the worst of a chain is reported: revoked, unusable, offline, nothing named",
          "[revocation][choice 3]") {
    RevocationWorld world;
    const Bytes silent = world.leaf({});
    CHECK(has_problem(world.check(silent), kNoRevocationCheck));
    CHECK(world.notes.empty());  // its authority wanted it so
    const Bytes unusable = world.by_issuing(
        {kMachineSerial}, {extension("1.2.3", Criticality::critical, der::null())});
    world.urls.files[kIssuingList] = unusable;
    CHECK(has_problem(world.check(world.machine), kRevocationFailure));
    world.urls.files.erase(kRootList);
    world.start_afresh();
    CHECK(has_problem(world.check(silent), kRevocationOffline));
    CHECK(has_problem(world.check(world.machine), kRevocationFailure));
    world.urls.files[kRootList] = world.by_root({kIssuingSerial});
    world.start_afresh();
    CHECK(world.check(silent).state == ChainState::revoked);
    CHECK(world.check(world.machine).state == ChainState::revoked);
}

TEST_CASE("a responder is asked first, and the lists when it tells nothing", "[revocation][ocsp]") {
    RevocationWorld world;
    world.machine = world.leaf({responder_at(kResponder), crl_points({kIssuingList})});
    world.urls.files[kIssuingList] = world.by_issuing({kMachineSerial});
    SECTION("it says good: it knows better than a list") {
        world.answer(OcspState::good);
        CHECK(is_valid(world.check(world.machine)));
        CHECK(world.times_asked(kIssuingList) == 0);
    }
    SECTION("it says revoked") {
        world.answer(OcspState::revoked);
        CHECK(world.check(world.machine).state == ChainState::revoked);
        CHECK(world.times_asked(kIssuingList) == 0);
    }
    SECTION("it does not answer") {
        CHECK(world.check(world.machine).state == ChainState::revoked);
        CHECK(world.urls.asked == Texts{kResponder, kIssuingList});
    }
    SECTION("it does not know the certificate") {
        world.answer(OcspState::unknown);
        CHECK(world.check(world.machine).state == ChainState::revoked);
        world.urls.files.erase(kIssuingList);
        world.start_afresh();
        CHECK(has_problem(world.check(world.machine), kRevocationFailure));
    }
    SECTION("it answers with a refusal or rubbish") {
        for (const Bytes& rubbish : {make_ocsp_refusal(3), Bytes{1, 2, 3}}) {
            world.urls.responders[kResponder] = [&](const engine::OcspQuestion&) {
                return Result<Bytes>(rubbish);
            };
            world.start_afresh();
            CHECK(world.check(world.machine).state == ChainState::revoked);
        }
    }
    SECTION("another answers in its place") {
        world.urls.responders[kResponder] = [&](const engine::OcspQuestion& question) {
            return Result<Bytes>(make_ocsp_answer(
                {.id = question.id, .this_update = kStoreNow, .responder_name = "Corp Issuing CA"},
                *world.machine_key));
        };
        CHECK(world.check(world.machine).state == ChainState::revoked);
    }
}

TEST_CASE("nothing is asked twice in a run", "[revocation]") {
    RevocationWorld world;
    const Bytes second = world.leaf({crl_points({kIssuingList})}, kMachineSerial + 1);
    SECTION("a list serves all certificates of its issuer") {
        for (int i = 0; i < 3; ++i) {
            CHECK(is_valid(world.check(world.machine)));
            CHECK(is_valid(world.check(second)));
            CHECK(is_valid(world.check(world.issuing)));
        }
        CHECK(world.urls.asked == Texts{kIssuingList, kRootList});
    }
    SECTION("what is not there is looked for once, and noted once") {
        world.urls.files.clear();
        for (int i = 0; i < 3; ++i) {
            CHECK(has_problem(world.check(world.machine), kRevocationOffline));
            CHECK(has_problem(world.check(second), kRevocationOffline));
        }
        CHECK(world.urls.asked == Texts{kIssuingList, kSecondList, kRootList});
        CHECK(world.notes.size() == 2);  // one for each authority
    }
    SECTION("a responder is asked once about a certificate, and no more when it is silent") {
        const Bytes first = world.leaf({responder_at(kResponder)});
        const Bytes other = world.leaf({responder_at(kResponder)}, kMachineSerial + 1);
        world.answer(OcspState::good);
        for (int i = 0; i < 3; ++i) {
            CHECK(is_valid(world.check(first)));
            CHECK(is_valid(world.check(other)));
        }
        CHECK(world.times_asked(kResponder) == 2);
        world.urls.responders.clear();
        world.start_afresh();
        CHECK(has_problem(world.check(first), kRevocationOffline));
        CHECK(has_problem(world.check(other), kRevocationOffline));
        CHECK(world.times_asked(kResponder) == 1);
        for (const int refusal : {2, 3, 6}) {  // internal error, try later, unauthorized
            world.urls.responders[kResponder] = [&](const engine::OcspQuestion&) {
                return Result<Bytes>(make_ocsp_refusal(static_cast<std::uint8_t>(refusal)));
            };
            world.start_afresh();
            CHECK(has_problem(world.check(first), kRevocationOffline));
            CHECK(has_problem(world.check(other), kRevocationOffline));
            CHECK(world.times_asked(kResponder) == 1);
            CHECK(world.notes.back().find("the responder does not answer") != std::string::npos);
        }
    }
}

TEST_CASE("all questions of a run together have 30 s", "[revocation]") {
    RevocationWorld world;
    world.urls.files.erase(kIssuingList);
    world.urls.takes = milliseconds(10'000);
    const auto asked_with = [&](int budget) {
        world.budget = milliseconds(budget);
        world.start_afresh();
        world.check(world.machine);
        return world.urls.asked;
    };
    CHECK(asked_with(30'000) == Texts{kIssuingList, kSecondList, kRootList});
    CHECK(asked_with(20'001) == Texts{kIssuingList, kSecondList, kRootList});
    CHECK(asked_with(20'000) == Texts{kIssuingList, kSecondList});
    CHECK(has_problem(world.check(world.issuing), kRevocationOffline));
    CHECK(world.notes.back().find("the time for revocation checks of this run is used up") !=
          std::string::npos);
}

TEST_CASE("the administrator's own roots are trusted beside those of the directory",
          "[chain][I13]") {
    RevocationWorld world;
    const engine::Anchors none{{}, {world.issuing}};
    const auto state = [&] {
        return world.checker->check(world.machine, {}, none, kStoreNow).state;
    };
    CHECK(state() == ChainState::untrusted);
    world.own_roots = {world.root};
    world.start();
    CHECK(state() == ChainState::valid);
    CHECK(world.checker->check(world.machine, {}, {}, kStoreNow).state == ChainState::untrusted);
    CHECK(world.checker->check(world.machine, {world.issuing}, {}, kStoreNow).state ==
          ChainState::valid);
    CHECK(world.check(world.machine).state == ChainState::valid);
    const auto other_key = make_scratch_key();
    const Bytes other = RevocationWorld::make("Own Root", *other_key, "Own Root", *other_key,
                                              Role::authority, 9, {});
    world.own_roots = {other};
    world.start();
    CHECK(state() == ChainState::untrusted);
    CHECK(world.check(world.machine).state == ChainState::valid);  // the directory's, too
    CHECK(is_valid(world.check(other)));
}

}  // namespace ae::test
