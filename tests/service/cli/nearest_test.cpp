#include "service/cli/nearest.h"

#include <catch2/catch.hpp>

using namespace ae::service;

namespace {

const std::vector<std::string> kCommands{"certs",  "status",   "enroll",    "explain", "events",
                                         "doctor", "cas",      "ca-ping",   "replica", "report",
                                         "renew",  "retrieve", "templates", "policy"};

struct Typed {
    std::string word;
    std::optional<std::string> meant;
};

void check_all(const std::vector<Typed>& table, const std::vector<std::string>& names) {
    for (const Typed& row : table) {
        INFO(row.word);
        CHECK(nearest(row.word, names) == row.meant);
    }
}

}  // namespace

TEST_CASE("one slip of a typist is seen through: missing, too many, wrong, exchanged",
          "[nearest]") {
    check_all({{"enrol", "enroll"},
               {"enrolll", "enroll"},
               {"enroly", "enroll"},
               {"enorll", "enroll"},
               {"satus", "status"},
               {"doctro", "doctor"}},
              kCommands);
}

TEST_CASE("a third of the characters may be wrong, and not one more", "[nearest]") {
    check_all({{"abcxyz", "abcdez"}}, {"abcdez"});      // 2 of 6
    check_all({{"abwxyz", std::nullopt}}, {"abcdez"});  // 3 of 6
    check_all({{"cax", "cas"}, {"xay", std::nullopt}}, {"cas"});
}

TEST_CASE("a beginning that only one name has is that name, from three characters on",
          "[nearest]") {
    check_all({{"tem", "templates"}, {"te", std::nullopt}, {"DOC", "doctor"}}, kCommands);
    CHECK_FALSE(nearest("re", kCommands));
    CHECK(nearest("1b2c", {"1b2c3d4e5f60718293a4b5c6d7e8f9001b2c3d4e", "9999"}) ==
          "1b2c3d4e5f60718293a4b5c6d7e8f9001b2c3d4e");
}

TEST_CASE("case and the signs between words do not count", "[nearest]") {
    check_all({{"caping", "ca-ping"}, {"CA_PING", "ca-ping"}, {"Ca Pnig", "ca-ping"}}, kCommands);
    CHECK(nearest("web server", {"WebServer", "Machine"}) == "WebServer");
    CHECK(nearest("1B 2C 3D 4F", {"1b2c3d4e", "ffffffff"}) == "1b2c3d4e");
}

TEST_CASE("two names that are as near as each other are no suggestion, one that stands twice is",
          "[nearest]") {
    CHECK_FALSE(nearest("wsx", {"wsa", "wsb"}));
    CHECK(nearest("wsx", {"wsa", "wsa"}) == "wsa");
    CHECK(nearest("wsxa", {"wsb", "wsxaz", "wsa"}) == "wsxaz");  // the only one that begins so
}

TEST_CASE("the nearer one wins wherever it stands", "[nearest]") {
    CHECK(nearest("machinw", {"Machines2", "Machine"}) == "Machine");
    CHECK(nearest("machinw", {"Machine", "Machines2"}) == "Machine");
    CHECK(nearest("kerberoz", {"kerberoxyy", "kerbexoz", "kerberxyy"}) == "kerbexoz");
}

TEST_CASE("nothing, a stranger, or a word without an end finds nothing", "[nearest]") {
    CHECK_FALSE(nearest("", kCommands));
    CHECK_FALSE(nearest("- -", kCommands));
    CHECK_FALSE(nearest("xyzzy", kCommands));
    CHECK_FALSE(nearest("enrol", {}));
    CHECK(nearest(std::string(256, 'a'), {std::string(255, 'a')}));
    CHECK_FALSE(nearest(std::string(257, 'a'), {std::string(256, 'a')}));
}

TEST_CASE("the end of the sentence names the name, printable, or is empty", "[nearest]") {
    CHECK(did_you_mean("enrol", kCommands) == "; did you mean enroll?");
    CHECK(did_you_mean("xyzzy", kCommands).empty());
    CHECK(did_you_mean("Machin", {"Machine\x1b[31m"}).find('\x1b') == std::string::npos);
}
