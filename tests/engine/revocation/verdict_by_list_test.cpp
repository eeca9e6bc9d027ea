#include "tests/engine/revocation/authority.h"

namespace ae::test {
namespace {

using engine::CertificateFacts;
using engine::Crl;
using engine::RevocationState;
using engine::RevocationVerdict;
using engine::verdict_by_list;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int kKeyCompromise = 1;
constexpr int kHold = 6;
constexpr int kRemove = 8;

Bytes scope(ByteView content) {
    return extension("2.5.29.28", Criticality::critical, der::write(der::Tag::sequence, content));
}
Bytes flag(unsigned number) { return der::write(der::context(number), Bytes{0xFF}); }
Bytes named_scope(const std::string& url) {
    return scope(der::write(
        der::context_constructed(0),
        der::write(der::context_constructed(0), der::write(der::context(6), as_bytes(url)))));
}

bool is_offline(const RevocationVerdict& verdict) {
    return verdict.state == RevocationState::unknown && verdict.problem == kRevocationOffline &&
           !verdict.detail.empty();
}

}  // namespace

TEST_CASE("a fresh list without the certificate makes it valid, with it revoked",
          "[revocation][Q14][RFC5280:6.3.3]") {
    Authority authority;
    const CertificateFacts machine = authority.certificate();
    const auto valid = verdict_by_list(
        machine, authority.crl(authority.list({entry_of(kSerial + 1)})), nullptr, kNow);
    CHECK(valid.state == RevocationState::valid);
    CHECK(valid.detail.empty());
    const auto revoked = verdict_by_list(
        machine, authority.crl(authority.list({entry_of(kSerial, kKeyCompromise)})), nullptr, kNow);
    CHECK(revoked.state == RevocationState::revoked);
    CHECK(revoked.detail == "CN=ws1 was revoked at 2026-05-31T06:00:00Z (key compromise)");
}

TEST_CASE("a list holds from thisUpdate to nextUpdate, with 10 minutes for clocks that differ",
          "[revocation][Q14][RFC5280:5.1.2.5]") {
    Authority authority;
    const CertificateFacts machine = authority.certificate();
    const Crl empty = authority.crl(authority.list());
    const auto at = [&](Time now) { return verdict_by_list(machine, empty, nullptr, now); };
    CHECK(at(kNow - hours(1) - minutes(10)).state == RevocationState::valid);
    CHECK(is_offline(at(kNow - hours(1) - minutes(10) - Seconds(1))));
    CHECK(at(kNow + hours(23) + minutes(10)).state == RevocationState::valid);
    CHECK(is_offline(at(kNow + hours(23) + minutes(10) + Seconds(1))));
    SECTION("without nextUpdate nobody knows how long") {
        CrlSpec spec = authority.list();
        spec.next_update.reset();
        CHECK(is_offline(verdict_by_list(machine, authority.crl(spec), nullptr, kNow)));
    }
}

TEST_CASE("what a list has revoked stays revoked when the list is out of date, but for a hold",
          "[revocation][Q4][RFC5280:5.3.1]") {
    Authority authority;
    const CertificateFacts machine = authority.certificate();
    const Time late = kNow + hours(100);
    const auto verdict = [&](std::optional<int> reason, Time now) {
        return verdict_by_list(machine, authority.crl(authority.list({entry_of(kSerial, reason)})),
                               nullptr, now);
    };
    CHECK(verdict({}, late).state == RevocationState::revoked);
    CHECK(verdict(kKeyCompromise, late).state == RevocationState::revoked);
    CHECK(verdict(kHold, kNow).state == RevocationState::revoked);
    CHECK(is_offline(verdict(kHold, late)));
    CHECK(is_offline(verdict(kKeyCompromise, kNow - hours(2))));  // a list from the future
    CHECK(verdict(kRemove, kNow).state == RevocationState::valid);
}

TEST_CASE("a list speaks only of the certificates of its scope", "[revocation][RFC5280:6.3.3]") {
    Authority authority;
    const std::string here = "http://pki.corp.example.test/a.crl";
    struct Row {
        Bytes scope;
        Role role;
        RevocationState state;
    };
    const Bytes some_reasons = scope(der::write(der::context(3), Bytes{1, 0x40}));
    for (const Row& row : {Row{scope(flag(1)), Role::end_entity, RevocationState::valid},
                           Row{scope(flag(1)), Role::authority, RevocationState::unknown},
                           Row{scope(flag(2)), Role::end_entity, RevocationState::unknown},
                           Row{scope(flag(2)), Role::authority, RevocationState::valid},
                           Row{scope(flag(5)), Role::end_entity, RevocationState::unknown},
                           Row{named_scope(here), Role::end_entity, RevocationState::valid},
                           Row{named_scope(here + "x"), Role::end_entity, RevocationState::unknown},
                           Row{some_reasons, Role::end_entity, RevocationState::unknown}}) {
        const auto verdict =
            verdict_by_list(authority.certificate(row.role),
                            authority.crl(authority.list({}, {row.scope})), nullptr, kNow);
        CHECK(verdict.state == row.state);
        CHECK((verdict.state == RevocationState::valid || is_offline(verdict)));
    }
    SECTION("one of some reasons proves what it has revoked") {
        const auto verdict = verdict_by_list(
            authority.certificate(),
            authority.crl(authority.list({entry_of(kSerial, kKeyCompromise)}, {some_reasons})),
            nullptr, kNow);
        CHECK(verdict.state == RevocationState::revoked);
    }
    SECTION("one of others proves nothing") {
        const auto verdict = verdict_by_list(
            authority.certificate(),
            authority.crl(authority.list({entry_of(kSerial, kKeyCompromise)}, {scope(flag(2))})),
            nullptr, kNow);
        CHECK(is_offline(verdict));
    }
}

TEST_CASE("a list that is not understood says nothing, whatever stands in it",
          "[revocation][choice 3][RFC5280:5.2]") {
    Authority authority;
    for (const Bytes& one :
         {extension("1.2.3", Criticality::critical, der::null()), scope(flag(4))}) {
        for (const std::int64_t serial : {kSerial, kSerial + 1}) {
            const auto verdict = verdict_by_list(
                authority.certificate(), authority.crl(authority.list({entry_of(serial)}, {one})),
                nullptr, kNow);
            CHECK(verdict.state == RevocationState::unknown);
            CHECK(verdict.problem == kRevocationFailure);
        }
    }
}

TEST_CASE("a delta adds to its complete list, takes back a hold, and is nothing alone",
          "[revocation][RFC5280:5.2.4]") {
    Authority authority;
    const CertificateFacts machine = authority.certificate();
    const auto complete = [&](const std::vector<CrlEntrySpec>& entries) {
        return authority.crl(authority.list(entries, {crl_number(10)}));
    };
    const auto delta = [&](const std::vector<CrlEntrySpec>& entries, std::int64_t base = 10,
                           std::int64_t number = 12) {
        return authority.crl(authority.list(entries, {crl_number(number), delta_indicator(base)}));
    };
    const auto state = [&](const Crl& list, const Crl& more) {
        return verdict_by_list(machine, list, &more, kNow).state;
    };
    using enum RevocationState;
    CHECK(state(complete({}), delta({})) == valid);
    CHECK(state(complete({}), delta({entry_of(kSerial)})) == revoked);
    CHECK(state(complete({}), delta({entry_of(kSerial, kHold)})) == revoked);
    CHECK(state(complete({entry_of(kSerial)}), delta({})) == revoked);
    CHECK(state(complete({entry_of(kSerial, kHold)}), delta({})) == revoked);
    CHECK(state(complete({entry_of(kSerial, kHold)}), delta({entry_of(kSerial, kRemove)})) ==
          valid);
    CHECK(state(complete({entry_of(kSerial, kKeyCompromise)}),
                delta({entry_of(kSerial, kRemove)})) == revoked);
    SECTION("alone") {
        CHECK(is_offline(verdict_by_list(machine, delta({}), nullptr, kNow)));
        CHECK(is_offline(verdict_by_list(machine, delta({entry_of(kSerial)}), nullptr, kNow)));
    }
    SECTION("one that does not fit is as if it were not there") {
        const std::vector<CrlEntrySpec> bad = {entry_of(kSerial)};
        CHECK(state(complete({}), delta(bad, 11)) == valid);    // starts from a later list
        CHECK(state(complete({}), delta(bad, 9)) == revoked);   // from an earlier one: fits
        CHECK(state(complete({}), delta(bad, 5, 9)) == valid);  // is older than the list
        CHECK(state(complete({}), delta(bad, 5, 10)) == revoked);
        CHECK(state(complete({}), complete(bad)) == valid);  // is no delta
        CrlSpec spec = authority.list(bad, {crl_number(12), delta_indicator(10)});
        spec.next_update = kNow - hours(1);
        CHECK(state(complete({}), authority.crl(spec)) == valid);
        spec.next_update = kNow + hours(1);
        spec.issuer = "Another CA";
        CHECK(state(complete({}), authority.crl(spec)) == valid);
        spec = authority.list(bad,
                              {crl_number(12), delta_indicator(10),
                               extension("2.5.29.35", Criticality::not_critical,
                                         der::sequence({der::write(der::context(0), Bytes{9})}))});
        CHECK(state(complete({}), authority.crl(spec)) == valid);  // another key of the issuer
        spec = authority.list(bad, {crl_number(12), delta_indicator(10), scope(flag(1))});
        CHECK(state(complete({}), authority.crl(spec)) == valid);
        spec = authority.list(bad, {crl_number(12), delta_indicator(10),
                                    extension("1.2.3", Criticality::critical, der::null())});
        CHECK(state(complete({}), authority.crl(spec)) == valid);
    }
}

TEST_CASE("a list counts when the key of the issuer's certificate signed it",
          "[revocation][RFC5280:6.3.3]") {
    Authority authority;
    const Crl crl = authority.crl(authority.list());
    CHECK(check_crl_signature(crl, authority.self(), authority.crypto));
    SECTION("somebody else's key") {
        Authority other;
        FakeKey stranger("stranger", engine::KeyAlgorithm::ecdsa_p256);
        const Crl forged = read(make_crl(authority.list(), stranger));
        const auto checked = check_crl_signature(forged, authority.self(), authority.crypto);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().context == "the signature of the list is wrong");
    }
    SECTION("somebody else's name") {
        CrlSpec spec = authority.list();
        spec.issuer = "Another CA";
        const auto checked =
            check_crl_signature(authority.crl(spec), authority.self(), authority.crypto);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().context == "the list is not by CN=Corp Root CA");
    }
    SECTION("an issuer that may not sign lists") {
        CHECK_FALSE(check_crl_signature(crl, authority.self({key_usage(0x04)}), authority.crypto));
        CHECK(check_crl_signature(crl, authority.self({key_usage(0x06)}), authority.crypto));
    }
    SECTION("the name of another key") {
        const auto with_key = [&](std::uint8_t id) {
            return authority.crl(authority.list(
                {}, {extension("2.5.29.35", Criticality::not_critical,
                               der::sequence({der::write(der::context(0), Bytes{id})}))}));
        };
        const auto issuer = authority.self(
            {extension("2.5.29.14", Criticality::not_critical, der::octet_string(Bytes{9}))});
        CHECK(check_crl_signature(with_key(9), issuer, authority.crypto));
        CHECK_FALSE(check_crl_signature(with_key(8), issuer, authority.crypto));
    }
    SECTION("an algorithm that is not understood") {
        Crl strange = authority.crl(authority.list());
        strange.algorithm.oid = "1.2.3";
        CHECK_FALSE(check_crl_signature(strange, authority.self(), authority.crypto));
    }
}

}  // namespace ae::test
