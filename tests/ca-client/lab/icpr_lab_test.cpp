// Certification authorities whose DCOM leads nowhere, or only half the way: ICertPassage over the
// real wire, the change to it, and ICertRequestD.  Runs inside the lab (tests/lab) as WS1; AE_LABCA
// names the CA's program.
#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/ca-client/lab/lab_ca.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace ae;
using namespace ae::ca;
using namespace ae::ca::test;
using engine::Disposition;

namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
constexpr const char* kCalls = "/run/ae-lab/ca1/calls.jsonl";

// What the CA heard since the last look.
class Ear {
  public:
    Ear() { news(); }
    std::vector<nlohmann::json> news() {
        std::ifstream log(kCalls);
        std::vector<nlohmann::json> calls;
        std::size_t line_number = 0;
        for (std::string line; std::getline(log, line); ++line_number) {
            if (line_number >= known_) {
                calls.push_back(nlohmann::json::parse(line));
            }
        }
        known_ = line_number;
        return calls;
    }
    std::vector<std::string> methods() {
        std::vector<std::string> names;
        for (const auto& call : news()) {
            CHECK(call["auth_level"] == 6);
            CHECK(call["header_signing"] == true);
            CHECK(call["principal"] == "WS1$@CORP.EXAMPLE.TEST");
            names.push_back(call["method"]);
        }
        return names;
    }

  private:
    std::size_t known_ = 0;
};
using Methods = std::vector<std::string>;

engine::Template corp_machine() {
    engine::Template wanted;
    wanted.name = "CorpMachine";
    wanted.oid = "1.3.6.1.4.1.311.21.8.4711001.1202303.3404505.4606707.5808909.42.1.1";
    wanted.schema_version = 2;
    wanted.major_version = 100;
    wanted.minor_version = 1;
    wanted.key_usage = {0xA0, 0x00};
    wanted.critical_extensions = {"2.5.29.15"};
    return wanted;
}

