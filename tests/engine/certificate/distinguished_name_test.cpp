#include "engine/distinguished_name.h"

#include "engine/base/der.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

Bytes attribute(std::string_view oid, const Bytes& value) {
    return der::sequence({der::oid(oid), value});
}

Bytes rdn(std::string_view oid, std::string_view text) {
    return der::write(der::Tag::set, {attribute(oid, der::utf8_string(text))});
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

constexpr const char* kCommonName = "2.5.4.3";
constexpr const char* kDomainComponent = "0.9.2342.19200300.100.1.25";

}  // namespace

TEST_CASE("a name is told from its most specific part", "[distinguished_name][RFC4514:2.1]") {
    const Bytes name = joined({rdn(kDomainComponent, "test"), rdn(kDomainComponent, "example"),
                               rdn("2.5.4.11", "Clients"), rdn(kCommonName, "ws1")});
    CHECK(distinguished_name_text(name) == "CN=ws1, OU=Clients, DC=example, DC=test");
    CHECK(distinguished_name_text({}) == "");
}

TEST_CASE("a part with several values joins them", "[distinguished_name][RFC4514:2.2]") {
    const Bytes name = der::write(der::Tag::set, {attribute(kCommonName, der::utf8_string("a")),
                                                  attribute("2.5.4.5", der::utf8_string("7"))});
    CHECK(distinguished_name_text(name) == "CN=a + SERIALNUMBER=7");
}

TEST_CASE("types have the names that people know, or their number", "[distinguished_name]") {
    struct Case {
        const char* oid;
        const char* text;
    };
    for (const Case& row :
         {Case{kCommonName, "CN=x"}, Case{"2.5.4.4", "SN=x"}, Case{"2.5.4.6", "C=x"},
          Case{"2.5.4.7", "L=x"}, Case{"2.5.4.8", "ST=x"}, Case{"2.5.4.9", "STREET=x"},
          Case{"2.5.4.10", "O=x"}, Case{"2.5.4.12", "T=x"}, Case{"2.5.4.42", "G=x"},
          Case{"0.9.2342.19200300.100.1.1", "UID=x"}, Case{"1.2.840.113549.1.9.1", "E=x"},
          Case{"2.5.4.97", "2.5.4.97=x"}}) {
        CHECK(distinguished_name_text(rdn(row.oid, "x")) == row.text);
    }
}

TEST_CASE("values cannot pretend to be another name", "[distinguished_name][RFC4514:2.4]") {
    struct Case {
        std::string_view value;
        const char* text;
    };
    for (const Case& row :
         {Case{"a, CN=b", "CN=a\\, CN=b"}, Case{"a+b", "CN=a\\+b"}, Case{"\"a\"", "CN=\\\"a\\\""},
          Case{"a\\b", "CN=a\\\\b"}, Case{"<a;b>", "CN=\\<a\\;b\\>"}, Case{"#a#", "CN=\\#a#"},
          Case{" a b ", "CN=\\ a b\\ "}, Case{" ", "CN=\\ "}, Case{"a\nb", "CN=a\\0ab"},
          Case{std::string_view("a\0b", 3), "CN=a\\00b"}, Case{"\x7F", "CN=\\7f"},
          Case{"M\xC3\xBC", "CN=M\xC3\xBC"}, Case{"", "CN="}}) {
        CAPTURE(row.text);
        CHECK(distinguished_name_text(rdn(kCommonName, row.value)) == row.text);
    }
}

TEST_CASE("a value that is no text is shown as octets", "[distinguished_name][RFC4514:2.4]") {
    const Bytes name = der::write(der::Tag::set, {attribute(kCommonName, der::integer(5))});
    CHECK(distinguished_name_text(name) == "CN=#020105");
}

TEST_CASE("broken names are refused", "[distinguished_name]") {
    for (const char* bad : {"30", "3000", "3003020105", "31023000", "3105300306012a",
                            "310a300806035504030c014141", "310c300a06035504030c01410500"}) {
        CAPTURE(bad);
        CHECK_FALSE(distinguished_name_text(from_hex(bad).value()));
    }
}

TEST_CASE("a name of very many parts takes no more than linear work", "[distinguished_name]") {
    const Bytes one = rdn(kCommonName, "x");
    Bytes name;
    for (int i = 0; i < 200000; ++i) {
        name.insert(name.end(), one.begin(), one.end());
    }
    CHECK(distinguished_name_text(name)->size() == 200000 * 6 - 2);
}

}  // namespace ae::engine
