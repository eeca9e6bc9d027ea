// When ICertPassage is asked instead, with scripted transports on both sides.
#include "ca-client/cert_request_transport.h"
#include "ca-client/rpc/fault.h"
#include "engine/base/hresult_table.h"

#include <deque>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
const engine::CaRef kOther{"ca2.corp.example.test", "Corp Issuing CA 2"};
constexpr auto kPatience = std::chrono::seconds(1);

struct Said {
    Hresult code{};  // kOk: an answer
    bool may_have_acted = false;
    bool stale = false;
    bool host_answered = false;
};

// Answers as it is told, call by call; one call more than it was told of fails the test.
class Scripted final : public CertRequestTransport {
  public:
    Scripted(std::string name, std::vector<std::string>& heard)
        : name_(std::move(name)), heard_(heard) {}

    std::deque<Said> script{};

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        CHECK(timeout == kPatience);
        const Said said = next("ask " + ca.dns_host + ' ' + std::to_string(call.request_id));
        if (said.code == kOk) {
            return {.answer = CertificateAnswer{.request_id = call.request_id, .disposition = 3}};
        }
        return {.answer = fail(said.code, name_ + " failed", name_ + " remedy"),
                .stale = said.stale,
                .may_have_acted = said.may_have_acted};
    }
    Done reach(const engine::CaRef& ca) override {
        const Said said = next("reach " + ca.dns_host);
        return said.code == kOk ? done() : fail(said.code, name_ + " failed");
    }
    Done ping(const engine::CaRef& ca) override {
        const Said said = next("ping " + ca.dns_host);
        return said.code == kOk ? done() : fail(said.code, name_ + " failed");
    }
    Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery&) override {
        const Said said = next("property " + ca.dns_host);
        return said.code == kOk ? Result<Bytes>(Bytes{1}) : fail(said.code, name_ + " failed");
    }
    Result<PropertyInfo> property_info(const engine::CaRef& ca) override {
        next("property_info " + ca.dns_host);
        return fail(kNotSupported, name_ + " failed");
    }
    bool host_answered() const override { return host_answered_; }
    void disconnect() override { heard_.push_back(name_ + ": disconnect"); }

  private:
    Said next(const std::string& what) {
        heard_.push_back(name_ + ": " + what);
        INFO(heard_.back());
        REQUIRE_FALSE(script.empty());
        const Said said = script.front();
        script.pop_front();
        host_answered_ = said.host_answered;
        return said;
    }

    std::string name_;
    std::vector<std::string>& heard_;
    bool host_answered_ = false;
};

struct World {
    std::vector<std::string> heard{};
    std::vector<std::string> log{};
    Scripted* first = nullptr;
    Scripted* second = nullptr;
    std::unique_ptr<CertRequestTransport> transport{};

    World(std::deque<Said> of_first, std::deque<Said> of_second) {
        auto dcom = std::make_unique<Scripted>("dcom", heard);
        auto icpr = std::make_unique<Scripted>("icpr", heard);
        first = dcom.get();
        second = icpr.get();
        first->script = std::move(of_first);
        second->script = std::move(of_second);
        transport =
            make_fallback_transport(std::move(dcom), std::move(icpr),
                                    [this](std::string_view line) { log.emplace_back(line); });
    }
    Asked ask(const engine::CaRef& ca = kCa, std::uint32_t id = 7) {
        return transport->ask(ca, {.authority = ca.name, .request_id = id}, kPatience);
    }
};
using Heard = std::vector<std::string>;

}  // namespace

TEST_CASE("ICertPassage is asked where DCOM is no way in, whatever the host says for it",
          "[ca-client][fallback][MS-ICPR:1.6]") {
    const auto code = hresult(GENERATE(values<std::uint32_t>({
        0x80004002,  // E_NOINTERFACE
        0x80040154,  // REGDB_E_CLASSNOTREG
        0x80070005,  // E_ACCESSDENIED
        0x800706B5,  // RPC_S_UNKNOWN_IF
        0x800706D1,  // RPC_S_PROCNUM_OUT_OF_RANGE
        0x80080005,  // CO_E_SERVER_EXEC_FAILURE
        0x8001011B,  // RPC_E_ACCESS_DENIED
        0x8001011C,  // RPC_E_REMOTE_DISABLED
    })));
    CAPTURE(to_hex(code));
    SECTION("nothing was asked") {
        World world({{code}}, {{kOk}});
        const Asked asked = world.ask();
        REQUIRE(asked.answer);
        CHECK(asked.answer->request_id == 7);
        CHECK(world.heard ==
              Heard{"dcom: ask ca1.corp.example.test 7", "icpr: ask ca1.corp.example.test 7"});
        CHECK(world.log == Heard{"ca1.corp.example.test\\Corp Issuing CA 1: dcom failed: " +
                                 describe(code) + "; asks through ICertPassage"});
    }
    SECTION("the request may have acted (W7)") {
        World world({{.code = code, .may_have_acted = true}}, {});
        const Asked asked = world.ask();
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == code);
        CHECK(asked.may_have_acted);
        CHECK(world.log.empty());
    }
    SECTION("a sign of life") {
        World world({{code}}, {{kOk}});
        CHECK(world.transport->ping(kCa));
        CHECK(world.log.size() == 1);
    }
}

