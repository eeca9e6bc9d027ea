// The checks of a full CMC answer, each broken one at a time.  Real signatures:
// tests/ca-client/full_response_crypto_test.cpp.
#include "engine/base/hresult_table.h"
#include "tests/support/response_question.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

const Bytes kSent = {1, 2, 3};

// A certificate of the CA with the same name, and another key and serial number.
Bytes renewed_ca(const std::string& key, std::int64_t serial) {
    return make_certificate({.subject = kCaName,
                             .issuer = "Corp Root CA",
                             .subject_key = fake_public_key(key),
                             .issuer_key = ca_key("Corp Root CA"),
                             .not_before = kNow - 10 * kDay,
                             .not_after = kNow + 100 * kDay,
                             .is_ca = true,
                             .serial = serial});
}

TEST_CASE("a full answer that is true passes", "[response][I2][I3][I4][I12]") {
    Question question;
    question.answer_in_full();
    CHECK(question.ask());
    CHECK(question.notes.empty());
}

TEST_CASE("a full answer that is true about an archived key passes", "[response][I12]") {
    Question question;
    question.archived_key_hash = kSent;
    question.answer_in_full().archived_key_hash = kSent;
    CHECK(question.ask());
}

TEST_CASE("each check of a full answer refuses with its own sentence and code",
          "[response][I1][I2][I3][I4][I12]") {
    struct Row {
        const char* what;
        std::function<void(Question&, FullResponse&)> spoil;
        std::uint32_t code;
        const char* sentence;
    };
    const Row row = GENERATE(values<Row>({
        {"it cannot be read",
         [](Question& q, FullResponse&) { q.reply.full_problem = "the full answer is cut off"; },
         0x8007000D, "check I1: the full answer is cut off"},
        {"a status that says failed",
         [](Question&, FullResponse& full) { full.status = cmc_status::kFailed; }, 0x8007000D,
         "check I2: the CA says issued, and its full answer has the status 2"},
        {"a status that says pending",
         [](Question&, FullResponse& full) { full.status = cmc_status::kPending; }, 0x8007000D,
         "check I2: the CA says issued, and its full answer has the status 3"},
        {"a status that nobody knows", [](Question&, FullResponse& full) { full.status = 1; },
         0x8007000D, "check I2: the CA says issued, and its full answer has the status 1"},
        {"a digest that is not understood",
         [](Question&, FullResponse& full) { full.digest_oid = "1.2.840.113549.2.5"; }, 0x80070032,
         "check I3: the full answer is signed by 1.2.840.113549.1.1.1 with digest "
         "1.2.840.113549.2.5, which is not understood"},
        {"an algorithm that is not understood",
         [](Question&, FullResponse& full) { full.signature_oid = "1.2.3"; }, 0x80070032,
         "check I3: the full answer is signed by 1.2.3 with digest"},
        {"other content than was signed",
         [](Question&, FullResponse& full) { full.content.push_back(0); }, 0x8007000D,
         "check I3: the full answer is not the one that was signed"},
        {"no digest at all", [](Question&, FullResponse& full) { full.message_digest.clear(); },
         0x8007000D, "check I3: the full answer is not the one that was signed"},
        {"another serial number of the signer",
         [](Question&, FullResponse& full) { full.signer_serial = "08"; }, 0x8007000D,
         "check I3: the full answer is signed by the certificate with serial number 08, which is "
         "none of the CA's"},
        {"the CA's own name where its issuer's belongs",
         [](Question& q, FullResponse& full) {
             full.signer_issuer = facts_of(q.ca.certificates.front()).subject_der;
         },
         0x8007000D,
         "check I3: the full answer is signed by the certificate with serial number 07, which is "
         "none of the CA's"},
        {"other signed attributes",
         [](Question&, FullResponse& full) { full.signed_octets.push_back(0); }, 0x8007000D,
         "check I3: the signature of the full answer is wrong"},
        {"the signature of another key",
         [](Question&, FullResponse& full) {
             full.signature = fake_signature(fake_public_key("impostor"), HashAlgorithm::sha256,
                                             full.signed_octets);
         },
         0x8007000D, "check I3: the signature of the full answer is wrong"},
        {"the CA's other key",
         [](Question& q, FullResponse& full) {
             q.ca.certificates.push_back(renewed_ca("renewed", 9));
             full =
                 signed_answer(cmc_status::kSuccess, q.ca.certificates.back(), q.reply.certificate);
         },
         0x8007000D, "check I3: the key that signed the full answer did not sign the certificate"},
        {"no hash of the certificate",
         [](Question&, FullResponse& full) { full.issued_hash.clear(); }, 0x8007000D,
         "check I4: the full answer does not say which certificate was issued"},
        {"the hash of another certificate",
         [](Question&, FullResponse& full) { full.issued_hash.back() ^= 1; }, 0x8007000D,
         "check I4: the full answer is about another certificate"},
        {"a bag without the certificate",
         [](Question&, FullResponse& full) { full.certificates.pop_back(); }, 0x8007000D,
         "check I4: the full answer does not hold the certificate"},
        {"a key archived that was not sent",
         [](Question&, FullResponse& full) { full.archived_key_hash = kSent; }, 0x80095003,
         "check I12: the CA archived a key that was not sent"},
        {"no word about the key that was sent",
         [](Question& q, FullResponse&) { q.archived_key_hash = kSent; }, 0x80095002,
         "check I12: the CA does not say that it archived the key"},
        {"another key archived",
         [](Question& q, FullResponse& full) {
             q.archived_key_hash = kSent;
             full.archived_key_hash = {1, 2, 4};
         },
         0x80095004, "check I12: the CA archived another key than the one sent"},
    }));
    INFO(row.what);
    Question question;
    FullResponse& full = question.answer_in_full();
    row.spoil(question, full);
    const auto leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK(value_of(leaf.error().code) == row.code);
    CHECK_THAT(leaf.error().context, Catch::StartsWith(row.sentence));
}