class Member {
  public:
    explicit Member(Transport transport = Transport::dcom, Fallback fallback = Fallback::icpr) {
        run("kinit -k -c " + options_.credential_cache + " 'WS1$'");
        options_.transport = transport;
        options_.fallback = fallback;
        client_ = create_ca_client(options_, crypto_);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member() {
        std::error_code ignored;
        std::filesystem::remove(ticket_file_, ignored);
    }

    engine::EncodedRequest build() {
        const engine::Template wanted = corp_machine();
        const engine::Account account{.sam_account_name = "WS1$",
                                      .domain_dns = "corp.example.test"};
        const engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
        auto request =
            client_->build({.wanted = wanted, .account = account, .server = server, .key = key});
        if (!request) {
            FAIL(request.error().sentence());
        }
        return *request;
    }
    engine::CaReply submit() { return must(client_->submit(kCa, build())); }
    engine::CaReply retrieve(std::uint32_t id) { return must(client_->retrieve(kCa, id)); }
    Error refused() {
        const auto reply = client_->submit(kCa, build());
        REQUIRE_FALSE(reply);
        return reply.error();
    }
    Done ping() { return ping_ca(options_, kCa); }
    engine::CaClient& client() { return *client_; }

    OpensslKey key{engine::KeyAlgorithm::rsa};
    std::vector<std::string> log{};

  private:
    static engine::CaReply must(Result<engine::CaReply> reply) {
        if (!reply) {
            FAIL(reply.error().sentence());
        }
        return *std::move(reply);
    }

    std::string ticket_file_ = "/tmp/ae-lab-icpr-" + std::to_string(::getpid());
    CaClientOptions options_{.credential_cache = "FILE:" + ticket_file_,
                             .machine_fqdn = "ws1.corp.example.test",
                             .timeouts = {.connect = std::chrono::seconds(5)},
                             .log = [this](std::string_view line) { log.emplace_back(line); },
                             .notice = [this](std::string_view line) { log.emplace_back(line); }};
    OpensslCrypto crypto_{};
    std::unique_ptr<engine::CaClient> client_{};
};

void check_issued(const engine::CaReply& reply, const engine::PrivateKey& key) {
    INFO(reply.message << ' ' << describe(reply.code));
    REQUIRE(reply.disposition == Disposition::issued);
    CHECK(reply.request_id != 0);
    const auto leaf = engine::parse_certificate(reply.certificate);
    REQUIRE(leaf);
    CHECK(equal(leaf->public_key_info, key.public_key_info()));
    CHECK(std::ranges::any_of(reply.chain, [&](const Bytes& each) {
        const auto issuer = engine::parse_certificate(each);
        return issuer && issuer->subject_der == leaf->issuer_der;
    }));
}

std::size_t lines_with(const Member& member, std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        member.log, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

}  // namespace

TEST_CASE("a CA whose DCOM leads nowhere issues through ICertPassage, and the log says why",
          "[lab][icpr][fallback][MS-ICPR:3.2.4.1.1]") {
    struct Row {
        const char* fault;
        const char* reason;
    };
    for (const Row& row : {Row{"no-dcom=on", "REGDB_E_CLASSNOTREG (0x80040154)"},
                           Row{"no-dcom=denied", "E_ACCESSDENIED (0x80070005)"},
                           Row{"no-dcom=unreachable", "RPC_S_SERVER_UNAVAILABLE (0x800706BA)"}}) {
        CAPTURE(row.fault);
        const Misbehaviour shut(row.fault);
        Member member;
        Ear ear;
        check_issued(member.submit(), member.key);
        const auto calls = ear.news();
        REQUIRE(calls.size() == 3);
        CHECK(calls[0]["method"] == "RemoteCreateInstance");
        CHECK(calls[1]["method"] == "ept_map");
        const auto& call = calls[2];
        CHECK(call["method"] == "CertServerRequest");
        CHECK(call["auth_type"] == 9);
        CHECK(call["auth_level"] == 6);
        CHECK(call["header_signing"] == true);
        CHECK(call["principal"] == "WS1$@CORP.EXAMPLE.TEST");
        CHECK(call["flags"] == 0x400);  // CMC, and no full answer: only Request2 gives one
        CHECK(call["request_format"] == "cmc");
        CHECK(call["attributes"] == "");
        CHECK(call["template"] == "CorpMachine");
        CHECK(call["disposition"] == 3);
        CHECK(lines_with(member, "; asks through ICertPassage") == 1);
        CHECK(lines_with(member, row.reason) == 1);

        // The next one takes the same way at once, on the same association.
        check_issued(member.submit(), member.key);
        CHECK(ear.methods() == Methods{"CertServerRequest"});
        CHECK(lines_with(member, "; asks through ICertPassage") == 1);
    }
}

SCENARIO("a request under submission is retrieved through ICertPassage",
         "[lab][icpr][retrieve][MS-WCCE:3.1.1.4.3.7]") {
    GIVEN("a CA without DCOM that puts a request under submission") {
        Member member;
        const auto sent = [&] {
            const Misbehaviour pend("no-dcom=on pend=on");
            return member.submit();
        }();
        REQUIRE(sent.disposition == Disposition::pending);
        REQUIRE(sent.request_id != 0);
        const std::string id = std::to_string(sent.request_id);
        const Misbehaviour shut("no-dcom=on");
        Ear ear;
        THEN("it says so as long as nobody decides") {
            CHECK(member.retrieve(sent.request_id).disposition == Disposition::pending);
            const auto calls = ear.news();
            REQUIRE(calls.size() == 1);
            CHECK(calls[0]["method"] == "CertServerRequest");
            CHECK(calls[0]["flags"] == 0);
            CHECK(calls[0]["request_id"] == sent.request_id);
            CHECK(calls[0]["request_format"].is_null());
        }
        THEN("it gives the certificate once a manager approved") {
            control("approve " + id);
            check_issued(member.retrieve(sent.request_id), member.key);
        }
        THEN("it says denied once a manager denied, in the CA's words") {
            control("deny " + id);
            const auto reply = member.retrieve(sent.request_id);
            CHECK(reply.disposition == Disposition::denied);
            CHECK(to_hex(reply.code) == "0x80094014");
            CHECK(reply.message == "Denied by the administrator");
        }
        THEN("it is given out by ICertRequestD2 as well, once that is there") {
            control("approve " + id);
            control("set no-dcom=off");
            Member other(Transport::dcom, Fallback::none);
            check_issued(other.retrieve(sent.request_id), member.key);
        }
    }
}

TEST_CASE("a denial through ICertPassage keeps code, message and number", "[lab][icpr]") {
    Member member;
    const Misbehaviour shut("no-dcom=on deny=0x80094012 message=\"Nicht fuer Sie\"");
    const auto reply = member.submit();
    CHECK(reply.disposition != Disposition::issued);
    CHECK(to_hex(reply.code) == "0x80094012");
    CHECK(reply.message == "Nicht fuer Sie");
    CHECK(reply.request_id != 0);
    const auto unknown = member.retrieve(99999999);
    CHECK(to_hex(unknown.code) == "0x80094004");
}

TEST_CASE("pinned to ICertPassage, nobody is activated", "[lab][icpr][transport]") {
    Member member(Transport::icpr, Fallback::none);
    Ear ear;
    check_issued(member.submit(), member.key);
    CHECK(ear.methods() == Methods{"ept_map", "CertServerRequest"});
    CHECK(member.ping());
    CHECK(ear.methods() == Methods{"ept_map", "CertServerRequest"});
    const auto certificates = member.client().signing_certificates(kCa);
    REQUIRE_FALSE(certificates);
    CHECK(certificates.error().code == kNotSupported);
    member.client().disconnect();
    check_issued(member.submit(), member.key);
    CHECK(ear.methods() == Methods{"ept_map", "CertServerRequest"});

    const auto other_name = member.client().submit({kCa.dns_host, "Some Other CA"}, member.build());
    REQUIRE(other_name);
    CHECK(other_name->code == kInvalidArgument);
}

TEST_CASE("pinned to DCOM, a CA without it is an error that says so, and nothing else is tried",
          "[lab][icpr][transport]") {
    const Misbehaviour shut("no-dcom=on");
    Member member(Transport::dcom, Fallback::none);
    Ear ear;
    const Error error = member.refused();
    CHECK(to_hex(error.code) == "0x80040154");
    CHECK(error.context.find("activate on ca1.corp.example.test:135") != std::string::npos);
    CHECK(error.sentence().find("does not run a certification authority") != std::string::npos);
    CHECK(ear.methods() == Methods{"RemoteCreateInstance"});
    CHECK(lines_with(member, "ICertPassage") == 0);
}

TEST_CASE("a CA that is shut both ways is told of in one sentence", "[lab][icpr][fallback]") {
    const Misbehaviour shut("no-dcom=denied no-icpr=on");
    Member member;
    Ear ear;
    const Error error = member.refused();
    CHECK(error.code == kAccessDenied);
    CHECK(error.context.find("ICertPassage is no way in either (look up ICertPassage on "
                             "ca1.corp.example.test:135: ") != std::string::npos);
    CHECK(error.context.find("0x800706D9") != std::string::npos);
    CHECK(error.context.find("activate on ca1.corp.example.test:135") != std::string::npos);
    CHECK(ear.methods() == Methods{"RemoteCreateInstance", "ept_map"});
}

TEST_CASE("a host that is away is asked once, and not for ICertPassage", "[lab][icpr][fallback]") {
    Member member;
    const auto reply = member.client().submit({"ws1.corp.example.test", kCa.name}, member.build());
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == kServerUnavailable);
    CHECK(reply.error().context.find("ICertPassage") == std::string::npos);
    CHECK(lines_with(member, "ICertPassage") == 0);
}

