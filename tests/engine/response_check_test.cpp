#include "engine/response_check.h"

#include "engine/base/hresult_table.h"
#include "tests/support/response_question.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

TEST_CASE("an answer that is what was asked for passes", "[response]") {
    Question question;
    const auto leaf = question.ask();
    REQUIRE(leaf);
    CHECK(leaf->subject == "CN=ws1.corp.example.test");
    CHECK(question.chains.roots == std::vector<Bytes>{root_certificate()});
}

TEST_CASE("each check refuses with its own sentence and code",
          "[response][I1][I5][I6][I7][I8][I9][I10][I11]") {
    struct Row {
        const char* what;
        std::function<void(Question&)> spoil;
        std::uint32_t code;
        const char* sentence;
    };
    const Row row = GENERATE(values<Row>({
        {"octets that are no certificate",
         [](Question& q) {
             q.reply.certificate = {0x30, 0x00};
         },
         0x8007000D, "check I1: the answer holds no certificate"},
        {"trailing octets",
         [](Question& q) {
             q.reply.certificate = make_certificate(q.leaf);
             q.reply.certificate.push_back(0);
         },
         0x8007000D, "check I1: "},
        {"another key", [](Question& q) { q.leaf.subject_key = fake_public_key("other"); },
         0x80090015, "check I5: the certificate is for another key than the one we made"},
        {"a key that does not sign", [](Question& q) { q.key.broken = true; }, 0x80090016,
         "check I6: the private key does not sign"},
        {"a key that signs as another", [](Question& q) { q.key.signs_as_another = true; },
         0x8009000D, "check I6: a signature of the private key does not fit the certificate"},
        {"untrusted",
         [](Question& q) {
             q.chains.otherwise = ChainStatus{ChainState::untrusted, "unknown root", {}};
         },
         0x800B0109, "check I7: the certificate does not chain to a trusted root: unknown root"},
        {"revoked",
         [](Question& q) {
             q.chains.otherwise = ChainStatus{ChainState::revoked, "by its CA", {}};
         },
         0x800B010C, "check I7: "},
        {"expired chain",
         [](Question& q) {
             q.chains.otherwise = ChainStatus{ChainState::expired, "x", {}};
         },
         0x800B0101, "check I7: "},
        {"malformed chain",
         [](Question& q) {
             q.chains.otherwise = ChainStatus{ChainState::malformed, "x", {}};
         },
         0x800B010A, "check I7: "},
        {"another CA's name", [](Question& q) { q.leaf.issuer = "Other CA"; }, 0x8007000D,
         "check I8: the certificate comes from CN=Other CA, and not from a certificate that the "
         "directory lists for ca1.corp.example.test\\Corp Issuing CA 1"},
        {"the CA's name and another key",
         [](Question& q) { q.leaf.issuer_key = fake_public_key("impostor"); }, 0x8007000D,
         "check I8: "},
        {"no template", [](Question& q) { q.leaf.template_oid.clear(); }, 0x8007000D,
         "check I9: the certificate names no template"},
        {"another template", [](Question& q) { q.leaf.template_oid = "1.2.3"; }, 0x8007000D,
         "check I9: the certificate is of template 1.2.3"},
        {"another template by name",
         [](Question& q) {
             q.leaf.template_oid.clear();
             q.leaf.template_name = "Machine";
         },
         0x8007000D, "check I9: the certificate is of template Machine"},
        {"a lower major version", [](Question& q) { q.leaf.template_major = 99; }, 0x8007000D,
         "check I9: the certificate has major version 99 of the template, 100 was asked for"},
        {"not valid yet",
         [](Question& q) { q.leaf.not_before = kNow + std::chrono::minutes(10) + Seconds(1); },
         0x800B0101, "check I10: the certificate is not valid before 2026-11-21T12:10:01Z"},
        {"expired to the second", [](Question& q) { q.leaf.not_after = kNow; }, 0x800B0101,
         "check I10: the certificate expired at 2026-11-21T12:00:00Z"},
        {"a CA certificate", [](Question& q) { q.leaf.is_ca = true; }, 0x8007000D,
         "check I11: the certificate is one of a CA"},
    }));
    INFO(row.what);
    Question question;
    row.spoil(question);
    const auto leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK(value_of(leaf.error().code) == row.code);
    CHECK_THAT(leaf.error().context, Catch::StartsWith(row.sentence));
}

TEST_CASE("answers at the edge of a check pass", "[response][I8][I9][I10][I11]") {
    struct Row {
        const char* what;
        std::function<void(Question&)> change;
    };
    const Row row = GENERATE(values<Row>({
        {"ten minutes of clock skew",
         [](Question& q) { q.leaf.not_before = kNow + std::chrono::minutes(10); }},
        {"one second left", [](Question& q) { q.leaf.not_after = kNow + Seconds(1); }},
        {"a higher major version", [](Question& q) { q.leaf.template_major = 101; }},
        {"the template by its name",
         [](Question& q) {
             q.leaf.template_oid.clear();
             q.leaf.template_name = "t";
         }},
        {"a CA template may make a CA",
         [](Question& q) {
             q.leaf.is_ca = true;
             q.wanted.general_flags |= general_flag::kIsCa;
         }},
        {"the CA's older certificate signed",
         [](Question& q) {
             q.ca.certificates.insert(q.ca.certificates.begin(),
                                      make_certificate({.subject = kCaName,
                                                        .issuer = "Corp Root CA",
                                                        .subject_key = fake_public_key("renewed"),
                                                        .issuer_key = ca_key("Corp Root CA"),
                                                        .not_before = kNow,
                                                        .not_after = kNow + 100 * kDay,
                                                        .is_ca = true}));
         }},
        {"a signature algorithm that cannot be read: the same",
         [](Question& q) {
             q.leaf.signature_oid.clear();
             q.leaf.issuer_key = fake_public_key("not verified here");
         }},
        {"RSASSA-PSS without parameters: the same",
         [](Question& q) {
             q.leaf.signature_oid = "1.2.840.113549.1.1.10";
             q.leaf.issuer_key = fake_public_key("not verified here");
         }},
    }));
    INFO(row.what);
    Question question;
    row.change(question);
    CHECK(question.ask());
}

