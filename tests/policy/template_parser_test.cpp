#include "policy/template_parser.h"

#include "tests/policy/support.h"

#include <algorithm>
#include <map>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using ae::test::object_of;
using engine::Template;

constexpr Seconds kDay = std::chrono::hours(24);

std::map<std::string, AttributeMap> objects_in(const std::string& file) {
    std::map<std::string, AttributeMap> objects;
    for (const auto& entry : ae::test::read_ldif(std::string(AE_TEST_DATA) + '/' + file)) {
        objects[text_of(entry.attributes, "cn").value_or("")] = entry.attributes;
    }
    return objects;
}

AttributeMap with(AttributeMap object, const std::string& name,
                  const std::vector<std::string>& values) {
    object[name].clear();
    for (const auto& value : values) {
        object[name].push_back(ae::test::bytes(value));
    }
    return object;
}

const AttributeMap kPlain = object_of({{"cn", {"T"}},
                                       {"msPKI-Template-Schema-Version", {"2"}},
                                       {"msPKI-Cert-Template-OID", {"1.2.3.4"}}});
std::string fault_with(const std::string& name, const std::vector<std::string>& values) {
    return parse_template(with(kPlain, name, values)).fault;
}

}  // namespace

TEST_CASE("every default template of the specification is understood",
          "[template-parser][MS-CRTD:appendix]") {
    const auto objects = objects_in("mscrtd-vista-2008-defaults.ldif.in");
    CHECK(objects.size() == 33);
    for (const auto& [name, object] : objects) {
        const auto parsed = parse_template(object);
        INFO(name << ": " << parsed.fault);
        CHECK(parsed.fault.empty());
        CHECK(parsed.name == name);
        CHECK_FALSE(parsed.oid.empty());
        CHECK(parsed.validity > parsed.overlap);
        CHECK(parsed.overlap >= kDay);
        CHECK_FALSE(parsed.key_usage.empty());
        CHECK(std::is_sorted(parsed.providers.begin(), parsed.providers.end()));
        CHECK_FALSE(parsed.security_descriptor);
    }
}

TEST_CASE("what the default templates say arrives in the fields", "[template-parser][MS-CRTD:2]") {
    struct Row {
        const char* name;
        std::uint32_t schema, major, minor, flags, enrollment, private_key, names;
        std::uint32_t key_size, key_spec;
        std::int64_t validity_days, overlap_days;
    };
    // Straight from the tables of the specification; signed decimals as unsigned.
    const Row rows[] = {
        {"Administrator", 1, 4, 1, 0x1023A, 41, 0x10, 0xA6000000, 2048, 1, 365, 42},
        {"CA", 1, 5, 1, 0x100D1, 0, 0x10, 0x1, 1024, 2, 1825, 42},
        {"CAExchange", 2, 106, 0, 0x10040, 1, 0, 0x1, 2048, 1, 7, 1},
    };
    const auto objects = objects_in("mscrtd-vista-2008-defaults.ldif.in");
    for (const auto& row : rows) {
        INFO(row.name);
        const auto parsed = parse_template(objects.at(row.name));
        CHECK(parsed.schema_version == row.schema);
        CHECK(parsed.major_version == row.major);
        CHECK(parsed.minor_version == row.minor);
        CHECK(parsed.general_flags == row.flags);
        CHECK(parsed.enrollment_flags == row.enrollment);
        CHECK(parsed.private_key_flags == row.private_key);
        CHECK(parsed.name_flags == row.names);
        CHECK(parsed.minimal_key_size == row.key_size);
        CHECK(parsed.default_key_spec == row.key_spec);
        CHECK(parsed.validity == row.validity_days * kDay);
        CHECK(parsed.overlap == row.overlap_days * kDay);
    }
    const auto administrator = parse_template(objects.at("Administrator"));
    CHECK(administrator.key_usage == Bytes{0xA0, 0x00});
    CHECK(administrator.max_issuing_depth == 0);
    CHECK(administrator.critical_extensions == std::vector<std::string>{"2.5.29.15"});
    CHECK(administrator.extended_key_usages.size() == 4);
    CHECK(administrator.providers ==
          std::vector<engine::ProviderChoice>{{1, "Microsoft Enhanced Cryptographic Provider v1.0"},
                                              {2, "Microsoft Base Cryptographic Provider v1.0"}});
    CHECK(parse_template(objects.at("CA")).max_issuing_depth == -1);
    CHECK(parse_template(objects.at("DomainControllerAuthentication")).supersedes ==
          std::vector<std::string>{"DomainController"});

    const auto ocsp = parse_template(objects.at("OCSPResponseSigning"));
    CHECK(ocsp.schema_version == 3);
    CHECK(ocsp.asymmetric_algorithm == "RSA");
    CHECK(ocsp.hash_algorithm == "SHA1");
    CHECK(ocsp.cng_key_usage == 2U);
    CHECK(ocsp.key_security_descriptor.starts_with("D:(A;;FA;;;BA)(A;;FA;;;SY)(A;;GR;;;S-1-5-80-"));
}

