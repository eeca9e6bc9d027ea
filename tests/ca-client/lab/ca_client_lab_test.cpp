// The client against the lab's certification authority over the real wire: new request, renewal and
// retrieval.  Runs inside the lab (tests/lab) as WS1; AE_LABCA names the CA's program.
#include "ca-client/ca_client.h"
#include "engine/base/der.h"
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
#include <openssl/x509v3.h>
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

// What the CA saw last.
nlohmann::json last_call() {
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

engine::Template template_numbered(int number, const char* name) {
    engine::Template wanted;
    wanted.name = name;
    wanted.oid = kOidBase + std::to_string(number);
    wanted.schema_version = 2;
    wanted.major_version = 100;
    wanted.minor_version = 1;
    wanted.key_usage = {0xA0, 0x00};
    wanted.critical_extensions = {"2.5.29.15"};
    return wanted;
}
engine::Template corp_machine() { return template_numbered(1, "CorpMachine"); }
engine::Template corp_machine_ec() { return template_numbered(2, "CorpMachineEC"); }
// As the lab's own, and with the bit that it lacks: names come out of the old certificate.
engine::Template corp_supplied_subject() {
    engine::Template wanted = template_numbered(7, "CorpSuppliedSubject");
    wanted.name_flags = engine::name_flag::kEnrolleeSuppliesSubject |
                        engine::name_flag::kOldCertificateSuppliesNames;
    return wanted;
}

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
                                 const engine::Signer* predecessor = nullptr) {
        const engine::Account account{.sam_account_name = "WS1$",
                                      .domain_dns = "corp.example.test"};
        const engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
        auto request = client_->build({.wanted = wanted,
                                       .account = account,
                                       .server = server,
                                       .key = key,
                                       .predecessor = predecessor});
        if (!request) {
            FAIL(request.error().sentence());
        }
        return *request;
    }

    engine::CaReply submit(const engine::EncodedRequest& request) {
        return must(client_->submit(kCa, request));
    }
    engine::CaReply retrieve(std::uint32_t id) { return must(client_->retrieve(kCa, id)); }
    engine::CaClient& client() { return *client_; }
    Done ping(const engine::CaRef& ca) {
        return ping_ca(
            {.credential_cache = cache_, .timeouts = {.connect = std::chrono::seconds(5)}}, ca);
    }

  private:
    static engine::CaReply must(Result<engine::CaReply> reply) {
        if (!reply) {
            FAIL(reply.error().sentence());
        }
        return *std::move(reply);
    }

    std::string ticket_file_ = "/tmp/ae-lab-ca-client-" + std::to_string(::getpid());
    std::string cache_ = "FILE:" + ticket_file_;
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
    REQUIRE_FALSE(reply.chain.empty());
    CHECK(std::ranges::any_of(reply.chain, [&](const Bytes& each) {
        const auto issuer = engine::parse_certificate(each);
        return issuer && issuer->subject_der == leaf->issuer_der;
    }));
}

// A first certificate whose names somebody supplied: this client never asks for one itself.
Bytes request_with_names(const engine::Template& wanted, const OpensslKey& key) {
    X509_REQ* request = X509_REQ_new();
    X509_NAME* name = X509_REQ_get_subject_name(request);
    const std::string text = "printer7";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(text.data()), -1, -1, 0);
    X509_REQ_set_pubkey(request, key.get());
    const Bytes value = der::sequence({der::oid(wanted.oid), der::integer(wanted.major_version),
                                       der::integer(wanted.minor_version)});
    STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
    ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(octets, value.data(), static_cast<int>(value.size()));
    ASN1_OBJECT* oid = OBJ_txt2obj("1.3.6.1.4.1.311.21.7", 1);
    sk_X509_EXTENSION_push(extensions, X509_EXTENSION_create_by_OBJ(nullptr, oid, 0, octets));
    sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                           "DNS:printer7.corp.example.test"));
    X509_REQ_add_extensions(request, extensions);
    REQUIRE(X509_REQ_sign(request, key.get(), EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509_REQ(request, &der);
    REQUIRE(size > 0);
    Bytes encoded(der, der + size);
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(oid);
    X509_REQ_free(request);
    return encoded;
}

}  // namespace

