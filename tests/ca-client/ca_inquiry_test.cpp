#include "ca-client/ca_inquiry.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <map>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
constexpr Hresult kNone = hresult(0x80094004);

// A CA of properties; whatever it was not given is not there.
class Properties final : public CertRequestTransport {
  public:
    using Key = std::pair<std::uint32_t, std::uint32_t>;

    Asked ask(const engine::CaRef&, CertificateRequest, std::chrono::milliseconds) override {
        FAIL("nothing is requested");
        return {.answer = fail(kUnexpected, "")};
    }
    Done ping(const engine::CaRef&) override { return fail(kServerUnavailable, "no answer"); }
    Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery& query) override {
        CHECK(ca == kCa);
        const KnownProperty& known = known_properties()[query.id - 1];
        CHECK(known.type == query.type);
        CHECK((query.index == 0 || known.indexed == Indexed::yes));
        asked.emplace_back(query.id, query.index);
        const auto found = values.find({query.id, query.index});
        return found != values.end() ? found->second : Result<Bytes>(fail(kNone, "none"));
    }
    Result<PropertyInfo> property_info(const engine::CaRef&) override {
        return PropertyInfo{.count = 1, .octets = *from_hex("06000000 04000000 0c000000 41000000")};
    }
    void disconnect() override { FAIL("the inquiry does not own the transport"); }

    std::map<Key, Result<Bytes>> values{};
    std::vector<Key> asked{};
};

Bytes text(std::string_view words) { return utf16le_from_utf8(words); }
Bytes number(std::uint8_t value) { return {value, 0, 0, 0}; }
Bytes info(std::uint8_t count) {
    Bytes octets(40);
    octets[0] = 40;
    octets[4] = 1;
    octets[8] = count;
    return octets;
}
Bytes certificate(int which) { return der::sequence({der::integer(which)}); }
Bytes bag(const std::vector<Bytes>& certificates) {
    Bytes all;
    for (const Bytes& each : certificates) {
        all.insert(all.end(), each.begin(), each.end());
    }
    const Bytes signed_data = der::sequence(
        {der::integer(1), der::set_of({}), der::sequence({der::oid("1.2.840.113549.1.7.1")}),
         der::write(der::context_constructed(0), all), der::set_of({})});
    return der::sequence(
        {der::oid("1.2.840.113549.1.7.2"), der::write(der::context_constructed(0), signed_data)});
}

}  // namespace

TEST_CASE("the signing certificates come newest first", "[inquiry][MS-WCCE:3.2.1.4.3.2.12]") {
    Properties ca;
    // The count is a CAINFO; the second of the four is not there any more.
    ca.values = {{{0x0B, 0}, info(4)},
                 {{0x0C, 0}, certificate(1)},
                 {{0x0C, 2}, certificate(3)},
                 {{0x0C, 3}, certificate(4)}};
    const auto found = CaInquiry(ca, kCa).signing_certificates();
    REQUIRE(found);
    CHECK(*found == std::vector<Bytes>{certificate(4), certificate(3), certificate(1)});
}

TEST_CASE("signing certificates that cannot be true are refused", "[inquiry][hostile]") {
    Properties ca;
    ca.values = {{{0x0B, 0}, number(33)}};
    auto found = CaInquiry(ca, kCa).signing_certificates();
    REQUIRE_FALSE(found);
    CHECK(found.error().code == kInvalidData);
    CHECK(found.error().context ==
          "ask for the signing certificates of ca1.corp.example.test\\Corp Issuing CA 1: it says "
          "that it has 33 signing certificates");
    CHECK(ca.asked.size() == 1);

    ca.values = {{{0x0B, 0}, number(32)}};
    CHECK(CaInquiry(ca, kCa).signing_certificates()->empty());
    ca.values = {{{0x0B, 0}, number(1)}, {{0x0C, 0}, Bytes(kMaxCertificateSize)}};
    CHECK(CaInquiry(ca, kCa).signing_certificates());
    ca.values[{0x0C, 0}] = Bytes(kMaxCertificateSize + 1);
    CHECK(CaInquiry(ca, kCa).signing_certificates().error().code == kInvalidData);
    ca.values[{0x0C, 0}] = Bytes{};
    CHECK(CaInquiry(ca, kCa).signing_certificates().error().code == kInvalidData);
}

