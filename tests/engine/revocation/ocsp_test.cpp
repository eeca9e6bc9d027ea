#include "tests/engine/revocation/authority.h"

namespace ae::test {
namespace {

using engine::CertificateFacts;
using engine::OcspAnswer;
using engine::OcspQuestion;
using engine::OcspState;
using engine::RevocationState;
using engine::RevocationVerdict;
using std::chrono::hours;
using std::chrono::minutes;

constexpr const char* kOcspSigning = "1.3.6.1.5.5.7.3.9";
constexpr int kHold = 6;

// One question about one certificate, and what its authority answers.
struct Exchange {
    Exchange() {
        spec = {.id = question.id,
                .this_update = kNow - minutes(5),
                .next_update = kNow + hours(1),
                .responder_name = authority.name};
    }
    RevocationVerdict verdict(engine::PrivateKey& key, Time now = kNow) {
        auto answer = engine::parse_ocsp_answer(make_ocsp_answer(spec, key));
        REQUIRE(answer);
        return verdict_by_answer(machine, issuer, question, *answer, now, authority.crypto);
    }
    RevocationVerdict verdict(Time now = kNow) { return verdict(authority.key, now); }

    Authority authority;
    CertificateFacts machine = authority.certificate();
    CertificateFacts issuer = authority.self();
    OcspQuestion question = make_ocsp_question(machine, issuer, authority.crypto);
    OcspSpec spec;
};

bool is_offline(const RevocationVerdict& verdict) {
    return verdict.state == RevocationState::unknown && verdict.problem == kRevocationOffline &&
           !verdict.detail.empty();
}

}  // namespace

// Without anything else: Windows' responder refuses a question with a nonce.
TEST_CASE("a question names the certificate by its issuer's name and key, and says no more",
          "[ocsp][RFC6960:4.1.1][RFC5019:2.1.1]") {
    const Exchange exchange;
    const OcspQuestion sent = read_ocsp_question(exchange.question.der);
    CHECK(sent.id == exchange.question.id);
    CHECK(sent.id.hash_oid == "1.3.14.3.2.26");
    CHECK(sent.id.issuer_name_hash == fake_digest(exchange.machine.issuer_der));
    CHECK(sent.id.issuer_key_hash == fake_digest(as_bytes("root")));  // the bits alone
    CHECK(sent.id.serial == exchange.machine.serial_octets);
}

TEST_CASE("the issuer's answer says valid, revoked or that it does not know",
          "[ocsp][revocation][Q14][RFC6960:2.2]") {
    Exchange exchange;
    CHECK(exchange.verdict().state == RevocationState::valid);
    exchange.spec.state = OcspState::revoked;
    exchange.spec.revoked = kNow - hours(30);
    exchange.spec.reason = 4;
    CHECK(exchange.verdict().state == RevocationState::revoked);
    CHECK(exchange.verdict().detail == "CN=ws1 was revoked at 2026-05-31T06:00:00Z (superseded)");
    exchange.spec.state = OcspState::unknown;
    CHECK(exchange.verdict().state == RevocationState::unknown);
    CHECK(exchange.verdict().problem == kRevocationFailure);
}

TEST_CASE("an answer about another certificate is none", "[ocsp][revocation][RFC6960:3.2]") {
    Exchange exchange;
    SECTION("serial number") { exchange.spec.id.serial.back() ^= 1; }
    SECTION("issuer's name") { exchange.spec.id.issuer_name_hash.back() ^= 1; }
    SECTION("issuer's key") { exchange.spec.id.issuer_key_hash.back() ^= 1; }
    SECTION("digest") { exchange.spec.id.hash_oid = "2.16.840.1.101.3.4.2.1"; }
    CHECK(is_offline(exchange.verdict()));
}

TEST_CASE("who may sign an answer: the issuer, and whom it made a responder",
          "[ocsp][revocation][RFC6960:4.2.2.2]") {
    Exchange exchange;
    FakeKey responder("responder", engine::KeyAlgorithm::ecdsa_p256);
    const auto delegate = [&](const std::vector<Bytes>& extensions) {
        exchange.spec.responder_name = "Responder";
        exchange.spec.certificates = {
            exchange.authority.issue("Responder", responder, Role::end_entity, extensions)};
    };
    SECTION("the issuer, named by its key") {
        exchange.spec.responder_name.clear();
        exchange.spec.responder_key_hash = exchange.question.id.issuer_key_hash;
        CHECK(exchange.verdict().state == RevocationState::valid);
        exchange.spec.responder_key_hash.back() ^= 1;
        CHECK(is_offline(exchange.verdict()));
    }
    SECTION("the issuer's key under another name") {
        exchange.spec.responder_name = "Somebody";
        CHECK(is_offline(exchange.verdict()));
    }
    SECTION("a stranger under the issuer's name") {
        CHECK(is_offline(exchange.verdict(responder)));
    }
    SECTION("a responder of the issuer's choice") {
        delegate({extended_key_usage(kOcspSigning)});
        CHECK(exchange.verdict(responder).state == RevocationState::valid);
        CHECK(is_offline(exchange.verdict(exchange.authority.machine_key)));
    }
    SECTION("its certificate behind others") {
        delegate({extended_key_usage(kOcspSigning)});
        exchange.spec.certificates.insert(exchange.spec.certificates.begin(), exchange.machine.der);
        CHECK(exchange.verdict(responder).state == RevocationState::valid);
    }
    SECTION("a certificate of the issuer without that purpose") {
        delegate({});
        CHECK(is_offline(exchange.verdict(responder)));
        delegate({extended_key_usage("1.3.6.1.5.5.7.3.2")});
        CHECK(is_offline(exchange.verdict(responder)));
    }
    SECTION("a key that may not sign") {
        delegate({extended_key_usage(kOcspSigning), key_usage(0x20)});
        CHECK(is_offline(exchange.verdict(responder)));
        delegate({extended_key_usage(kOcspSigning), key_usage(0x80)});
        CHECK(exchange.verdict(responder).state == RevocationState::valid);
    }
    SECTION("a responder of another issuer") {
        Authority other;
        other.name = "Other CA";
        exchange.spec.responder_name = "Responder";
        exchange.spec.certificates = {other.issue("Responder", responder, Role::end_entity,
                                                  {extended_key_usage(kOcspSigning)})};
        CHECK(is_offline(exchange.verdict(responder)));
    }
    SECTION("a responder's certificate that only claims to be the issuer's") {
        exchange.spec.responder_name = "Responder";
        exchange.spec.certificates = {
            make_certificate({.subject = "Responder",
                              .issuer = exchange.authority.name,
                              .public_key_info = copy(responder.public_key_info()),
                              .not_before = kNow - hours(1),
                              .not_after = kNow + hours(1),
                              .extensions = {extended_key_usage(kOcspSigning)}},
                             responder)};
        CHECK(is_offline(exchange.verdict(responder)));
    }
    SECTION("a responder's certificate that is not valid yet") {
        delegate({extended_key_usage(kOcspSigning)});
        exchange.spec.this_update = kNow - hours(48);
        const Time begin = kNow - hours(24);
        CHECK(exchange.verdict(responder, begin - minutes(10)).state == RevocationState::valid);
        CHECK(is_offline(exchange.verdict(responder, begin - minutes(10) - Seconds(1))));
    }
    SECTION("a responder's certificate that has expired") {
        delegate({extended_key_usage(kOcspSigning)});
        exchange.spec.this_update = kNow + hours(24 * 365);
        exchange.spec.next_update = kNow + hours(24 * 366);
        CHECK(exchange.verdict(responder, kNow + hours(24 * 365)).state == RevocationState::valid);
        CHECK(is_offline(exchange.verdict(responder, kNow + hours(24 * 365) + Seconds(1))));
    }
}

TEST_CASE("an answer is fresh between its dates, with 10 minutes at its begin",
          "[ocsp][revocation][RFC6960:4.2.2.1]") {
    Exchange exchange;
    const auto state_at = [&](Time now) { return exchange.verdict(now).state; };
    CHECK(state_at(kNow - minutes(15)) == RevocationState::valid);
    CHECK(is_offline(exchange.verdict(kNow - minutes(15) - Seconds(1))));
    CHECK(state_at(kNow + hours(1)) == RevocationState::valid);
    CHECK(is_offline(exchange.verdict(kNow + hours(1) + Seconds(1))));
    SECTION("what is revoked stays revoked, but for a hold") {
        exchange.spec.state = OcspState::revoked;
        exchange.spec.revoked = kNow - hours(2);
        CHECK(state_at(kNow + hours(9)) == RevocationState::revoked);
        CHECK(is_offline(exchange.verdict(kNow - minutes(16))));
        exchange.spec.reason = kHold;
        CHECK(state_at(kNow) == RevocationState::revoked);
        CHECK(is_offline(exchange.verdict(kNow + hours(9))));
    }
    SECTION("without nextUpdate it is fresh when it was just produced") {
        exchange.spec.next_update.reset();
        exchange.spec.this_update = kNow - hours(1);
        exchange.spec.produced = kNow;
        CHECK(is_offline(exchange.verdict(kNow - minutes(10) - Seconds(1))));
        CHECK(state_at(kNow - minutes(10)) == RevocationState::valid);
        CHECK(state_at(kNow + minutes(10)) == RevocationState::valid);
        CHECK(is_offline(exchange.verdict(kNow + minutes(10) + Seconds(1))));
        exchange.spec.this_update = kNow + minutes(1);
        CHECK(is_offline(exchange.verdict(kNow - minutes(9) - Seconds(1))));
        CHECK(state_at(kNow - minutes(9)) == RevocationState::valid);
    }
}

TEST_CASE("a nonce that nobody sent changes nothing", "[ocsp][revocation][RFC5019:4]") {
    Exchange exchange;
    const Bytes nonce(32, 7);
    SECTION("as RFC 9654 writes it") { exchange.spec.extensions = {nonce_extension(nonce)}; }
    SECTION("marked as critical") {
        exchange.spec.extensions = {
            extension("1.3.6.1.5.5.7.48.1.2", Criticality::critical, der::octet_string(nonce))};
    }
    SECTION("octets without a type around them, as old responders write it") {
        exchange.spec.extensions = {
            extension("1.3.6.1.5.5.7.48.1.2", Criticality::not_critical, nonce)};
    }
    CHECK(exchange.verdict().state == RevocationState::valid);
    exchange.spec.next_update = kNow - Seconds(1);  // nor does it make the answer fresh
    CHECK(is_offline(exchange.verdict()));
}

TEST_CASE("critical extensions that nobody knows make an answer useless",
          "[ocsp][revocation][choice 3][RFC6960:4.4]") {
    Exchange exchange;
    const auto strange = [](Criticality criticality) {
        return std::vector<Bytes>{extension("1.2.3", criticality, der::null())};
    };
    SECTION("of the whole") {
        exchange.spec.extensions = strange(Criticality::critical);
        CHECK(exchange.verdict().problem == kRevocationFailure);
        exchange.spec.extensions = strange(Criticality::not_critical);
        CHECK(exchange.verdict().state == RevocationState::valid);
    }
    SECTION("of the part") {
        exchange.spec.single_extensions = strange(Criticality::critical);
        CHECK(exchange.verdict().problem == kRevocationFailure);
        exchange.spec.single_extensions = strange(Criticality::not_critical);
        CHECK(exchange.verdict().state == RevocationState::valid);
    }
}

TEST_CASE("a responder that refuses says why in words", "[ocsp][RFC6960:2.3]") {
    struct Row {
        std::uint8_t status;
        const char* words;
    };
    for (const Row& row : {Row{1, "the question is malformed"}, Row{3, "try later"},
                           Row{6, "unauthorized"}, Row{9, "status 9"}}) {
        const auto answer = engine::parse_ocsp_answer(make_ocsp_refusal(row.status));
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == kServerUnavailable);
        CHECK(answer.error().context.find(row.words) != std::string::npos);
    }
}

TEST_CASE("octets that are no answer are refused with a sentence", "[ocsp]") {
    Exchange exchange;
    exchange.spec.certificates = {exchange.machine.der};
    exchange.spec.state = OcspState::revoked;
    exchange.spec.reason = 1;
    const Bytes good = make_ocsp_answer(exchange.spec, exchange.authority.key);
    REQUIRE(engine::parse_ocsp_answer(good));
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        const auto read = engine::parse_ocsp_answer(
            Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)));
        REQUIRE_FALSE(read);
        REQUIRE(read.error().code == kInvalidData);
    }
    Bytes longer = good;
    longer.push_back(0);
    CHECK_FALSE(engine::parse_ocsp_answer(longer));
    exchange.spec.certificates = std::vector<Bytes>(17, exchange.machine.der);
    CHECK_FALSE(engine::parse_ocsp_answer(make_ocsp_answer(exchange.spec, exchange.authority.key)));
}

}  // namespace ae::test
