// What people type to name a thing, and what they can paste.
#include "engine/asked.h"

#include "engine/base/hresult_table.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

TEST_CASE("a word is quoted where a shell would read it otherwise", "[asked]") {
    struct Row {
        const char* word;
        const char* typed;
    };
    for (const Row& row : std::vector<Row>{{"Machine", "Machine"},
                                           {"1.3.6.1.4", "1.3.6.1.4"},
                                           {"Corp A", "'Corp A'"},
                                           {"a;b", "'a;b'"},
                                           {"$(id)", "'$(id)'"},
                                           {"", "''"},
                                           {"ca1\\Corp CA", "'ca1\\Corp CA'"},
                                           {"Bob's", "\"Bob's\""},
                                           {"Bob's $x", "'Bob'\\''s $x'"}}) {
        CHECK(quoted(row.word) == row.typed);
    }
    CHECK(command_line("enroll", Scope::user, "Corp A") == "aeclient enroll --user 'Corp A'");
    CHECK(command_line("enroll", Scope::machine, "A") == "aeclient enroll A");
    CHECK(command_line("certs", Scope::user, "") == "aeclient certs --user");
}

TEST_CASE("a thumbprint's beginning has at least four digits", "[asked]") {
    const std::string whole(40, 'a');
    CHECK(thumbprint_of("03A2") == "03a2");
    CHECK(thumbprint_of(" 03:a2 0 ") == "03a20");
    CHECK(thumbprint_of(whole) == whole);
    for (const std::string& none : {std::string("03a"), std::string(), whole + "a",
                                    std::string("03ag"), std::string("0x03a2")}) {
        INFO(none);
        CHECK_FALSE(thumbprint_of(none));
    }
    CHECK(thumbprints_like("03a2", {"03a2ff", "03A2FE", "03a2ff", "03a3ff", "03a"}) ==
          std::vector<std::string>{"03a2ff", "03A2FE"});
}

TEST_CASE("a CA is found by HOST\\NAME, or by a name that only one has", "[asked]") {
    std::vector<EnrollmentService> all = {service(1, {}), service(2, {})};
    for (const char* typed : {"CA2.corp.example.test\\Corp Issuing CA 2", "corp issuing ca 2"}) {
        const auto found = find_ca(all, typed);
        REQUIRE(found);
        CHECK(*found == &all[1]);
    }
    for (const char* typed : {"", "Corp Issuing CA", "ca1.corp.example.test"}) {
        const auto found = find_ca(all, typed);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == kNotFound);
    }
    all[1].name = all[0].name;
    const auto either = find_ca(all, "Corp Issuing CA 1");
    REQUIRE_FALSE(either);
    CHECK(either.error().code == kInvalidArgument);
    CHECK_THAT(either.error().context,
               Catch::Contains(all[0].ref().config()) && Catch::Contains(all[1].ref().config()));
    CHECK(find_ca(all, kCa1));
}

}  // namespace
}  // namespace ae::engine
