// One request to build, with fixed octets everywhere.
#pragma once

#include "ca-client/request_builder.h"
#include "tests/ca-client/cms/cms_fixture.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <memory>

#include <catch2/catch.hpp>

namespace ae::ca {

struct RequestWorld {
    Result<engine::EncodedRequest> try_build() {
        return build_request({.wanted = wanted,
                              .account = account,
                              .server = server,
                              .key = key,
                              .predecessor = predecessor,
                              .authority = authority,
                              .exchange_certificate = exchange},
                             machine, crypto);
    }
    engine::EncodedRequest build() {
        auto request = try_build();
        if (!request) {
            FAIL(request.error().sentence());
        }
        return *std::move(request);
    }
    ReadSignedData message() { return read_signed_data(build().octets); }
    ReadPkiData data() { return read_pki_data(message().content); }

    engine::Template wanted = computer_template();
    engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    std::string machine = "ws1.corp.example.test";
    FixedKey key{};
    FixedCrypto crypto{};
    const engine::Signer* predecessor = nullptr;
    const engine::Signer* authority = nullptr;
    Bytes exchange{};
};

}  // namespace ae::ca
