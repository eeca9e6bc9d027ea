// Every kind of request that the client builds, sent over the real wire to the lab's certification
// authority, which takes it apart with its own code (tests/lab/ca).  Runs inside the lab as WS1.
#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/ca-client/lab/lab_ca.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

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
using engine::KeyAlgorithm;

namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
const std::string kOidBase =
    "1.3.6.1.4.1.311.21.8.4711001.1202303.3404505.4606707.5808909.42.1.";  // of the lab's templates

// WS1 in the group that may enroll for the templates of these stories; out of it at the end.
class Membership {
  public:
    Membership() { run("samba-tool group addmembers" + rest_); }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership() {
        // NOLINTNEXTLINE(cert-env33-c): a fixed command in a test
        static_cast<void>(
            std::system(("samba-tool group removemembers" + rest_ + " >/dev/null").c_str()));
    }

  private:
    std::string rest_ = " PKI-Requests 'WS1$' -H /run/ae-lab/dc/private/sam.ldb";
};

// The last request that the CA logged.
nlohmann::json last_request() {
    std::ifstream log("/run/ae-lab/ca1/calls.jsonl");
    nlohmann::json last;
    for (std::string line; std::getline(log, line);) {
        auto call = nlohmann::json::parse(line);
        if (call["method"] == "Request" || call["method"] == "Request2") {
            last = std::move(call);
        }
    }
    return last;
}

Bytes file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

engine::Template corp_template(int number, const char* name, std::uint32_t version = 2) {
    engine::Template wanted;
    wanted.name = name;
    wanted.oid = kOidBase + std::to_string(number);
    wanted.schema_version = version;
    wanted.major_version = 100;
    wanted.minor_version = 1;
    wanted.key_usage = {0xA0, 0x00};
    wanted.critical_extensions = {"2.5.29.15"};
    return wanted;
}
engine::Template machine() {
    engine::Template wanted;
    wanted.name = "Machine";
    return wanted;
}
engine::Template corp_machine() { return corp_template(1, "CorpMachine"); }
engine::Template corp_machine_ec() { return corp_template(2, "CorpMachineEC", 4); }
engine::Template corp_archival() {
    auto wanted = corp_template(12, "CorpArchival");
    wanted.private_key_flags = engine::private_key_flag::kRequireArchival;
    return wanted;
}
engine::Template corp_ra_signed() { return corp_template(13, "CorpRaSigned"); }
engine::Template corp_pss() {
    auto wanted = corp_template(14, "CorpPss", 4);
    wanted.private_key_flags = engine::private_key_flag::kAlternateSignatureAlgorithm;
    return wanted;
}

struct Others {
    const engine::Signer* predecessor = nullptr;
    const engine::Signer* authority = nullptr;
    ByteView exchange_certificate{};
};

