#include "tests/lab/ca/der.h"

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/subject_names.h"
#include "tests/lab/ca/test/support.h"

using namespace ae::labca;

TEST_CASE("DER elements are composed as X.690 says", "[der]") {
    CHECK(to_hex(der::integer(0)) == "020100");
    CHECK(to_hex(der::integer(127)) == "02017f");
    CHECK(to_hex(der::integer(128)) == "02020080");
    CHECK(to_hex(der::integer(0xFFFFFFFF)) == "020500ffffffff");
    CHECK(to_hex(der::oid("1.3.6.1.4.1.311.21.7")) == "06092b0601040182371507");
    CHECK(to_hex(der::oid("2.5.29.17")) == "0603551d11");
    CHECK(to_hex(der::text(tag::kBmp, "User")) == "1e080055007300650072");
    CHECK(der::octets(Bytes(127)).size() == 129);
    CHECK(to_hex(View(der::octets(Bytes(128))).first(3)) == "048180");
    CHECK(to_hex(View(der::octets(Bytes(256))).first(4)) == "04820100");
    for (const char* wrong : {"", "1", "3.1", "1.", "1..2", "1.x"}) {
        INFO(wrong);
        CHECK_THROWS_AS(der::oid(wrong), ParseError);
    }
}

TEST_CASE("OIDs survive the way there and back", "[der]") {
    for (const std::string text : {"0.9.2342.19200300.100.1.25", "1.3.6.1.4.1.311.21.8.4711001.1",
                                   "2.16.840.1.101.3.4.2.1", "2.999.3"}) {
        CHECK(DerReader(der::oid(text)).oid() == text);
    }
}

TEST_CASE("broken DER is refused", "[der][hostile]") {
    for (const char* hex : {"", "30", "3080", "30800000", "3001", "30820001", "3085 0000000001 00",
                            "1f8101 00", "0281ff 00"}) {
        INFO(hex);
        const Bytes bytes = from_hex(hex);
        CHECK_THROWS_AS(DerReader(bytes).next(), ParseError);
    }
    CHECK_THROWS_AS(single_der(from_hex("0500 00")), ParseError);
    CHECK_THROWS_AS(DerReader(from_hex("0201ff")).integer(), ParseError);
    CHECK_THROWS_AS(DerReader(from_hex("02050100000000")).integer(), ParseError);
    CHECK_THROWS_AS(oid_text(from_hex("2b86")), ParseError);
}

TEST_CASE("key usage is a BIT STRING without trailing zero bits", "[extensions][MS-CRTD:2.10]") {
    CHECK(to_hex(key_usage(from_hex("a000")).value) == "030205a0");
    CHECK(to_hex(key_usage(from_hex("8600")).value) == "03020186");
    CHECK(to_hex(key_usage(from_hex("0680")).value) == "0303070680");
    CHECK(to_hex(key_usage(from_hex("0000")).value) == "030100");
}

TEST_CASE("the security extension carries the SID as text", "[extensions][MS-WCCE:2.2.2.7.7.4]") {
    CHECK(to_hex(security_extension("S-1-5-21-1-2-3-500").value) ==
          to_hex(from_hex("3024a022060a2b060104018237190201a0140412532d312d352d32312d312d322d332d"
                          "353030")));
}

TEST_CASE("names of directory objects become subjects in encoding order", "[names]") {
    Template t;
    t.name_flags = name_flag::kDirectoryPath;
    Account account;
    account.dn = "CN=Arden\\, Alice,OU=R\\26D,DC=corp,DC=test";
    CHECK(to_hex(subject_from_directory(t, account)) ==
          to_hex(make_name({{"0.9.2342.19200300.100.1.25", "test"},
                            {"0.9.2342.19200300.100.1.25", "corp"},
                            {"2.5.4.11", "R&D"},
                            {"2.5.4.3", "Arden, Alice"}})));
}

TEST_CASE("a missing source attribute has a code of its own",
          "[names][MS-WCCE:3.2.2.6.2.1.4.5.9]") {
    const auto code_of = [](std::uint32_t flags) {
        Template t;
        t.name_flags = flags;
        Account machine;
        machine.is_computer = true;
        try {
            subject_from_directory(t, machine);
            alternative_names_from_directory(t, machine);
        } catch (const HresultError& error) {
            return error.code;
        }
        return std::uint32_t{0};
    };
    CHECK(code_of(name_flag::kSanUpn) == 0x8009480D);
    CHECK(code_of(name_flag::kSanGuid) == 0x8009480E);
    CHECK(code_of(name_flag::kSanDns) == 0x8009480F);
    CHECK(code_of(name_flag::kDnsAsCn) == 0x8009480F);
    CHECK(code_of(name_flag::kSanEmail) == 0x80094812);
    CHECK(code_of(name_flag::kSubjectEmail) == 0x80094812);
    CHECK(code_of(0) == 0);
}

TEST_CASE("template periods are negative counts of 100 ns", "[template][MS-CRTD:2.7]") {
    using std::chrono::hours;
    CHECK(period_from(from_hex("004039872ee1feff")) == hours(24 * 365));
    CHECK(period_from(from_hex("0080a60affdeffff")) == hours(24 * 42));
    CHECK(period_from(from_hex("00c01bd77ffaffff")) == hours(24 * 7));
    CHECK(period_from(from_hex("00")) == hours(0));
}

TEST_CASE("template flag words come as signed decimals", "[template][MS-CRTD:2.28]") {
    LdapEntry entry;
    const auto add = [&entry](const std::string& name, const std::string& value) {
        const View bytes = view_of(value);
        entry.attributes.push_back({name, {Bytes(bytes.begin(), bytes.end())}});
    };
    add("cn", "T");
    add("msPKI-Certificate-Name-Flag", "-1509949440");
    add("msPKI-Template-Schema-Version", "3");
    add("msPKI-RA-Application-Policies",
        "msPKI-Asymmetric-Algorithm`PZPWSTR`ECDSA_P256`msPKI-Hash-Algorithm`PZPWSTR`SHA256`");
    const Template t = template_from(entry);
    CHECK(t.name_flags == 0xA6000000);
    CHECK(t.key_algorithm == "ECDSA_P256");
    CHECK(t.authority_policies.empty());
}