TEST_CASE("customised templates of a real forest are understood", "[template-parser]") {
    const auto objects = objects_in("custom-tamemycerts-a.ldif.in");
    CHECK(objects.size() == 10);
    std::map<std::string, std::string> algorithms;
    for (const auto& [name, object] : objects) {
        // The export left the identifiers out.
        const auto parsed = parse_template(with(object, "msPKI-Cert-Template-OID", {"1.2.3"}));
        INFO(name << ": " << parsed.fault);
        CHECK(parsed.fault.empty());
        CHECK(parsed.schema_version >= 2);
        algorithms[name] = parsed.asymmetric_algorithm;
        CHECK(parse_template(object).fault.starts_with("msPKI-Cert-Template-OID is \"\""));
    }
    CHECK(algorithms.at("Computer_Online_ECDSA") == "ECDSA_P256");
    CHECK(algorithms.at("Computer_Online_ECDH") == "ECDH_P256");
    CHECK(algorithms.at("Computer_Online_RSA") == "RSA");
}

TEST_CASE("absent attributes take their neutral values", "[template-parser]") {
    const auto parsed = parse_template(object_of({{"cn", {"Old"}}}));
    CHECK(parsed.fault.empty());
    CHECK(parsed.schema_version == 1);
    CHECK(parsed.max_issuing_depth == -1);
    CHECK(parsed.enrollment_flags == 0);
    CHECK(parsed.validity == Seconds{});
    CHECK_FALSE(parsed.cng_key_usage);
    CHECK(parsed.symmetric_algorithm.empty());
    CHECK(parsed.symmetric_key_length == 0);
    CHECK_FALSE(parsed.security_descriptor);
}

TEST_CASE("bit fields come as signed decimals", "[template-parser][MS-CRTD:2.26-2.28]") {
    struct Row {
        const char* text;
        std::uint32_t value;
    };
    for (const auto& row :
         {Row{"-1509949440", 0xA6000000}, Row{"-2147483648", 0x80000000}, Row{"-1", 0xFFFFFFFF},
          Row{"0", 0}, Row{"2147483647", 0x7FFFFFFF}, Row{"4294967295", 0xFFFFFFFF}}) {
        INFO(row.text);
        const auto parsed = parse_template(with(kPlain, "msPKI-Certificate-Name-Flag", {row.text}));
        CHECK(parsed.fault.empty());
        CHECK(parsed.name_flags == row.value);
    }
}

TEST_CASE("the security descriptor is passed on as it is", "[template-parser]") {
    const auto parsed = parse_template(with(kPlain, "nTSecurityDescriptor", {"\x01\x02"}));
    CHECK(parsed.security_descriptor == Bytes{1, 2});
}

TEST_CASE("providers are ranked by their number and may have blanks after the comma",
          "[template-parser][MS-CRTD:2.8]") {
    const auto parsed = parse_template(with(kPlain, "pKIDefaultCSPs", {"10,C", " 2, B", "1,A, a"}));
    CHECK(parsed.fault.empty());
    CHECK(parsed.providers ==
          std::vector<engine::ProviderChoice>{{1, "A, a"}, {2, "B"}, {10, "C"}});
}