TEST_CASE("a CA that goes away in between is no CA with fewer certificates", "[inquiry]") {
    Properties ca;
    ca.values = {{{0x0B, 0}, number(2)},
                 {{0x0C, 0}, certificate(1)},
                 {{0x0C, 1}, fail(kServerUnavailable, "gone")}};
    CHECK(CaInquiry(ca, kCa).signing_certificates().error().code == kServerUnavailable);
}

TEST_CASE("the exchange certificate comes with its chain", "[inquiry][MS-WCCE:3.2.1.4.3.2.15]") {
    Properties ca;
    ca.values = {{{0x0F, 0}, certificate(9)},
                 {{0x10, 0}, bag({certificate(9), certificate(1), certificate(2)})}};
    const auto found = CaInquiry(ca, kCa).exchange_certificate();
    REQUIRE(found);
    CHECK(found->certificate == certificate(9));
    CHECK(found->chain == std::vector<Bytes>{certificate(1), certificate(2)});
}

TEST_CASE("an exchange certificate without a chain is one, and a broken chain is none",
          "[inquiry]") {
    Properties ca;
    ca.values = {{{0x0F, 0}, certificate(9)}};
    CHECK(CaInquiry(ca, kCa).exchange_certificate()->chain.empty());
    ca.values.insert({{0x10, 0}, fail(kNotSupported, "ICertRequestD")});
    CHECK(CaInquiry(ca, kCa).exchange_certificate()->chain.empty());
    ca.values.insert_or_assign({0x10, 0}, certificate(1));
    CHECK(CaInquiry(ca, kCa).exchange_certificate().error().code == kInvalidData);
    ca.values.clear();
    const auto none = CaInquiry(ca, kCa).exchange_certificate();
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kNone);
}

TEST_CASE("a CA says who it is", "[inquiry]") {
    Properties ca;
    ca.values = {{{0x06, 0}, text("Corp Issuing CA 1")},
                 {{0x07, 0}, text("Corp Issuing CA 1")},
                 {{0x16, 0}, fail(kNotSupported, "ICertRequestD")},
                 {{0x01, 0}, text("10.0")},
                 {{0x0A, 0}, info(2)}};
    const auto identity = CaInquiry(ca, kCa).identity();
    REQUIRE(identity);
    CHECK(identity->name == "Corp Issuing CA 1");
    CHECK(identity->sanitized_name == "Corp Issuing CA 1");
    CHECK(identity->dns_name.empty());
    CHECK(identity->version == "10.0");
    CHECK(identity->info.type == 1);
    CHECK(identity->info.signing_certificates == 2);
    ca.values.insert_or_assign({0x16, 0}, fail(kInvalidArgument, "no"));
    CHECK(CaInquiry(ca, kCa).identity().error().code == kInvalidArgument);
}

TEST_CASE("templates, states, properties and a sign of life", "[inquiry]") {
    Properties ca;
    ca.values = {{{0x1D, 0}, text("Machine\n\n")}, {{0x22, 1}, *from_hex("0a010b80")}};
    CaInquiry inquiry(ca, kCa);
    CHECK(inquiry.templates().value() == std::vector<OfferedTemplate>{{"Machine", ""}});
    CHECK(inquiry.signing_certificate_status(1).value() == hresult(0x800B010A));
    CHECK(inquiry.properties()->at(0).name == "A");
    CHECK(inquiry.ping().error().context ==
          "ping ca1.corp.example.test\\Corp Issuing CA 1: no answer");
}
