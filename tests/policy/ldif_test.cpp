#include "policy/ldif.h"

#include "engine/base/hresult_table.h"
#include "tests/policy/support.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using ae::test::bytes;

std::vector<LdifRecord> read(const std::string& text) {
    auto records = parse_ldif(text);
    INFO((records ? std::string{} : records.error().context));
    REQUIRE(records);
    return std::move(*records);
}
std::string problem(const std::string& text) {
    const auto records = parse_ldif(text);
    INFO(text);
    REQUIRE_FALSE(records);
    CHECK(records.error().code == kInvalidData);
    return records.error().context;
}
LdapEntry entry(const std::string& dn, ae::test::Texts attributes) {
    return {dn, ae::test::object_of(attributes)};
}

}  // namespace

TEST_CASE("content records are read: text, base64, folded lines, comments, the root DSE",
          "[ldif][RFC2849]") {
    const auto records = read(
        "version: 1\r\n"
        "# made by hand\n"
        "#  and the comment goes\n"
        "  on here: x\n"
        "dn:\n"
        "configurationNamingContext: CN=Configuration,\n"
        " DC=test\n"
        "\n\n"
        "dn:: Q049w6Q=\n"
        "cn:   three blanks go, one stays \n"
        "description:: AAEC\n"
        "description:\n"
        "Description: \xC3\xBC\n"
        "userCertificate;binary:: MAA=");
    REQUIRE(records.size() == 2);
    CHECK(records[0].line == 5);
    CHECK(records[0].entry ==
          entry("", {{"configurationNamingContext", {"CN=Configuration,DC=test"}}}));
    CHECK(records[1].line == 10);
    CHECK(records[1].entry.dn == "CN=\xC3\xA4");
    const auto& attributes = records[1].entry.attributes;
    CHECK(text_of(attributes, "cn") == "three blanks go, one stays ");
    CHECK(values_of(attributes, "description") ==
          std::vector<Bytes>{{0, 1, 2}, {}, bytes("\xC3\xBC")});
    CHECK(values_of(attributes, "userCertificate") == std::vector<Bytes>{{0x30, 0}});
}

TEST_CASE("a text without records is a text without entries", "[ldif][RFC2849]") {
    for (const auto* text : {"", "\n\n", "# nothing", "version: 1\n", "\xEF\xBB\xBFversion: 1\n"}) {
        CHECK(read(text).empty());
    }
}

TEST_CASE("what is not understood is an error with the number of its line", "[ldif][RFC2849]") {
    struct Row {
        const char* text;
        const char* problem;
    };
    for (const auto& row :
         {Row{"version: 2\n", "line 1: only LDIF version 1 is known"},
          Row{" dn: x\n", "line 1: it begins with a blank, but no line stands before it"},
          Row{"dn: x\n\n y\n", "line 3: it begins with a blank, but no line stands before it"},
          Row{"dn: x\ncn\n", "line 2: it is not of the form \"attribute: value\""},
          Row{"dn: x\n: y\n", "line 2: it is not of the form \"attribute: value\""},
          Row{"dn: x\nc n: y\n", "line 2: it is not of the form \"attribute: value\""},
          Row{"dn: x\n\ncn: y\n", "line 3: a record must begin with \"dn:\""},
          Row{"dn: x\nsearch: 2\n\nresult: 0 Success\n",
              "line 4: a record must begin with \"dn:\""},
          Row{"dn: x\ncn: a\ndn: y\n",
              "line 3: a second dn in one record; an empty line is missing"},
          Row{"dn: x\n# c\n\n\ndn: y\nchangetype: delete\n",
              "line 6: this is a change record; only entries can be read"},
          Row{"dn: x\ncontrol: 1.2.3 true\n",
              "line 2: this is a change record; only entries can be read"},
          Row{"dn: x\ncn:< file:///etc/shadow\n",
              "line 2: the value of cn is a URL; no file is read"},
          Row{"dn: x\ncn:: MA\n A\n", "line 2: the value of cn is no base64"},
          Row{"dn: x\ncn: \xFF\n",
              "line 2: the value of cn is no UTF-8 text; it must be written in base64"},
          Row{"dn:: /w==\n", "line 1: the dn is no UTF-8 text"}}) {
        CHECK(problem(row.text) == row.problem);
    }
    CHECK(problem(std::string("dn: x\ncn: a\0b\n", 14)) ==
          "line 2: the value of cn is no UTF-8 text; it must be written in base64");
}

TEST_CASE("size and number of records are bounded", "[ldif]") {
    CHECK(problem(std::string(kMaxLdifOctets + 1, '\n')) == "the text is larger than 64 MiB");
    CHECK(read(std::string(kMaxLdifOctets, '\n')).empty());
    std::string many;
    for (int i = 0; i < 100000; ++i) {
        many += "dn:\n\n";
    }
    CHECK(read(many).size() == 100000);
    CHECK(problem(many + "dn:\n") == "line 200001: these are more than 100000 records");
}

TEST_CASE("entries are written so that they read back, the same octets each time",
          "[ldif][RFC2849]") {
    const std::vector<LdapEntry> entries = {
        entry("", {{"dnsHostName", {"dc1.corp.example.test"}}}),
        entry("CN=\xC3\xA4", {{"cn", {"b", "a", "", " a", "a ", ":a", "<a", "a\nb", "a\x7f", "#a"}},
                              {"long", {std::string(400, 'x'), std::string(75 - 6, 'y')}}})};
    const auto text = write_ldif(entries);
    CHECK(text ==
          "version: 1\n"
          "\n"
          "dn:\n"
          "dnsHostName: dc1.corp.example.test\n"
          "\n"
          "dn:: Q049w6Q=\n"
          "cn: b\n"
          "cn: a\n"
          "cn:\n"
          "cn:: IGE=\n"
          "cn:: YSA=\n"
          "cn:: OmE=\n"
          "cn:: PGE=\n"
          "cn:: YQpi\n"
          "cn:: YX8=\n"
          "cn: #a\n"
          "long: " +
              std::string(70, 'x') + "\n " + std::string(75, 'x') + "\n " + std::string(75, 'x') +
              "\n " + std::string(75, 'x') + "\n " + std::string(75, 'x') + "\n " +
              std::string(30, 'x') + "\nlong: " + std::string(69, 'y') + "\n");
    const auto again = read(text);
    REQUIRE(again.size() == entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        CHECK(again[i].entry == entries[i]);
    }
}

TEST_CASE("a line of 76 octets is not folded, one of 77 is", "[ldif]") {
    CHECK(write_ldif({entry("x", {{"cn", {std::string(72, 'a')}}})}) ==
          "version: 1\n\ndn: x\ncn: " + std::string(72, 'a') + "\n");
    CHECK(write_ldif({entry("x", {{"cn", {std::string(73, 'a')}}})}) ==
          "version: 1\n\ndn: x\ncn: " + std::string(72, 'a') + "\n a\n");
}

TEST_CASE("real templates survive writing and reading", "[ldif]") {
    const auto entries =
        ae::test::read_ldif(std::string(AE_TEST_DATA) + "/mscrtd-vista-2008-defaults.ldif.in");
    REQUIRE(entries.size() == 33);
    const auto again = read(write_ldif(entries));
    REQUIRE(again.size() == entries.size());
    CHECK(std::equal(entries.begin(), entries.end(), again.begin(),
                     [](const auto& a, const auto& b) { return a == b.entry; }));
}