TEST_CASE("an error that ICertPassage would meet too, or that may be the CA's, stays as it is",
          "[ca-client][fallback]") {
    const auto code = GENERATE(values<Hresult>({
        kServerUnavailable,  // nobody on port 135
        kCallFailed,         // a lost answer
        kTimeout,
        kOperationAborted,  // stopped
        kInvalidData,       // hostile
        kInvalidArgument,   // wrong name of the CA
        kTargetUnknown,     // Kerberos, here and below
        kNoCredentials,
        kNoKdc,
        kContextExpired,
        kTimeSkew,
        kSecurityInternal,
        kSecurityPackage,  // no header signing
        kLogonFailure,
        kObjectDisconnected,  // a fresh activation may help
        kInvalidObject,
        hresult(0x800706BF),  // RPC_S_CALL_FAILED_DNE
        hresult(0x800706BB),  // RPC_S_SERVER_TOO_BUSY
        hresult(0x800706D3),  // RPC_S_UNKNOWN_AUTHN_SERVICE
        hresult(0x80094012),
    }));
    CAPTURE(to_hex(code));
    World world({{.code = code, .stale = true}, {code}}, {});
    const Asked asked = world.ask();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == code);
    CHECK(asked.stale);
    const Done pinged = world.transport->ping(kCa);
    REQUIRE_FALSE(pinged);
    CHECK(pinged.error().context == "dcom failed");
    CHECK(world.log.empty());
}

TEST_CASE("an exporter that is away counts where its host is there", "[ca-client][fallback]") {
    const Said away{.code = kServerUnavailable, .stale = true, .host_answered = true};
    SECTION("for a request") {
        World world({away}, {{kOk}});
        CHECK(world.ask().answer);
    }
    SECTION("not when it may have acted") {
        Said lost = away;
        lost.may_have_acted = true;
        World world({lost}, {});
        CHECK_FALSE(world.ask().answer);
    }
    SECTION("for a sign of life") {
        World world({away}, {{kOk}});
        CHECK(world.transport->ping(kCa));
    }
    SECTION("with no other code") {
        World world({{.code = kTimeout, .host_answered = true}}, {});
        CHECK_FALSE(world.ask().answer);
    }
}

TEST_CASE("which way goes to a CA, and why not the first, can be asked", "[ca-client][fallback]") {
    SECTION("the first") {
        World world({{kOk}}, {});
        CHECK(world.transport->reach(kCa));
        CHECK_FALSE(world.transport->way_round(kCa));
    }
    SECTION("the second, until everything is closed") {
        World world({{kAccessDenied}}, {{kOk}});
        CHECK(world.transport->reach(kCa));
        const auto round = world.transport->way_round(kCa);
        REQUIRE(round);
        CHECK(round->why.code == kAccessDenied);
        CHECK_FALSE(world.transport->way_round({"ca2.corp.example.test", "Corp Issuing CA 2"}));
        world.transport->disconnect();
        CHECK_FALSE(world.transport->way_round(kCa));
    }
    SECTION("none: the first one's word") {
        World world({{.code = kServerUnavailable, .host_answered = true}}, {{kAccessDenied}});
        const Done reached = world.transport->reach(kCa);
        REQUIRE_FALSE(reached);
        CHECK(reached.error().code == kServerUnavailable);
        CHECK(world.transport->host_answered());
        CHECK_FALSE(world.transport->way_round(kCa));
    }
}

TEST_CASE("an answer by DCOM is the answer", "[ca-client][fallback]") {
    World world({{kOk}, {kOk}, {kOk}}, {});
    CHECK(world.ask().answer);
    CHECK(world.ask().answer);
    CHECK(world.transport->ping(kCa));
    CHECK(world.log.empty());
}

