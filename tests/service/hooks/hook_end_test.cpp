// What is kept of what a hook says.
#include "service/hooks/hook_end.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace std::chrono_literals;

std::string last_of(std::string_view output) {
    LastWords words;
    words.add(output);
    return words.text();
}

TEST_CASE("of what a hook says its last line is kept", "[hooks]") {
    CHECK(last_of("") == "it said nothing");
    CHECK(last_of(" \r\n\n") == "it said nothing");
    CHECK(last_of("one\r\ntwo\r\n\r\n") == "it said: two");
    CHECK(last_of("no line feed") == "it said: no line feed");
    CHECK(last_of("\x1B[2J gone") == "it said: \\x1b[2J gone");
}

TEST_CASE("a flood of output costs no memory, and its end is kept", "[hooks]") {
    LastWords words;
    for (int i = 0; i < 100'000; ++i) {
        words.add("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
    }
    words.add("the end\n");
    CHECK(words.text() == "it said: the end");
    CHECK(last_of(std::string(400, 'y')) == "it said: " + std::string(400, 'y'));
    CHECK(last_of(std::string(401, 'y')) == "it said: ..." + std::string(400, 'y'));
}

TEST_CASE("each end of a hook has its code and its words", "[hooks]") {
    LastWords words;
    words.add("no such site\n");
    CHECK(hook_failed("exit code 3", words).sentence() ==
          "it ended with exit code 3; it said: no such site: ERROR_PROCESS_ABORTED (0x8007042B): "
          "a program did not end as it should. Correct what it complains about, or the program.");
    CHECK(hook_too_slow(1500ms, words).code == kTimeout);
    CHECK(hook_too_slow(1500ms, words).context ==
          "it did not end within 2 s and was killed; it said: no such site");
    CHECK(hook_stopped().code == kOperationAborted);
}

}  // namespace
}  // namespace ae::service