TEST_CASE("an answer that is lost through ICertPassage may be a certificate", "[lab][icpr][W7]") {
    Member member;
    {
        const Misbehaviour drop("no-dcom=on drop-reply=on");
        CHECK(member.refused().code == kCallFailed);
        const auto lost = member.client().retrieve(kCa, 1);
        REQUIRE_FALSE(lost);
        CHECK(lost.error().code == kServerUnavailable);
    }
    const Misbehaviour shut("no-dcom=on");
    check_issued(member.submit(), member.key);
}

TEST_CASE("the sign of life of a CA without DCOM changes nothing there", "[lab][icpr][ping]") {
    const Misbehaviour shut("no-dcom=on");
    Member member;
    Ear ear;
    CHECK(member.ping());
    const auto calls = ear.news();
    REQUIRE(calls.size() == 3);
    CHECK(calls[2]["method"] == "CertServerRequest");
    CHECK(calls[2]["request_id"] == 0xFFFFFFFF);
    CHECK(calls[2]["disposition"] == 0x80094004);
}

TEST_CASE(
    "a CA with the older interface issues and gives out, and is never asked for a full answer",
    "[lab][wcce][MS-WCCE:3.1.1.4]") {
    Member member;
    const auto sent = [&] {
        const Misbehaviour older("no-d2=on pend=on");
        Ear ear;
        const auto reply = member.submit();
        const auto calls = ear.news();
        REQUIRE_FALSE(calls.empty());
        CHECK(calls.back()["method"] == "Request");
        CHECK(calls.back()["auth_level"] == 6);
        CHECK(calls.back()["flags"] == 0x400);
        CHECK(lines_with(member, "; asks through ICertPassage") == 0);
        return reply;
    }();
    REQUIRE(sent.disposition == Disposition::pending);
    control("approve " + std::to_string(sent.request_id));
    const Misbehaviour older("no-d2=on");
    Ear ear;
    check_issued(member.retrieve(sent.request_id), member.key);
    check_issued(member.submit(), member.key);
    const auto calls = ear.news();
    REQUIRE(calls.size() >= 2);
    for (const auto& call : calls) {
        CHECK(call["method"] == "Request");
        CHECK((call["flags"].get<std::uint32_t>() & 0x40000U) == 0);
    }
}