TEST_CASE("the CA renews for a request that the old key signed",
          "[lab][renewal][MS-WCCE:3.1.1.4.3.2.1]") {
    struct Case {
        engine::Template wanted;
        KeyAlgorithm algorithm;
    };
    for (const Case& row : {Case{corp_machine(), KeyAlgorithm::rsa},
                            Case{corp_machine_ec(), KeyAlgorithm::ecdsa_p256}}) {
        CAPTURE(row.wanted.name);
        Member member;
        auto first_key = std::make_unique<OpensslKey>(row.algorithm);
        const auto first = member.submit(member.build(row.wanted, *first_key));
        check_issued(first, *first_key);
        CHECK(last_call()["flags"] == 0x40400);

        const engine::Signer old{.certificate = first.certificate, .key = std::move(first_key)};
        OpensslKey key(row.algorithm);
        const auto renewed = member.submit(member.build(row.wanted, key, &old));
        check_issued(renewed, key);
        CHECK(renewed.request_id > first.request_id);
        const auto call = last_call();
        CHECK(call["flags"] == 0x40400);
        CHECK(call["request_format"] == "cmc");
        CHECK(call["template"] == row.wanted.name);
        CHECK(call["disposition"] == 3);

        // The same key once more: the old key vouches for itself.
        const auto again = member.submit(member.build(row.wanted, *old.key, &old));
        check_issued(again, *old.key);
    }
}

TEST_CASE("the CA refuses a renewal whose signer it knows as another template's",
          "[lab][renewal]") {
    Member member;
    auto first_key = std::make_unique<OpensslKey>(KeyAlgorithm::ecdsa_p256);
    const auto first = member.submit(member.build(corp_machine_ec(), *first_key));
    check_issued(first, *first_key);
    const engine::Signer old{.certificate = first.certificate, .key = std::move(first_key)};
    OpensslKey key(KeyAlgorithm::rsa);
    const auto refused = member.submit(member.build(corp_machine(), key, &old));
    CHECK(refused.disposition != Disposition::issued);
    CHECK(to_hex(refused.code) == "0x80094802");
}

TEST_CASE("names that a person once supplied are carried over",
          "[lab][renewal][MS-WCCE:3.1.2.4.2.2.2.10]") {
    Member member;
    const engine::Template wanted = corp_supplied_subject();
    auto first_key = std::make_unique<OpensslKey>(KeyAlgorithm::rsa);
    const auto first = member.submit(
        {engine::EncodedRequest::Format::pkcs10, request_with_names(wanted, *first_key)});
    check_issued(first, *first_key);
    const engine::Signer old{.certificate = first.certificate, .key = std::move(first_key)};
    OpensslKey key(KeyAlgorithm::rsa);
    const auto renewed = member.submit(member.build(wanted, key, &old));
    check_issued(renewed, key);
    const auto before = engine::parse_certificate(first.certificate).value();
    const auto after = engine::parse_certificate(renewed.certificate).value();
    CHECK(after.subject == "CN=printer7");
    CHECK(after.subject_der == before.subject_der);
    CHECK(after.dns_names == std::vector<std::string>{"printer7.corp.example.test"});
}

