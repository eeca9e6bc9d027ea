#include "policy/reg_file.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "tests/policy/support.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using ae::test::bytes;

const std::string kHead = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\K]\r\n";

Result<std::vector<RegOperation>> parse(const std::string& text) {
    return parse_reg_file(bytes(text));
}
RegOperation value(const std::string& line) {
    const auto file = parse(kHead + line + "\r\n");
    INFO(line << ": " << (file ? std::string{} : file.error().context));
    REQUIRE(file);
    REQUIRE(file->size() == 2);
    return file->at(1);
}
std::string error_of(const std::string& text) {
    const auto file = parse(text);
    INFO(text);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == kInvalidData);
    return file.error().context;
}

}  // namespace

SCENARIO("a file that regedit exported is read in each encoding", "[reg-file]") {
    const std::string text = kHead + "\"AEPolicy\"=dword:00000007\r\n";
    Bytes utf16 = {0xFF, 0xFE};
    const auto units = utf16le_from_utf8(text);
    utf16.insert(utf16.end(), units.begin(), units.end());
    for (const auto& octets : {bytes(text), bytes("\xEF\xBB\xBF" + text), utf16}) {
        const auto file = parse_reg_file(octets);
        REQUIRE(file);
        REQUIRE(file->size() == 2);
        CHECK(file->at(0).action == RegAction::open_key);
        CHECK(file->at(0).key == "HKEY_LOCAL_MACHINE\\K");
        CHECK(file->at(1).action == RegAction::set_value);
        CHECK(file->at(1).key == "HKEY_LOCAL_MACHINE\\K");
        CHECK(file->at(1).name == "AEPolicy");
        CHECK(std::get<std::uint32_t>(file->at(1).data) == 7);
        CHECK(file->at(1).line == 4);
    }
}

TEST_CASE("every form of value that regedit writes is read", "[reg-file]") {
    CHECK(std::get<std::uint32_t>(value("\"a\"=dword:ffffffff").data) == 0xFFFFFFFFU);
    CHECK(std::get<std::uint32_t>(value("\"a\"=DWORD:1 ; comment").data) == 1);
    CHECK(std::get<std::uint32_t>(value("\"a\"=hex(4):07,80,00,00").data) == 0x8007);
    CHECK(std::get<std::string>(value(R"("a"="C:\\x \"y\"")").data) == "C:\\x \"y\"");
    CHECK(std::get<std::string>(value(R"("a"="")").data).empty());
    CHECK(std::get<std::string>(value("\"a\"=hex(1):4d,00,59,00,00,00").data) == "MY");
    CHECK(value(R"("a\\b\"c"=dword:1)").name == "a\\b\"c");
    CHECK(value("@=\"default\"").name.empty());
    CHECK(value("\"a\"=-").action == RegAction::delete_value);

    const auto binary = std::get<OtherRegData>(value("\"a\"=hex:de,ad").data);
    CHECK(binary.type == 3);
    CHECK(binary.octets == Bytes{0xDE, 0xAD});
    CHECK(std::get<OtherRegData>(value("\"a\"=hex:").data).octets.empty());
    const auto quad = std::get<OtherRegData>(value("\"a\"=hex(b):01,00,00,00,00,00,00,00").data);
    CHECK(quad.type == 11);
    CHECK(quad.octets.size() == 8);
    const auto list =
        std::get<OtherRegData>(value("\"a\"=hex(7):41,00,\\\r\n  42,00,\\\r\n  00,00").data);
    CHECK(list.type == 7);
    CHECK(list.octets == Bytes{0x41, 0, 0x42, 0, 0, 0});
    CHECK(std::get<OtherRegData>(value("\"a\"=hex(4):07,00").data).type == 4);  // cut: no dword
}

TEST_CASE("a type is called by its name", "[reg-file]") {
    CHECK(type_name(RegData(std::uint32_t{1})) == "REG_DWORD");
    CHECK(type_name(RegData(std::string("x"))) == "REG_SZ");
    CHECK(type_name(RegData(OtherRegData{11, {}})) == "REG_QWORD");
    CHECK(type_name(RegData(OtherRegData{99, {}})) == "registry type 99");
}

TEST_CASE("keys are deleted with a minus sign; comments and empty lines mean nothing",
          "[reg-file]") {
    const auto file = parse(
        "Windows Registry Editor Version 5.00\n\n; about\n[-HKEY_CURRENT_USER\\A\\B]\n\n"
        "[HKEY_USERS\\C] ; why\n");
    REQUIRE(file);
    REQUIRE(file->size() == 2);
    CHECK(file->at(0).action == RegAction::delete_key);
    CHECK(file->at(0).key == "HKEY_CURRENT_USER\\A\\B");
    CHECK(file->at(1).key == "HKEY_USERS\\C");
}

TEST_CASE("what is not understood is an error with its line, never skipped", "[reg-file]") {
    const std::string head = "Windows Registry Editor Version 5.00\n";
    CHECK(error_of("") ==
          "line 1: the file does not begin with \"Windows Registry Editor Version 5.00\"");
    CHECK(error_of("REGEDIT4\n").starts_with("line 1: "));
    CHECK(error_of(head + "\"a\"=dword:1\n") == "line 2: a value stands outside of a key");
    CHECK(error_of(head + "[-HKEY_USERS\\A]\n\"a\"=dword:1\n") ==
          "line 3: a value stands outside of a key");
    CHECK(error_of(head + "[HKLM\\A]\n") ==
          "line 2: \"HKLM\" is no hive; write HKEY_LOCAL_MACHINE or HKEY_CURRENT_USER in full");
    CHECK(error_of(head + "[HKEY_USERS\\A\n") == "line 2: the key has no closing bracket");
    CHECK(error_of(head + "[HKEY_USERS\\A] x\n") == "line 2: the key has no closing bracket");
    for (const auto* line :
         {"a=dword:1", "\"a\"", "\"a=dword:1", "\"a\"=", "\"a\"=dword:", "\"a\"=dword:123456789",
          "\"a\"=dword:g", "\"a\"=\"open", "\"a\"=\"x\" y", "\"a\"=\"\\x\"", "\"a\"=hex:1,,2",
          "\"a\"=hex:123", "\"a\"=hex:zz", "\"a\"=hex(x):01", "\"a\"=qword:1", "\"a\"=7",
          "\"a\"=hex:01,\\"}) {
        INFO(line);
        CHECK(error_of(kHead + line).starts_with("line 4: "));
    }
}

TEST_CASE("text that is neither UTF-16 nor UTF-8 and files without end are refused", "[reg-file]") {
    CHECK(error_of("\xFE\xFF") == "the file is neither UTF-16 with a byte order mark nor UTF-8");
    CHECK(error_of(kHead + "\"\xE4\"=dword:1") ==
          "the file is neither UTF-16 with a byte order mark nor UTF-8");
    CHECK(error_of("\xFF\xFE"
                   "a") == "the UTF-16 text ends in the middle of a character");
    CHECK(error_of(kHead + std::string(1, '\0')) == "the file holds a NUL character");

    std::string large = kHead + ';';
    large.resize(kMaxRegFileOctets, 'x');
    CHECK(parse(large));
    CHECK(error_of(large + 'x') == "the file is larger than 1 MiB");
}