class Member {
  public:
    Member() {
        run("kinit -k -c " + cache_ + " 'WS1$'");
        client_ = create_ca_client({.credential_cache = cache_,
                                    .machine_fqdn = "ws1.corp.example.test",
                                    .timeouts = {.connect = std::chrono::seconds(5)}},
                                   crypto_);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member() {
        std::error_code ignored;
        std::filesystem::remove(ticket_file_, ignored);
    }

    engine::EncodedRequest build(const engine::Template& wanted, engine::PrivateKey& key,
                                 const Others& others = {}) {
        const engine::Account account{.sam_account_name = "WS1$",
                                      .domain_dns = "corp.example.test"};
        const engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
        return must(client_->build({.wanted = wanted,
                                    .account = account,
                                    .server = server,
                                    .key = key,
                                    .predecessor = others.predecessor,
                                    .authority = others.authority,
                                    .exchange_certificate = others.exchange_certificate}));
    }
    engine::CaReply submit(const engine::EncodedRequest& request) {
        return must(client_->submit(kCa, request));
    }
    engine::CaReply enroll(const engine::Template& wanted, engine::PrivateKey& key,
                           const Others& others = {}) {
        return submit(build(wanted, key, others));
    }

  private:
    template <class T>
    static T must(Result<T> result) {
        if (!result) {
            FAIL(result.error().sentence());
        }
        return *std::move(result);
    }

    std::string ticket_file_ = "/tmp/ae-lab-request-kinds-" + std::to_string(::getpid());
    std::string cache_ = "FILE:" + ticket_file_;
    OpensslCrypto crypto_{};
    std::unique_ptr<engine::CaClient> client_{};
};

void check_issued(const engine::CaReply& reply, const engine::PrivateKey& key) {
    INFO(reply.message << ' ' << describe(reply.code));
    REQUIRE(reply.disposition == Disposition::issued);
    const auto leaf = engine::parse_certificate(reply.certificate);
    REQUIRE(leaf);
    CHECK(equal(leaf->public_key_info, key.public_key_info()));
}

void check_call(const char* format, std::uint32_t flags, const std::string& name) {
    const auto call = last_request();
    CAPTURE(call.dump());
    CHECK(call["request_format"] == format);
    CHECK(call["flags"] == flags);
    CHECK(call["template"] == name);
    CHECK(call["attributes"].is_null());  // everything is in the request
    CHECK(call["disposition"] == 3);
}
constexpr std::uint32_t kCmcWithFullResponse = 0x40400;

std::string refusal(const engine::CaReply& reply) {
    CHECK(reply.disposition != Disposition::issued);
    return to_hex(reply.code);
}

// A certificate of this template with its key, to sign with.
engine::Signer held(Member& member, const engine::Template& wanted,
                    KeyAlgorithm algorithm = KeyAlgorithm::rsa) {
    auto key = std::make_unique<OpensslKey>(algorithm);
    const auto reply = member.enroll(wanted, *key);
    check_issued(reply, *key);
    return {.certificate = reply.certificate, .key = std::move(key)};
}

}  // namespace

TEST_CASE("version 1: PKCS #10, and PKCS #7 for a renewal",
          "[lab][request-kinds][MS-WCCE:3.1.2.4.2.1]") {
    Member member;
    const auto old = held(member, machine());
    check_call("pkcs10", 0x100, "Machine");
    OpensslKey key(KeyAlgorithm::rsa);
    check_issued(member.enroll(machine(), key, {.predecessor = &old}), key);
    check_call("pkcs7", 0x300, "Machine");
}

TEST_CASE("a new certificate by full CMC", "[lab][request-kinds][MS-WCCE:3.1.1.4.3.1.3]") {
    Member member;
    held(member, corp_machine());
    check_call("cmc", kCmcWithFullResponse, "CorpMachine");
    held(member, corp_machine_ec(), KeyAlgorithm::ecdsa_p256);
    check_call("cmc", kCmcWithFullResponse, "CorpMachineEC");
}

TEST_CASE("a renewal by full CMC, with a new key and with the same",
          "[lab][request-kinds][renewal][MS-WCCE:3.1.1.4.3.2.2]") {
    Member member;
    const auto old = held(member, corp_machine());
    OpensslKey key(KeyAlgorithm::rsa);
    check_issued(member.enroll(corp_machine(), key, {.predecessor = &old}), key);
    check_call("cmc", kCmcWithFullResponse, "CorpMachine");
    check_issued(member.enroll(corp_machine(), *old.key, {.predecessor = &old}), *old.key);
    check_call("cmc", kCmcWithFullResponse, "CorpMachine");

    const auto curve = held(member, corp_machine_ec(), KeyAlgorithm::ecdsa_p256);
    OpensslKey next(KeyAlgorithm::ecdsa_p256);
    check_issued(member.enroll(corp_machine_ec(), next, {.predecessor = &curve}), next);
    check_call("cmc", kCmcWithFullResponse, "CorpMachineEC");
}

TEST_CASE("a key that does not sign asks with a null signature",
          "[lab][request-kinds][MS-WCCE:2.2.2.6.5]") {
    Member member;
    OpensslKey key(KeyAlgorithm::ecdsa_p256, engine::KeyPurpose::agreement);
    check_issued(member.enroll(corp_machine_ec(), key), key);
    check_call("cmc", kCmcWithFullResponse, "CorpMachineEC");
}

