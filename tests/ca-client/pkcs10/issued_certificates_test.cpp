#include "ca-client/issued_certificates.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/ca-client/pkcs10/request_fixture.h"

#include <random>

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

Bytes signed_data(ByteView bag_and_lists) {
    const Bytes content = der::sequence({der::oid("1.2.840.113549.1.7.1")});
    return der::sequence({der::oid("1.2.840.113549.1.7.2"),
                          der::write(der::context_constructed(0),
                                     {der::sequence({der::integer(1), der::set_of({}), content,
                                                     bag_and_lists, der::set_of({})})})});
}

Bytes bag_of(const std::vector<Bytes>& members) {
    Bytes content;
    for (const Bytes& member : members) {
        content.insert(content.end(), member.begin(), member.end());
    }
    return der::write(der::context_constructed(0), content);
}

}  // namespace

TEST_CASE("the certificates of a real answer are found in its order",
          "[issued_certificates][MS-WSTEP:4]") {
    const auto certificates =
        certificates_of_signed_data(data_file("wstep-first-response.p7", "CMS"));
    REQUIRE(certificates);
    std::vector<std::string> subjects;
    for (const Bytes& certificate : *certificates) {
        subjects.push_back(engine::parse_certificate(certificate).value().subject);
    }
    CHECK(subjects ==
          std::vector<std::string>{"CN=FB_EntRootCA, OU=Microsoft PKI Team",
                                   "CN=FB_EntSubCA, OU=Microsoft PKI Team",
                                   "E=abby@D9-1351C0406A.NTTEST.MICROSOFT.COM, CN=abby, CN=Users, "
                                   "DC=d9-1351C0406A, DC=nttest, DC=microsoft, DC=com"});
}

TEST_CASE("a bag may be absent, empty, or hold other things",
          "[issued_certificates][RFC5652:5.1]") {
    const Bytes certificate = der::sequence({der::integer(7)});
    const Bytes lists = der::write(der::context_constructed(1), {der::sequence({})});
    CHECK(certificates_of_signed_data(signed_data({})).value().empty());
    CHECK(certificates_of_signed_data(signed_data(bag_of({}))).value().empty());
    CHECK(certificates_of_signed_data(signed_data(lists)).value().empty());

    Bytes mixed = bag_of({certificate, der::write(der::context_constructed(3), {der::null()}),
                          der::write(der::context_constructed(2), {der::null()}), certificate});
    mixed.insert(mixed.end(), lists.begin(), lists.end());
    CHECK(certificates_of_signed_data(signed_data(mixed)).value() ==
          std::vector{certificate, certificate});
}

TEST_CASE("64 certificates are enough", "[issued_certificates]") {
    const Bytes certificate = der::sequence({der::integer(7)});
    CHECK(certificates_of_signed_data(signed_data(bag_of(std::vector(64, certificate))))
              .value()
              .size() == 64);
    const auto more =
        certificates_of_signed_data(signed_data(bag_of(std::vector(65, certificate))));
    REQUIRE_FALSE(more);
    CHECK(more.error().code == kInvalidData);
    CHECK(more.error().context ==
          "the answer is no SignedData that can be read: more than 64 certificates");
}

TEST_CASE("other content than SignedData is refused", "[issued_certificates]") {
    const Bytes good = signed_data({});
    Bytes longer = good;
    longer.push_back(0);
    CHECK_FALSE(certificates_of_signed_data(longer));
    CHECK_FALSE(certificates_of_signed_data({}));
    CHECK_FALSE(certificates_of_signed_data(der::sequence({})));
    CHECK(certificates_of_signed_data(
              der::sequence({der::oid("1.2.840.113549.1.7.1"),
                             der::write(der::context_constructed(0), {der::octet_string({})})}))
              .error()
              .context ==
          "the answer is no SignedData that can be read: the content type is 1.2.840.113549.1.7.1");
    CHECK_FALSE(certificates_of_signed_data(signed_data(der::null())));
    CHECK_FALSE(certificates_of_signed_data(signed_data(bag_of({Bytes{0x30}}))));
}

TEST_CASE("a cut off or changed answer is refused or read, never more", "[issued_certificates]") {
    const Bytes whole = data_file("wstep-first-response.p7", "CMS");
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        const Bytes octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
        REQUIRE_FALSE(certificates_of_signed_data(octets));
    }
    std::mt19937_64 random(3);
    std::size_t refused = 0;
    for (int round = 0; round < 5000; ++round) {
        Bytes octets = whole;
        octets[random() % 200] = static_cast<std::uint8_t>(random());
        const auto certificates = certificates_of_signed_data(octets);
        if (!certificates) {
            ++refused;
            continue;
        }
        std::size_t size = 0;
        for (const Bytes& certificate : *certificates) {
            size += certificate.size();
        }
        REQUIRE(size < octets.size());
    }
    CHECK(refused > 500);
}

}  // namespace ae::ca