// A key that agrees on others, and does not sign.
class AgreementKey final : public PrivateKey {
  public:
    [[nodiscard]] const std::string& reference() const override { return key_.reference(); }
    [[nodiscard]] ByteView public_key_info() const override { return key_.public_key_info(); }
    [[nodiscard]] KeyAlgorithm algorithm() const override { return KeyAlgorithm::ecdsa_p256; }
    [[nodiscard]] bool signs() const override { return false; }
    Result<Bytes> sign(const SignatureScheme&, ByteView) override {
        return fail(kNotSupported, "sign");
    }
    Done probe_agreement() override { return fits ? done() : fail(hresult(0x80090003), "agree"); }

    bool fits = true;

  private:
    FakeKey key_{"key", KeyAlgorithm::ecdsa_p256};
};

TEST_CASE("a key that does not sign is probed by agreement", "[response][I6]") {
    Question question;
    AgreementKey key;
    const auto ask = [&] {
        question.reply.certificate = make_certificate(question.leaf);
        return check_response(question.reply,
                              {question.wanted, question.ca, key, question.anchors, kNow},
                              question.chains, question.crypto);
    };
    CHECK(ask());
    key.fits = false;
    const auto leaf = ask();
    REQUIRE_FALSE(leaf);
    CHECK(value_of(leaf.error().code) == 0x80090003);
    CHECK(leaf.error().context == "check I6: the private key does not agree: agree");
}

TEST_CASE("the checks come in this order, and the first that fails is the sentence",
          "[response][I1][I5][I6][I7][I8][I9][I10][I11]") {
    Question question;
    question.key.signs_as_another = true;
    question.chains.otherwise = ChainStatus{ChainState::untrusted, "x", {}};
    question.leaf.subject_key = fake_public_key("other");
    question.leaf.issuer = "Other CA";
    question.leaf.template_oid = "1.2.3";
    question.leaf.not_after = kNow;
    question.leaf.is_ca = true;
    const auto check_then = [&](auto repair) {
        question.reply.certificate.clear();
        const auto leaf = question.ask();
        REQUIRE_FALSE(leaf);
        repair();
        return leaf.error().context.substr(0, leaf.error().context.find(':'));
    };
    CHECK(check_then([&] {
              const ByteView key = question.key.public_key_info();
              question.leaf.subject_key.assign(key.begin(), key.end());
          }) == "check I5");
    CHECK(check_then([&] { question.key.signs_as_another = false; }) == "check I6");
    CHECK(check_then([&] { question.chains.otherwise = ChainStatus{}; }) == "check I7");
    CHECK(check_then([&] { question.leaf.issuer = kCaName; }) == "check I8");
    CHECK(check_then([&] { question.leaf.template_oid = question.wanted.oid; }) == "check I9");
    CHECK(check_then([&] { question.leaf.not_after = kNow + kDay; }) == "check I10");
    CHECK(check_then([&] { question.leaf.is_ca = false; }) == "check I11");
    question.reply.certificate.clear();
    CHECK(question.ask());
}

TEST_CASE("a template without an OID is compared by its name", "[response][I9]") {
    Question question;
    question.wanted.oid.clear();
    question.leaf.template_name = "t";
    CHECK(question.ask());
    Question other;
    other.wanted.oid.clear();
    other.leaf.template_name = "Machine";
    CHECK_FALSE(other.ask());
}

TEST_CASE("the certificates that came along become the chain, without any root",
          "[response][I13]") {
    const auto certificate = [](const std::string& subject, const std::string& issuer) {
        return make_certificate({.subject = subject,
                                 .issuer = issuer,
                                 .subject_key = ca_key(subject),
                                 .issuer_key = ca_key(issuer),
                                 .not_before = kNow,
                                 .not_after = kNow + 100 * kDay,
                                 .is_ca = true});
    };
    const Bytes issuing = certificate("Issuing", "Policy");
    const Bytes policy = certificate("Policy", "Root");
    const Bytes root = certificate("Root", "Root");
    const Bytes unrelated = certificate("Evil", "Other");
    const CertificateFacts leaf = facts_of(certificate("ws1", "Issuing"));
    CHECK(issuers_of(leaf, {root, unrelated, Bytes{1, 2}, policy, issuing}) ==
          std::vector<Bytes>{issuing, policy});
    CHECK(issuers_of(leaf, {}).empty());
}

TEST_CASE("issuers that name each other end the chain", "[response][hostile]") {
    const auto certificate = [](const std::string& subject, const std::string& issuer) {
        return make_certificate({.subject = subject,
                                 .issuer = issuer,
                                 .subject_key = ca_key(subject),
                                 .issuer_key = ca_key(issuer),
                                 .not_before = kNow,
                                 .not_after = kNow + 100 * kDay});
    };
    const CertificateFacts leaf = facts_of(certificate("ws1", "A"));
    CHECK(issuers_of(leaf, {certificate("A", "B"), certificate("B", "A")}).size() == 2);
}

}  // namespace
}  // namespace ae::engine
