// Which form a request has ([MS-WCCE] 3.1.2.4.2.1), and where its cdc and rmd stand.
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/cms/request_world.h"

namespace ae::ca {
namespace {

using Format = engine::EncodedRequest::Format;

engine::Signer signer(std::uint8_t serial = 1) {
    CertificateParts parts = old_parts();
    parts.serial_number.back() = serial;
    return signer_of(parts, std::make_unique<FixedKey>());
}

}  // namespace

TEST_CASE("the template's version and the purpose name the form",
          "[request-form][MS-WCCE:3.1.2.4.2.1]") {
    struct Case {
        std::uint32_t version;
        bool renews;
        Format format;
    };
    const engine::Signer old = signer();
    for (const Case& row :
         {Case{1, false, Format::pkcs10}, Case{1, true, Format::pkcs7}, Case{2, false, Format::cmc},
          Case{2, true, Format::cmc}, Case{3, false, Format::cmc}, Case{3, true, Format::cmc},
          Case{4, false, Format::cmc}, Case{4, true, Format::cmc}}) {
        CAPTURE(row.version, row.renews);
        RequestWorld world;
        world.wanted = row.version == 1 ? machine_template() : computer_template();
        world.wanted.schema_version = row.version;
        world.predecessor = row.renews ? &old : nullptr;
        const auto request = world.build();
        CHECK(request.format == row.format);
        CHECK(request.archived_key_hash.empty());
        if (row.format == Format::pkcs10) {
            CHECK(request.octets == build_pkcs10(input_for(world.wanted), world.key, world.crypto));
        } else if (row.format == Format::pkcs7) {
            CHECK(request.octets ==
                  build_renewal(input_for(world.wanted), world.key, old, world.crypto));
        }
    }
}

TEST_CASE("an unknown version makes no request", "[request-form][MS-WCCE:3.1.2.4.2.1]") {
    for (const std::uint32_t version : {0U, 5U}) {
        RequestWorld world;
        world.wanted.schema_version = version;
        const auto request = world.try_build();
        REQUIRE_FALSE(request);
        CHECK(request.error().code == kNotSupported);
        CHECK(request.error().context == "request for template LabComputer: schema version " +
                                             std::to_string(version) + " is unknown");
        CHECK(world.key.messages.empty());
    }
}

TEST_CASE("what PKCS #10 alone cannot carry goes in CMC for version 1 too",
          "[request-form][MS-WCCE:3.1.1.4.3][MS-WCCE:2.2.2.6.5]") {
    const engine::Signer other = signer();
    RequestWorld vouched;
    vouched.wanted = machine_template();
    vouched.authority = &other;
    CHECK(vouched.build().format == Format::cmc);

    RequestWorld archived;
    archived.wanted = machine_template();
    archived.exchange = certificate_of(old_parts());
    CHECK(archived.build().format == Format::cmc);

    RequestWorld mute;
    mute.wanted = machine_template();
    mute.key.signs_ = false;
    CHECK(mute.build().format == Format::cmc);
    mute.predecessor = &other;
    CHECK(mute.build().format == Format::cmc);
}

TEST_CASE("with an authority there is no renewal, whatever is replaced",
          "[request-form][E6][MS-WCCE:3.1.2.4.2.1]") {
    const engine::Signer old = signer(1);
    const engine::Signer authority = signer(2);
    RequestWorld world;
    world.wanted.name_flags = engine::name_flag::kEnrolleeSuppliesSubject |
                              engine::name_flag::kOldCertificateSuppliesNames;
    world.predecessor = &old;
    world.authority = &authority;
    const auto message = world.message();
    CHECK(message.certificates == std::vector<Bytes>{authority.certificate});
    const auto request = read_request(read_pki_data(message.content).request);
    CHECK(request.values("1.3.6.1.4.1.311.13.1").empty());
    CHECK(to_hex(request.subject) == "3000");
    CHECK(request.extension("2.5.29.17") == nullptr);
}

TEST_CASE("cdc and rmd stand in the request and in CMC's registration information",
          "[request-form][MS-WCCE:2.2.2.7][MS-WCCE:2.2.2.6.3]") {
    struct Case {
        const char* dc;
        const char* machine;
        const char* registration;
        std::size_t pairs;
    };
    for (const Case& row :
         {Case{"dc1.corp.example.test", "ws1.corp.example.test",
               "cdc=dc1.corp.example.test&rmd=ws1.corp.example.test", 2},
          Case{"dc1.corp.example.test", "", "cdc=dc1.corp.example.test", 1},
          Case{"", "ws1.corp.example.test", "rmd=ws1.corp.example.test", 1}, Case{"", "", "", 0},
          // The form quotes nothing: no name of the directory's makes a pair of its own.
          Case{"dc1&CertificateTemplate=SubCA", "ws1", "rmd=ws1", 2},
          Case{"dc1=x", "ws1\n", "", 2}}) {
        CAPTURE(row.registration);
        RequestWorld world;
        world.server.dns_name = row.dc;
        world.machine = row.machine;
        const auto data = world.data();
        CHECK(data.registration_info == row.registration);
        CHECK(data.controls.size() == (*row.registration == '\0' ? 1U : 2U));
        CHECK(read_request(data.request).values("1.3.6.1.4.1.311.13.2.1").size() == row.pairs);
    }
}

}  // namespace ae::ca
