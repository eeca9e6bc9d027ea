// What the client makes of the octets beside a certificate, by what was asked for and how.
#include "ca-client/cert_request_transport.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/cmc/response_builder.h"
#include "tests/support/fake_crypto.h"

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using Format = engine::EncodedRequest::Format;

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
constexpr std::uint32_t kIssued = 3;
constexpr std::uint32_t kUnderSubmission = 5;

// Gives one answer to every call, and remembers the flags.
class OneAnswer final : public CertRequestTransport {
  public:
    OneAnswer(CertificateAnswer answer, std::uint32_t& flags)
        : answer_(std::move(answer)), flags_(flags) {}

    Asked ask(const engine::CaRef&, CertificateRequest call, std::chrono::milliseconds) override {
        flags_ = call.flags;
        return {.answer = answer_};
    }
    Done ping(const engine::CaRef&) override { return done(); }
    Result<Bytes> property(const engine::CaRef&, const PropertyQuery&) override {
        return fail(kNotSupported, "property");
    }
    Result<PropertyInfo> property_info(const engine::CaRef&) override {
        return fail(kNotSupported, "property_info");
    }
    void disconnect() override {}

  private:
    CertificateAnswer answer_;
    std::uint32_t& flags_;
};

struct World {
    CertificateAnswer answer{.request_id = 17,
                             .disposition = kIssued,
                             .full_response = full_response({}),
                             .certificate = {0x30, 0x03, 0x02, 0x01, 0x02}};  // the second one
    test::FakeCrypto crypto{};
    std::uint32_t flags = 0;

    std::unique_ptr<engine::CaClient> client() {
        return create_ca_client({}, crypto, std::make_unique<OneAnswer>(answer, flags));
    }
    engine::CaReply submit(Format format) {
        return client()->submit(kCa, {.format = format, .octets = {1}}).value();
    }
};

const std::vector<Bytes> kOther = {{0x30, 0x03, 0x02, 0x01, 0x01}};

}  // namespace

TEST_CASE("a request in CMC and a retrieval take up the full answer of Request2",
          "[ca-client][I1][MS-WCCE:3.2.1.4.2.1.4.8.2]") {
    World world;
    const engine::CaReply sent = world.submit(Format::cmc);
    CHECK((world.flags & kFullResponse) != 0);
    REQUIRE(sent.full);
    CHECK(sent.full->status_text == "Issued");
    CHECK(sent.chain == kOther);

    const engine::CaReply fetched = world.client()->retrieve(kCa, 17).value();
    CHECK(world.flags == kFullResponse);
    CHECK(fetched.full);
    CHECK(fetched.chain == kOther);
}

TEST_CASE("what waits or is refused has its full answer too", "[ca-client][I2]") {
    World world;
    world.answer.certificate.clear();
    world.answer.disposition = GENERATE(kUnderSubmission, 2U, 0x80094012U);
    const engine::CaReply reply = world.submit(Format::cmc);
    CHECK(reply.full);
    CHECK(reply.chain.empty());
}

TEST_CASE("a full answer that was asked for and is missing or broken is said to be",
          "[ca-client][I1]") {
    World world;
    world.answer.full_response.clear();
    CHECK(world.submit(Format::cmc).full_problem ==
          "the CA gave no full answer, which was asked for");
    world.answer.full_response = {0x30, 0x00};
    CHECK(world.submit(Format::cmc).full_problem.starts_with("the full answer cannot be read: "));
}

TEST_CASE("where no full answer can be had, or none was asked for, the bag is the chain",
          "[ca-client][MS-WCCE:3.2.1.4.2.1.4.8.1]") {
    World world;
    const auto format = GENERATE(Format::pkcs10, Format::pkcs7, Format::cmc);
    world.answer.method = format == Format::cmc ? AnswerMethod::older : AnswerMethod::request2;
    const engine::CaReply reply = world.submit(format);
    CHECK_FALSE(reply.full);
    CHECK(reply.full_problem.empty());
    CHECK(reply.chain == kOther);
    world.answer.full_response.clear();
    CHECK(world.submit(format).full_problem.empty());
}

}  // namespace ae::ca
