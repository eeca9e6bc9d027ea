// What the client does before any wire is needed; the rest is tests/ca-client/lab.
#include "ca-client/ca_client.h"

#include "ca-client/request_builder.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

struct World {
    engine::RequestParts parts(const engine::Signer* predecessor) {
        return {.wanted = wanted,
                .account = account,
                .server = server,
                .key = key,
                .predecessor = predecessor};
    }
    Result<engine::EncodedRequest> build(const engine::Signer* predecessor) {
        const auto client = create_ca_client({.machine_fqdn = "ws1.corp.example.test"}, crypto);
        return client->build(parts(predecessor));
    }

    engine::Template wanted = computer_template();
    engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    FixedKey key{};
    FixedCrypto crypto{};
    engine::Signer signer = signer_of(old_parts(), std::make_unique<FixedKey>());
};

}  // namespace

TEST_CASE("a request tells the host that it is for", "[ca-client][MS-WCCE:2.2.2.7.10]") {
    World world;
    const auto request = world.build(nullptr);
    REQUIRE(request);
    const auto expected =
        build_request(world.parts(nullptr), "ws1.corp.example.test", world.crypto);
    REQUIRE(expected);
    CHECK(request->format == expected->format);
    CHECK(request->octets == expected->octets);
}

TEST_CASE("what cannot be built says at which step", "[ca-client]") {
    World world;
    world.signer.certificate.pop_back();
    const auto request = world.build(&world.signer);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == kInvalidData);
    CHECK(request.error().context.starts_with(
        "build the request: renewal for template LabComputer: the certificate to renew cannot be "
        "read: "));
}

TEST_CASE("request 0 is not retrieved, and nobody is asked", "[ca-client][retrieve]") {
    FixedCrypto crypto;
    const auto client = create_ca_client({}, crypto);
    const auto reply = client->retrieve({"ca1.corp.example.test", "Corp Issuing CA 1"}, 0);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == kInvalidArgument);
    CHECK(reply.error().context == "retrieve request 0: 0 is the number of no request");
}
