// The allowance for a CA that renewed its certificate before the directory lists the new one.
#include "engine/base/hresult_table.h"
#include "tests/support/response_question.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

const std::string kNote = kCa1 + " renewed its certificate, and the directory does not list it yet";

CertificateSpec renewed() {
    return {.subject = kCaName,
            .issuer = "Corp Root CA",
            .subject_key = fake_public_key("renewed"),
            .issuer_key = ca_key("Corp Root CA"),
            .not_before = kNow - kDay,
            .not_after = kNow + 4000 * kDay,
            .is_ca = true,
            .serial = 9};
}

// The leaf and the full answer are of the CA's new key; the CA tells `own` about itself.
struct Renewed : Question {
    explicit Renewed(const CertificateSpec& own = renewed()) {
        leaf.issuer_key = fake_public_key("renewed");
        own_certificates = std::vector<Bytes>{make_certificate(own)};
    }
    void answer_with_new_key() {
        reply.certificate = make_certificate(leaf);
        reply.full =
            signed_answer(cmc_status::kSuccess, make_certificate(renewed()), reply.certificate);
    }
};

TEST_CASE("a CA with a certificate that the directory does not list yet is asked for it once",
          "[response][I8]") {
    Renewed question;
    CHECK(question.ask());
    CHECK(question.asked_for_certificates == 1);
    CHECK(question.notes == std::vector<std::string>{kNote});
}

TEST_CASE("a full answer by that certificate needs no second question", "[response][I3][I8]") {
    Renewed question;
    question.answer_with_new_key();
    CHECK(question.ask());
    CHECK(question.asked_for_certificates == 1);
    CHECK(question.notes == std::vector<std::string>{kNote});
}

TEST_CASE("a word without a certificate may come from that certificate too", "[response][I3]") {
    Renewed question;
    question.reply.disposition = Disposition::pending;
    question.reply.full = signed_answer(cmc_status::kPending, make_certificate(renewed()), {});
    CHECK(check_standing(question.reply,
                         {question.ca, question.anchors, kNow, question.ask_for_certificates()},
                         question.chains, question.crypto));
}

TEST_CASE("a CA that the directory explains is not asked for its certificates", "[response][I8]") {
    Question question;
    question.own_certificates = std::vector<Bytes>{make_certificate(renewed())};
    question.answer_in_full();
    CHECK(question.ask());
    CHECK(question.asked_for_certificates == 0);
    CHECK(question.notes.empty());
}

TEST_CASE(
    "what a CA tells about itself is believed only with the listed name, as a CA's, and when "
    "it chains to the trust set",
    "[response][I8][hostile]") {
    struct Row {
        const char* what;
        std::function<void(CertificateSpec&)> change;
    };
    const Row row = GENERATE(values<Row>({
        {"another name", [](CertificateSpec& own) { own.subject = "Corp Issuing CA 2"; }},
        {"no certificate of a CA", [](CertificateSpec& own) { own.is_ca = false; }},
        {"another key", [](CertificateSpec& own) { own.subject_key = fake_public_key("third"); }},
    }));
    INFO(row.what);
    CertificateSpec own = renewed();
    row.change(own);
    Renewed question(own);
    question.leaf.issuer = own.subject;
    const auto leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK_THAT(leaf.error().context, Catch::StartsWith("check I8: the certificate comes from"));
    CHECK(question.notes.empty());
}

TEST_CASE("a certificate that the CA tells and nothing trusts is no help",
          "[response][I3][I8][hostile]") {
    const auto state = GENERATE(ChainState::untrusted, ChainState::revoked, ChainState::expired,
                                ChainState::malformed);
    Renewed question;
    question.chains.answers[make_certificate(renewed())] = ChainStatus{state, "x", {}};
    auto leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK_THAT(leaf.error().context, Catch::StartsWith("check I8: "));

    question.answer_with_new_key();
    leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK(leaf.error().context ==
          "check I3: the full answer is signed by the certificate with serial number 09, which is "
          "none of the CA's");
}

TEST_CASE("a CA that does not tell its certificates is said to, and nothing is decided",
          "[response][I8]") {
    Renewed question;
    question.own_certificates = fail(kServerUnavailable, "ask the CA");
    const auto leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK(leaf.error().code == kServerUnavailable);
    CHECK(leaf.error().context ==
          "check I8: the certificate comes from CN=Corp Issuing CA 1, and not from a certificate "
          "that the directory lists for ca1.corp.example.test\\Corp Issuing CA 1; the CA does not "
          "tell its own certificates: ask the CA: " +
              describe(kServerUnavailable) + ". " + std::string(remedy_for(kServerUnavailable)) +
              '.');
    CHECK(question.asked_for_certificates == 1);
}

TEST_CASE("32 of a CA's own certificates are looked at", "[response][I8][hostile]") {
    const auto [count, passes] = GENERATE(table<std::size_t, bool>({{32, true}, {33, false}}));
    Renewed question;
    std::vector<Bytes> own(count - 1, Bytes{0x30, 0x00});
    own.push_back(make_certificate(renewed()));
    question.own_certificates = own;
    CHECK(question.ask().has_value() == passes);
}

}  // namespace
}  // namespace ae::engine