SCENARIO("msPKI-RA-Application-Policies has two forms", "[template-parser][MS-CRTD:2.23]") {
    const auto kOid = "1.3.6.1.4.1.311.20.2.1";
    const auto read = [](const char* schema, const char* private_key,
                         const std::vector<std::string>& values) {
        auto object = with(kPlain, "msPKI-Template-Schema-Version", {schema});
        object = with(object, "msPKI-Private-Key-Flag", {private_key});
        return parse_template(with(object, "msPKI-RA-Application-Policies", values));
    };
    GIVEN("versions 1 and 2, and version 4 with the legacy-provider flag: plain OIDs") {
        for (const auto& [schema, flag] :
             {std::pair("1", "0"), std::pair("2", "0"), std::pair("2", "256"),
              std::pair("4", "256"), std::pair("4", "101056784")}) {
            INFO(schema << ' ' << flag);
            const auto parsed = read(schema, flag, {kOid, "2.5.29.37.0"});
            CHECK(parsed.fault.empty());
            CHECK(parsed.ra_application_policies == std::vector<std::string>{kOid, "2.5.29.37.0"});
            CHECK_FALSE(read(schema, flag, {"msPKI-Key-Usage`DWORD`2`"}).fault.empty());
        }
    }
    GIVEN("version 3, and version 4 without that flag: triplets") {
        for (const auto& [schema, flag] : {std::pair("3", "0"), std::pair("3", "256"),
                                           std::pair("4", "0"), std::pair("4", "101056512")}) {
            INFO(schema << ' ' << flag);
            const auto parsed =
                read(schema, flag,
                     {"msPKI-Asymmetric-Algorithm`PZPWSTR`ECDSA_P384`msPKI-Hash-Algorithm`PZPWSTR`"
                      "SHA384`msPKI-Key-Usage`DWORD`16777215`msPKI-RA-Application-Policies`PZPWSTR`"
                      "1.2.3,1.2.4`msPKI-Symmetric-Algorithm`PZPWSTR`3DES`"
                      "msPKI-Symmetric-Key-Length`DWORD`168`Something-New`DWORD`x`"});
            CHECK(parsed.fault.empty());
            CHECK(parsed.asymmetric_algorithm == "ECDSA_P384");
            CHECK(parsed.hash_algorithm == "SHA384");
            CHECK(parsed.symmetric_algorithm == "3DES");
            CHECK(parsed.symmetric_key_length == 168);
            CHECK(parsed.cng_key_usage == 0xFFFFFFU);
            CHECK(parsed.ra_application_policies == std::vector<std::string>{"1.2.3", "1.2.4"});
            CHECK_FALSE(read(schema, flag, {kOid}).fault.empty());
        }
    }
    GIVEN("a key security descriptor under either of its names") {
        for (const auto* name : {"msPKI-Key-Security-Descriptor", "msPKI-SecurityDescriptor"}) {
            const auto parsed =
                read("3", "0", {std::string(name) + "`PZPWSTR`D:(A;;FA;;;BA)(A;;GR;;;SY)`"});
            CHECK(parsed.fault.empty());
            CHECK(parsed.key_security_descriptor == "D:(A;;FA;;;BA)(A;;GR;;;SY)");
        }
    }
    GIVEN("triplets that are broken") {
        for (const auto* list :
             {"", "`", "msPKI-Key-Usage", "msPKI-Key-Usage`DWORD", "msPKI-Key-Usage`DWORD`x`",
              "msPKI-Key-Usage`DWORD`-1`", "msPKI-Key-Usage`PZPWSTR`2`",
              "msPKI-Hash-Algorithm`DWORD`2`", "msPKI-Key-Usage`DWORD`2`x`",
              "msPKI-Symmetric-Algorithm`DWORD`2`", "msPKI-Symmetric-Key-Length`PZPWSTR`168`",
              "msPKI-Symmetric-Key-Length`DWORD`x`", "msPKI-Symmetric-Key-Length`DWORD`4294967296`",
              "msPKI-RA-Application-Policies`PZPWSTR`not-an-oid`"}) {
            INFO(list);
            const auto fault = read("3", "0", {list}).fault;
            CHECK(fault.starts_with("msPKI-RA-Application-Policies is \""));
        }
    }
}

TEST_CASE("what the specification does not know is a fault that names attribute and value",
          "[template-parser]") {
    CHECK(fault_with("msPKI-Template-Schema-Version", {"9"}) ==
          "msPKI-Template-Schema-Version is \"9\": this client knows versions 1 to 4");
    CHECK(fault_with("msPKI-Template-Schema-Version", {"5"}) != "");
    CHECK(fault_with("msPKI-Template-Schema-Version", {"0"}) != "");
    CHECK(fault_with("pKIExpirationPeriod", {"\x01\x02"}) ==
          "pKIExpirationPeriod is \"0102\": eight octets with a negative count of 100 ns are "
          "expected");
    CHECK(fault_with("pKIOverlapPeriod", {std::string("\x01\0\0\0\0\0\0\0", 8)}) != "");
    CHECK(fault_with("msPKI-Cert-Template-OID", {"1.2.x"}) ==
          "msPKI-Cert-Template-OID is \"1.2.x\": an object identifier is expected");
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"flags", "0x40"},
             {"flags", ""},
             {"flags", "4294967296"},
             {"flags", "-2147483649"},
             {"revision", "-1"},
             {"msPKI-RA-Signature", "-1"},
             {"msPKI-Minimal-Key-Size", "2048 "},
             {"pKIMaxIssuingDepth", "-2"},
             {"pKIExtendedKeyUsage", "serverAuth"},
             {"pKICriticalExtensions", ""},
             {"msPKI-Certificate-Application-Policy", "1"},
             {"msPKI-RA-Application-Policies", "a`b`c"},
             {"pKIDefaultCSPs", "No number"},
             {"pKIDefaultCSPs", "1,"},
             {"pKIDefaultCSPs", "x,Name"}}) {
        INFO(name << " = " << value);
        CHECK(fault_with(name, {value}).starts_with(name + " is \"" + value + "\": "));
    }
    CHECK(parse_template({}).fault.starts_with("cn is "));
}

TEST_CASE("the first fault is told, and text from the directory is made printable",
          "[template-parser]") {
    CHECK(fault_with("flags", {"\x1b[31m"}).find('\x1b') == std::string::npos);
    auto object = with(kPlain, "revision", {"x"});
    object = with(object, "pKIOverlapPeriod", {""});
    CHECK(parse_template(object).fault.starts_with("revision is "));
}