TEST_CASE("a CA that was reached through ICertPassage is asked there until the end",
          "[ca-client][fallback]") {
    const Hresult absent = hresult(0x80040154);
    World world({{absent}, {kOk}, {absent}}, {{kOk}, {kOk}, {kServerUnavailable}, {kOk}, {kOk}});
    CHECK(world.ask(kCa, 1).answer);
    CHECK(world.ask(kCa, 2).answer);
    CHECK(world.ask(kOther, 3).answer);  // each CA by itself
    const Asked away = world.ask(kCa, 4);
    REQUIRE_FALSE(away.answer);
    CHECK(away.answer.error().context == "icpr failed");
    // The same CA, written another way.
    CHECK(world.ask({"CA1.corp.example.test", "CORP Issuing CA 1"}, 5).answer);
    CHECK(world.log.size() == 1);
    world.transport->disconnect();
    CHECK(world.ask(kCa, 6).answer);
    CHECK(world.log.size() == 2);
    CHECK(world.heard ==
          Heard{"dcom: ask ca1.corp.example.test 1", "icpr: ask ca1.corp.example.test 1",
                "icpr: ask ca1.corp.example.test 2", "dcom: ask ca2.corp.example.test 3",
                "icpr: ask ca1.corp.example.test 4", "icpr: ask CA1.corp.example.test 5",
                "dcom: disconnect", "icpr: disconnect", "dcom: ask ca1.corp.example.test 6",
                "icpr: ask ca1.corp.example.test 6"});
}

TEST_CASE("when both ways are shut, one error tells both, with the first one's code",
          "[ca-client][fallback]") {
    const Hresult absent = hresult(0x80040154);
    const Hresult unmapped = hresult(0x800706D9);
    World world({{absent}, {absent}, {absent}}, {{unmapped}, {unmapped}, {kOk}});
    const std::string both =
        "ICertPassage is no way in either (icpr failed: " + describe(unmapped) + "); dcom failed";
    const Asked asked = world.ask();
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == absent);
    CHECK(asked.answer.error().context == both);
    CHECK(asked.answer.error().remedy == "dcom remedy");
    CHECK_FALSE(asked.may_have_acted);
    const Done pinged = world.transport->ping(kCa);
    REQUIRE_FALSE(pinged);
    CHECK(pinged.error().code == absent);
    CHECK(pinged.error().context == both);
    // Neither is remembered: DCOM is tried first again.
    CHECK(world.ask().answer);
    CHECK(world.heard.size() == 6);
}

TEST_CASE("what ICertPassage may have done outweighs why it was asked",
          "[ca-client][fallback][W7]") {
    World world({{kAccessDenied}}, {{.code = kCallFailed, .may_have_acted = true}, {kOk}});
    const Asked lost = world.ask();
    REQUIRE_FALSE(lost.answer);
    CHECK(lost.may_have_acted);
    CHECK(lost.answer.error().code == kCallFailed);
    CHECK(lost.answer.error().context == "icpr failed");
    CHECK(world.ask().answer);  // nobody else is asked about it
    CHECK(world.heard.back().starts_with("icpr"));
}

TEST_CASE("a sign of life changes nothing for the requests after it", "[ca-client][fallback]") {
    World world({{kAccessDenied}, {kOk}}, {{kOk}});
    CHECK(world.transport->ping(kCa));
    CHECK(world.ask().answer);
    CHECK(world.heard.back() == "dcom: ask ca1.corp.example.test 7");
}

TEST_CASE("properties come by DCOM only, and a refusal of one is no reason to change over",
          "[ca-client][fallback]") {
    World world({{kAccessDenied}, {kOk}, {kAccessDenied}},
                {{kOk}, {kNotSupported}, {kNotSupported}});
    const auto refused = world.transport->property(kCa, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
    CHECK(world.transport->property(kCa, {}));
    CHECK(world.ask().answer);  // through ICertPassage from here on
    CHECK(world.transport->property(kCa, {}).error().code == kNotSupported);
    CHECK(world.transport->property_info(kCa).error().context == "icpr failed");
    CHECK(world.log.size() == 1);
}

TEST_CASE("without the fallback a transport stays alone", "[ca-client][fallback]") {
    std::vector<std::string> heard;
    auto first = std::make_unique<Scripted>("dcom", heard);
    first->script = {{kAccessDenied}};
    const auto alone = with_fallback(std::move(first), {.fallback = Fallback::none});
    CHECK(alone->ask(kCa, {.request_id = 7}, kPatience).answer.error().context == "dcom failed");
}
