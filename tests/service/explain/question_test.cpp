// One word, read in every way that makes sense.
#include "service/explain/question.h"

#include "engine/asked.h"
#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

const Hresult kTemplateDenied = hresult(0x80094012);

std::vector<std::string> names_of(const std::vector<const EventKnowledge*>& events) {
    std::vector<std::string> names;
    for (const EventKnowledge* one : events) {
        names.push_back(std::string(to_string(one->origin)) + ' ' + std::to_string(one->number));
    }
    return names;
}

TEST_CASE("a result code is known however it is written", "[explain][codes]") {
    for (const std::string text :
         {"0x80094012", "0X80094012", "80094012", "-2146877422", "2148089874",
          "CERTSRV_E_TEMPLATE_DENIED", "certsrv_e_template_denied", "TEMPLATE_DENIED",
          " 0x80094012 "}) {
        INFO(text);
        CHECK(codes_of(text) == std::vector<Hresult>{kTemplateDenied});
    }
    CHECK(codes_of("800706BA") == std::vector<Hresult>{kServerUnavailable});
}

TEST_CASE("a small number is Win32's", "[explain][codes]") {
    CHECK(codes_of("5") == std::vector<Hresult>{kAccessDenied});
    CHECK(codes_of("1722") == std::vector<Hresult>{kServerUnavailable});
    CHECK(codes_of("0x6BA") == std::vector<Hresult>{kServerUnavailable});
    CHECK(codes_of("0") == std::vector<Hresult>{kOk});
    CHECK(codes_of("65536").empty());
}

TEST_CASE("what is no code is none", "[explain][codes]") {
    for (const std::string text : {"", "Machine", "User", "0x", "0x8BADF00D", "0x180094012", "-0",
                                   "-4294967296", "DENIED"}) {
        INFO(text);
        CHECK(codes_of(text).empty());
    }
}

TEST_CASE("a number that is written as a code is no template's name", "[explain][codes]") {
    CHECK(is_written_as_code("0x8BADF00D"));
    CHECK(is_written_as_code("0xnonsense"));
    CHECK(is_written_as_code("-5"));
    CHECK(is_written_as_code("2148089875"));
    CHECK_FALSE(is_written_as_code("Machine"));
    CHECK_FALSE(is_written_as_code("DEADBEEF"));
    CHECK_FALSE(is_written_as_code("2024"));
    CHECK(unknown_code_text("0x8BADF00D") ==
          "0x8BADF00D is no code that this client knows (a failure of facility 941, number 61453)");
    CHECK(unknown_code_text("0x") == "0x is no number of 32 bits");
}

TEST_CASE("an event is known by its source and number, or by its number alone",
          "[explain][events]") {
    for (const std::string text : {"CertEnroll 13", "CE 13", "ce13x",
                                   "Microsoft-Windows-CertificateServicesClient-CertEnroll 13",
                                   "CertEnroll/13", "CertEnroll:13", "event 13"}) {
        INFO(text);
        const std::vector<std::string> found = names_of(events_of(text));
        CHECK(found == (text == "ce13x" ? std::vector<std::string>{}
                                        : std::vector<std::string>{"CertEnroll 13"}));
    }
    CHECK(names_of(events_of("15")) ==
          std::vector<std::string>{"AutoEnrollment 15", "CertEnroll 15"});
    CHECK(names_of(events_of("AE 15")) == std::vector<std::string>{"AutoEnrollment 15"});
    CHECK(names_of(events_of("53")) ==
          std::vector<std::string>{"CertEnroll 53", "CertificationAuthority 53"});
    CHECK(events_of("CertEnroll 999").empty());
    CHECK(events_of("Nobody 13").empty());
    CHECK(events_of("0x13").empty());
}

TEST_CASE("a source with a number that it does not write is no template's name",
          "[explain][events]") {
    CHECK(is_written_as_event("CertEnroll 999"));
    CHECK_FALSE(is_written_as_event("999"));
    CHECK_FALSE(is_written_as_event("Web Server 2"));
}

TEST_CASE("a number may be an event and a code", "[explain]") {
    CHECK(codes_of("13") == std::vector<Hresult>{kInvalidData});
    CHECK(names_of(events_of("13")) == std::vector<std::string>{"CertEnroll 13"});
}

TEST_CASE("a thumbprint may be copied out of Windows' dialogs", "[explain][thumbprint]") {
    const std::string plain = "00112233445566778899aabbccddeeff00112233";
    CHECK(engine::thumbprint_of("00112233445566778899AABBCCDDEEFF00112233") == plain);
    CHECK(engine::thumbprint_of("00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11 22 33") ==
          plain);
    CHECK(engine::thumbprint_of("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33") ==
          plain);
    CHECK(engine::thumbprint_of(plain.substr(0, 4)) == plain.substr(0, 4));
    CHECK_FALSE(engine::thumbprint_of(plain.substr(0, 3)));
    CHECK_FALSE(engine::thumbprint_of(plain + "0"));
    CHECK_FALSE(engine::thumbprint_of("Machine"));
}

}  // namespace
}  // namespace ae::service
