#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/pkcs10/request_fixture.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

TEST_CASE(
    "our own DCOM is the transport unless somebody asks for another, with ICertPassage behind it",
    "[ca-client][transport]") {
    CHECK(CaClientOptions{}.transport == Transport::dcom);
    CHECK(CaClientOptions{}.fallback == Fallback::icpr);
}

TEST_CASE("a system without COM says so, and which transport there is", "[ca-client][transport]") {
    const engine::CaRef ca{"ca1.corp.example.test", "Corp Issuing CA 1"};
    const CaClientOptions options{.transport = Transport::com};
    FixedCrypto crypto;
    const auto client = create_ca_client(options, crypto);
    for (const auto& reply : {client->submit(ca, {}), client->retrieve(ca, 7)}) {
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == kNotSupported);
        CHECK(reply.error().remedy == "Use the transport dcom.");
    }
    const auto pinged = ping_ca(options, ca);
    REQUIRE_FALSE(pinged);
    CHECK(pinged.error().code == kNotSupported);
    CHECK(pinged.error().context ==
          "ping ca1.corp.example.test\\Corp Issuing CA 1: this system has no COM");

    // Only what is sent needs one.
    FixedKey key;
    const engine::Template wanted = computer_template();
    const engine::Account account;
    const engine::DirectoryServer server;
    CHECK(client->build({.wanted = wanted, .account = account, .server = server, .key = key}));
}
