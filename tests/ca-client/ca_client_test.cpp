// What the client does before any wire is needed; the rest is tests/ca-client/lab.
#include "ca-client/ca_client.h"

#include "engine/base/hresult_table.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using Format = engine::EncodedRequest::Format;

namespace {

struct World {
    Result<engine::EncodedRequest> build(const engine::Signer* predecessor,
                                         const engine::Signer* authority = nullptr) {
        const auto client = create_ca_client({.machine_fqdn = "ws1.corp.example.test"}, crypto);
        return client->build({.wanted = wanted,
                              .account = account,
                              .server = server,
                              .key = key,
                              .predecessor = predecessor,
                              .authority = authority});
    }

    engine::Template wanted = computer_template();
    engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    FixedKey key{};
    FixedCrypto crypto{};
    engine::Signer signer = signer_of(old_parts(), std::make_unique<FixedKey>());
};

}  // namespace

TEST_CASE("a new certificate is asked for in PKCS #10", "[ca-client][MS-WCCE:3.1.1.4.3.1.1]") {
    World world;
    const auto request = world.build(nullptr);
    REQUIRE(request);
    CHECK(request->format == Format::pkcs10);
    CHECK(request->octets == build_pkcs10(input_for(world.wanted), world.key, world.crypto));
}

TEST_CASE("a renewal is asked for in PKCS #7", "[ca-client][MS-WCCE:3.1.1.4.3.2.1]") {
    World world;
    const auto request = world.build(&world.signer);
    REQUIRE(request);
    CHECK(request->format == Format::pkcs7);
    CHECK(request->octets ==
          build_renewal(input_for(world.wanted), world.key, world.signer, world.crypto));
}

TEST_CASE("a signature by another own certificate is not in this build", "[ca-client][E6]") {
    World world;
    for (const engine::Signer* predecessor :
         {static_cast<engine::Signer*>(nullptr), &world.signer}) {
        const auto request = world.build(predecessor, &world.signer);
        REQUIRE_FALSE(request);
        CHECK(request.error().code == kNotSupported);
        CHECK(request.error().context ==
              "build the request for template LabComputer: a signature by another own certificate "
              "is not supported");
        CHECK_FALSE(request.error().remedy.empty());
    }
    CHECK(world.key.hashes.empty());  // refused before any key signed anything
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