SCENARIO("a request under submission is retrieved by its number",
         "[lab][retrieve][MS-WCCE:3.1.1.4.3.7]") {
    GIVEN("a CA that puts a request under submission") {
        Member member;
        OpensslKey key(KeyAlgorithm::rsa);
        const auto sent = [&] {
            const Misbehaviour pend("pend=on");
            return member.submit(member.build(corp_machine(), key));
        }();
        REQUIRE(sent.disposition == Disposition::pending);
        REQUIRE(sent.request_id != 0);
        const std::string id = std::to_string(sent.request_id);
        THEN("it says so as long as nobody decides") {
            const auto reply = member.retrieve(sent.request_id);
            CHECK(reply.disposition == Disposition::pending);
            CHECK(reply.request_id == sent.request_id);
            CHECK(reply.certificate.empty());
            const auto call = last_call();
            CHECK(call["method"] == "Request2");
            CHECK(call["flags"] == 0x40000);
            CHECK(call["request_id"] == sent.request_id);
            CHECK(call["request_format"].is_null());
        }
        THEN("it gives the certificate once a manager approved, as often as it is asked") {
            control("approve " + id);
            check_issued(member.retrieve(sent.request_id), key);
            check_issued(member.retrieve(sent.request_id), key);
        }
        THEN("it says denied once a manager denied") {
            control("deny " + id);
            const auto reply = member.retrieve(sent.request_id);
            CHECK(reply.disposition == Disposition::denied);
            CHECK(to_hex(reply.code) == "0x80094014");
            CHECK(reply.request_id == sent.request_id);
        }
        THEN("a CA that has the older interface only is asked there") {
            control("approve " + id);
            const Misbehaviour old_interface("no-d2=on");
            member.client().disconnect();  // its object has the newer one
            check_issued(member.retrieve(sent.request_id), key);
            CHECK(last_call()["method"] == "Request");
            CHECK(last_call()["flags"] == 0);
        }
        THEN("an answer that is lost is no harm") {
            control("approve " + id);
            {
                const Misbehaviour drop("drop-reply=on");
                const auto lost = member.client().retrieve(kCa, sent.request_id);
                REQUIRE_FALSE(lost);
                CHECK(lost.error().code == kServerUnavailable);
                CHECK(lost.error().context.starts_with("retrieve request " + id + ": "));
                const auto request = member.build(corp_machine(), key);
                const auto new_one = member.client().submit(kCa, request);
                REQUIRE_FALSE(new_one);
                CHECK(new_one.error().code == kCallFailed);  // W7: that one may have done something
            }
            check_issued(member.retrieve(sent.request_id), key);
        }
    }
}

TEST_CASE("a number that the CA does not know fails with the CA's own code",
          "[lab][retrieve][MS-WCCE:3.2.1.4.3.1.2]") {
    Member member;
    const auto reply = member.retrieve(99999999);
    CHECK(reply.disposition == Disposition::failed);
    CHECK(to_hex(reply.code) == "0x80094004");
    const auto none = member.client().retrieve(kCa, 0);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kInvalidArgument);
}

TEST_CASE("a revoked certificate is not given out", "[lab][retrieve]") {
    Member member;
    OpensslKey key(KeyAlgorithm::rsa);
    const auto issued = member.submit(member.build(corp_machine(), key));
    check_issued(issued, key);
    control("revoke " + std::to_string(issued.request_id));
    const auto reply = member.retrieve(issued.request_id);
    CHECK(reply.disposition == Disposition::denied);
    CHECK(reply.certificate.empty());
}

TEST_CASE("a CA that is away is unavailable", "[lab][retrieve]") {
    Member member;
    const auto reply = member.client().retrieve({"ws1.corp.example.test", kCa.name}, 7);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == kServerUnavailable);
    CHECK(reply.error().context.starts_with(
        "retrieve request 7: activate on ws1.corp.example.test:135"));
}

TEST_CASE("a CA gives a sign of life through either interface, and nothing is requested",
          "[lab][ping][MS-WCCE:3.2.1.4.3.4]") {
    Member member;
    const auto before = last_call();
    CHECK(member.ping(kCa));
    {
        const Misbehaviour old_interface("no-d2=on");
        CHECK(member.ping(kCa));
    }
    CHECK(last_call() == before);
    const auto other_name = member.ping({kCa.dns_host, "Some Other CA"});
    REQUIRE_FALSE(other_name);
    CHECK(other_name.error().code == kInvalidArgument);
    const auto away = member.ping({"ws1.corp.example.test", kCa.name});
    REQUIRE_FALSE(away);
    CHECK(away.error().code == kServerUnavailable);
    CHECK(away.error().context.starts_with(
        "ping ws1.corp.example.test\\Corp Issuing CA 1: activate on ws1.corp.example.test:135"));
}