TEST_CASE("the CA verifies the alternate signature format",
          "[lab][request-kinds][MS-WCCE:3.1.2.4.2.2.2.8]") {
    const Membership membership;
    Member member;
    const auto old = held(member, corp_pss());
    check_call("cmc", kCmcWithFullResponse, "CorpPss");
    OpensslKey key(KeyAlgorithm::rsa);
    check_issued(member.enroll(corp_pss(), key, {.predecessor = &old}), key);

    auto curve_template = corp_machine_ec();
    curve_template.private_key_flags = engine::private_key_flag::kAlternateSignatureAlgorithm;
    held(member, curve_template, KeyAlgorithm::ecdsa_p256);
}

TEST_CASE("a certificate of one's own gives the signature that a template demands",
          "[lab][request-kinds][E6][MS-WCCE:3.1.2.4.2.1]") {
    const Membership membership;
    Member member;
    const auto authority = held(member, corp_machine());
    OpensslKey key(KeyAlgorithm::rsa);
    check_issued(member.enroll(corp_ra_signed(), key, {.authority = &authority}), key);
    check_call("cmc", kCmcWithFullResponse, "CorpRaSigned");

    CHECK(refusal(member.enroll(corp_ra_signed(), key)) == "0x80094809");
}

TEST_CASE("a renewal that needs a signature is a new request, signed",
          "[lab][request-kinds][E6][MS-WCCE:3.1.2.4.2.1]") {
    const Membership membership;
    Member member;
    const auto authority = held(member, corp_machine());
    auto first = std::make_unique<OpensslKey>(KeyAlgorithm::rsa);
    const auto reply = member.enroll(corp_ra_signed(), *first, {.authority = &authority});
    check_issued(reply, *first);
    const engine::Signer old{.certificate = reply.certificate, .key = std::move(first)};
    OpensslKey key(KeyAlgorithm::rsa);
    check_issued(
        member.enroll(corp_ra_signed(), key, {.predecessor = &old, .authority = &authority}), key);
    check_call("cmc", kCmcWithFullResponse, "CorpRaSigned");
}

SCENARIO("a private key is archived at the CA",
         "[lab][request-kinds][archival][MS-WCCE:3.1.1.4.3.6]") {
    GIVEN("a template that demands it, and the CA's exchange certificate") {
        const Membership membership;
        Member member;
        const Bytes exchange = file("/run/ae-lab/ca1/exchange.der");
        OpensslKey key(KeyAlgorithm::rsa);
        THEN("the CA opens the key, finds it the request's, and repeats its hash") {
            for (const char* algorithm : {"", "AES", "3DES"}) {
                CAPTURE(algorithm);
                auto wanted = corp_archival();
                wanted.symmetric_algorithm = algorithm;
                const auto request = member.build(wanted, key, {.exchange_certificate = exchange});
                const auto reply = member.submit(request);
                check_issued(reply, key);
                check_call("cmc", kCmcWithFullResponse, "CorpArchival");
                CHECK(last_request()["archived_key"] == true);
                REQUIRE(reply.full);
                CHECK_FALSE(request.archived_key_hash.empty());
                CHECK(reply.full->archived_key_hash == request.archived_key_hash);
            }
        }
        THEN("a renewal archives its key as well") {
            auto first = std::make_unique<OpensslKey>(KeyAlgorithm::rsa);
            const auto reply =
                member.enroll(corp_archival(), *first, {.exchange_certificate = exchange});
            check_issued(reply, *first);
            const engine::Signer old{.certificate = reply.certificate, .key = std::move(first)};
            OpensslKey next(KeyAlgorithm::rsa);
            check_issued(member.enroll(corp_archival(), next,
                                       {.predecessor = &old, .exchange_certificate = exchange}),
                         next);
            CHECK(last_request()["archived_key"] == true);
        }
        THEN("without the key the CA refuses") {
            CHECK(refusal(member.enroll(corp_archival(), key)) == "0x80094804");
            CHECK(last_request()["archived_key"] == false);
        }
        THEN("a key that is encrypted to another CA is refused") {
            const Bytes other = file("/run/ae-lab/ca2/exchange.der");
            CHECK(refusal(member.enroll(corp_archival(), key, {.exchange_certificate = other})) ==
                  "0x8009400C");
        }
        THEN("a key that the template does not ask for is refused") {
            CHECK(refusal(member.enroll(corp_machine(), key, {.exchange_certificate = exchange})) ==
                  "0x80094810");
        }
    }
}
