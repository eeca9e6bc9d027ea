// The reader of a certificate that a request names, fed with what is none.  MY may hold anything.
#include "ca-client/certificate_view.h"
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <random>

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

Result<CertificateView> view(ByteView certificate) {
    return view_certificate(certificate, "the certificate to renew");
}

Bytes with(Bytes CertificateParts::*part, Bytes value) {
    CertificateParts parts = old_parts();
    parts.*part = std::move(value);
    return certificate_of(parts);
}

bool inside(ByteView part, ByteView whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

TEST_CASE("every proper prefix of a certificate is refused", "[renewal][hostile]") {
    const Bytes whole = certificate_of(old_parts());
    REQUIRE(view(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto facts = view(cut);
        REQUIRE_FALSE(facts);
        CHECK(facts.error().code == kInvalidData);
    }
    Bytes longer = whole;
    longer.push_back(0);
    CHECK_FALSE(view(longer));
}

TEST_CASE("a part of another kind is refused", "[renewal][hostile][RFC5280:4.1]") {
    const Bytes null = der::null();
    CHECK_FALSE(view(with(&CertificateParts::serial_number, {})));
    CHECK_FALSE(view(with(&CertificateParts::serial_number, null)));
    CHECK_FALSE(view(with(&CertificateParts::issuer, null)));
    CHECK_FALSE(view(with(&CertificateParts::subject, null)));
    CHECK_FALSE(view(with(&CertificateParts::public_key_info, null)));
    CHECK_FALSE(view(with(&CertificateParts::version, null)));
}

TEST_CASE("alternative names are one whole sequence", "[renewal][hostile][RFC5280:4.2.1.6]") {
    const auto read_names = [](const Bytes& value) {
        CertificateParts parts = old_parts();
        parts.extensions = {{"2.5.29.17", value}};
        return view(certificate_of(parts)).has_value();
    };
    Bytes longer = general_names("ws1");
    CHECK(read_names(longer));
    longer.push_back(0);
    CHECK_FALSE(read_names(longer));
    CHECK_FALSE(read_names({}));
    CHECK_FALSE(read_names(der::null()));
    CHECK_FALSE(read_names({0x30, 0x05, 0x00}));
}

TEST_CASE("a changed certificate is refused or read within its octets", "[renewal][hostile]") {
    const Bytes whole = certificate_of(old_parts());
    std::mt19937_64 random(11);  // NOLINT(cert-msc51-cpp): the same run every time
    int refused = 0;
    for (int round = 0; round < 5000; ++round) {
        Bytes octets = whole;
        for (auto flips = 1 + random() % 3; flips > 0; --flips) {
            octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
        }
        const auto facts = view(octets);
        if (!facts) {
            ++refused;
            continue;
        }
        for (const ByteView part :
             {facts->serial_number, facts->issuer, facts->subject, facts->public_key_info,
              facts->alternative_names, facts->certificate}) {
            REQUIRE(inside(part, octets));
        }
    }
    CHECK(refused > 500);
}

}  // namespace ae::ca