TEST_CASE("the checks of a full answer come in this order, before and after the others",
          "[response][I2][I3][I4][I12]") {
    Question question;
    question.leaf.is_ca = true;
    FullResponse& full = question.answer_in_full();
    full.status = cmc_status::kFailed;
    full.content.push_back(0);
    full.issued_hash.clear();
    full.archived_key_hash = kSent;
    const auto check_then = [&](auto repair) {
        const auto leaf = question.ask();
        REQUIRE_FALSE(leaf);
        repair();
        return leaf.error().context.substr(0, leaf.error().context.find(':'));
    };
    CHECK(check_then([&] { full.status = cmc_status::kSuccess; }) == "check I2");
    CHECK(check_then([&] { full.content.pop_back(); }) == "check I3");
    CHECK(check_then([&] { full.issued_hash = fake_digest(question.reply.certificate); }) ==
          "check I4");
    CHECK(check_then([&] { question.wanted.general_flags |= general_flag::kIsCa; }) == "check I11");
    CHECK(check_then([&] { full.archived_key_hash.clear(); }) == "check I12");
    CHECK(question.ask());
}

TEST_CASE("a CA whose older key is still listed signs with the one of the certificate",
          "[response][I3]") {
    Question question;
    question.ca.certificates.push_back(renewed_ca("renewed", 9));
    question.leaf.issuer_key = fake_public_key("renewed");
    question.reply.certificate = make_certificate(question.leaf);
    question.reply.full = signed_answer(cmc_status::kSuccess, question.ca.certificates.back(),
                                        question.reply.certificate);
    CHECK(question.ask());
}

TEST_CASE("an answer for which no full one was asked has none to check", "[response][I2][I3][I4]") {
    Question question;
    CHECK(question.ask());
}

TEST_CASE("a key that was sent for archival is missed in an answer without a full one",
          "[response][I12]") {
    Question question;
    question.archived_key_hash = kSent;
    const auto leaf = question.ask();
    REQUIRE_FALSE(leaf);
    CHECK(value_of(leaf.error().code) == 0x80095002);
}

TEST_CASE("a CA's word without a certificate is believed when its full answer agrees and is signed",
          "[response][I2][I3]") {
    struct Row {
        Disposition disposition;
        std::uint32_t code;
        std::int64_t status;
        const char* problem;  // empty: it is believed
    };
    const Row row = GENERATE(values<Row>({
        {Disposition::pending, 0, cmc_status::kPending, ""},
        {Disposition::pending, 0, cmc_status::kSuccess,
         "check I2: the CA says under submission, and its full answer has the status 0"},
        {Disposition::pending, 0, cmc_status::kFailed,
         "check I2: the CA says under submission, and its full answer has the status 2"},
        {Disposition::denied, 0x80094014, cmc_status::kFailed, ""},
        {Disposition::denied, 0x80094014, cmc_status::kSuccess,
         "check I2: the CA says denied, and its full answer has the status 0"},
        {Disposition::denied, 0x80094014, cmc_status::kPending,
         "check I2: the CA says denied, and its full answer has the status 3"},
        // [MS-WCCE] 3.2.1.4.2.1.4.8.2: a revoked certificate was issued once.
        {Disposition::denied, 0x80092010, cmc_status::kSuccess, ""},
        {Disposition::denied, 0x80092010, cmc_status::kPending,
         "check I2: the CA says denied, and its full answer has the status 3"},
        {Disposition::failed, 0x80094012, cmc_status::kFailed, ""},
        {Disposition::failed, 0x80094012, cmc_status::kPending,
         "check I2: the CA says failed, and its full answer has the status 3"},
    }));
    Question question;
    question.reply.disposition = row.disposition;
    question.reply.code = hresult(row.code);
    question.reply.full = signed_answer(row.status, question.ca.certificates.front(), {});
    const auto standing = [&] {
        const Done said = check_standing(question.reply, {question.ca, question.anchors, kNow},
                                         question.chains, question.crypto);
        return said ? std::string() : said.error().context;
    };
    CHECK(standing() == row.problem);
    if (*row.problem == '\0') {
        question.reply.full->signature.back() ^= 1;
        CHECK(standing() == "check I3: the signature of the full answer is wrong");
        question.reply.full.reset();
        CHECK(standing().empty());  // ICertRequestD and ICertPassage have none
        question.reply.full_problem = "the full answer is cut off";
        CHECK(standing() == "check I1: the full answer is cut off");
    }
}

}  // namespace
}  // namespace ae::engine
