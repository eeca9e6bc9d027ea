// A CA in another realm, reached by the referrals of our own realm's KDC.  Runs in the world of
// tests/lab/two_realms_lab_test.py, which chooses the test: KRB5CCNAME holds the machine's ticket.
#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

// As the static directory of the test has them.
const engine::CaRef kCa{"ca.pki.example.net", "B Issuing CA"};

engine::Template wanted_template() {
    engine::Template wanted;
    wanted.name = "RealmMachine";
    wanted.oid = "1.3.6.1.4.1.311.21.8.1.2.3.4";
    wanted.schema_version = 2;
    wanted.major_version = 100;
    wanted.minor_version = 0;
    wanted.key_usage = {0xA0, 0x00};
    wanted.critical_extensions = {"2.5.29.15"};
    return wanted;
}

Result<engine::CaReply> enroll(Mechanism mechanism, engine::PrivateKey& key) {
    OpensslCrypto crypto;
    const auto client = create_ca_client({.transport = Transport::dcom,
                                          .fallback = Fallback::none,
                                          .credential_cache = ::getenv("KRB5CCNAME"),
                                          .machine_fqdn = "ws1.a.example.test",
                                          .mechanism = mechanism,
                                          .timeouts = {.connect = std::chrono::seconds(5)}},
                                         crypto);
    const engine::Template wanted = wanted_template();
    const engine::Account account{.sam_account_name = "WS1$", .domain_dns = "a.example.test"};
    const engine::DirectoryServer server{.dns_name = "dc1.a.example.test"};
    auto request =
        client->build({.wanted = wanted, .account = account, .server = server, .key = key});
    if (!request) {
        return pass(request);
    }
    return client->submit(kCa, *request);
}

}  // namespace

TEST_CASE("a CA in another realm is found by referral and issues", "[.issued]") {
    for (const Mechanism mechanism : {Mechanism::spnego, Mechanism::kerberos}) {
        CAPTURE(static_cast<int>(mechanism));
        OpensslKey key(engine::KeyAlgorithm::rsa);
        const auto reply = enroll(mechanism, key);
        if (!reply) {
            FAIL(reply.error().sentence());
        }
        INFO(reply->message);
        REQUIRE(reply->disposition == engine::Disposition::issued);
        const auto leaf = engine::parse_certificate(reply->certificate);
        REQUIRE(leaf);
        CHECK(equal(leaf->public_key_info, key.public_key_info()));
        CHECK(leaf->dns_names == std::vector<std::string>{"ws1.a.example.test"});
    }
}

TEST_CASE("a CA whose realm ours does not lead to is an unknown target", "[.refused]") {
    for (const Mechanism mechanism : {Mechanism::spnego, Mechanism::kerberos}) {
        CAPTURE(static_cast<int>(mechanism));
        OpensslKey key(engine::KeyAlgorithm::rsa);
        const auto reply = enroll(mechanism, key);
        REQUIRE_FALSE(reply);
        std::cout << reply.error().sentence() << std::endl;
        CHECK(to_hex(reply.error().code) == "0x80090303");  // SEC_E_TARGET_UNKNOWN
        CHECK(reply.error().sentence().find("host/ca.pki.example.net") != std::string::npos);
    }
}
