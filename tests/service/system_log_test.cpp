#include "service/system_log.h"

#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using ae::service::standard_error_is_system_log;

// Sets JOURNAL_STREAM, and gives it back as it was.
class JournalStream {
  public:
    explicit JournalStream(const std::string& value) {
        if (const char* before = std::getenv("JOURNAL_STREAM"); before != nullptr) {
            before_ = before;
        }
        ::setenv("JOURNAL_STREAM", value.c_str(), 1);
    }
    JournalStream(const JournalStream&) = delete;
    JournalStream& operator=(const JournalStream&) = delete;
    ~JournalStream() {
        if (before_.empty()) {
            ::unsetenv("JOURNAL_STREAM");
        } else {
            ::setenv("JOURNAL_STREAM", before_.c_str(), 1);
        }
    }

  private:
    std::string before_{};
};

bool is_system_log(const std::string& stream) {
    const JournalStream set(stream);
    return standard_error_is_system_log();
}

}  // namespace

TEST_CASE("standard error is the journal's where JOURNAL_STREAM names it",
          "[system-log][systemd.exec]") {
    struct stat facts {};
    REQUIRE(::fstat(STDERR_FILENO, &facts) == 0);
    const std::string device = std::to_string(facts.st_dev);
    const std::string inode = std::to_string(facts.st_ino);
    CHECK(is_system_log(device + ":" + inode));
    // A child that redirected standard error inherits the variable all the same.
    CHECK_FALSE(is_system_log(device + ":" + std::to_string(facts.st_ino + 1)));
    CHECK_FALSE(is_system_log(std::to_string(facts.st_dev + 1) + ":" + inode));
    for (const std::string& broken :
         {std::string(), std::string(":"), device, device + ":", ":" + inode, device + inode,
          device + ":" + inode + " ", device + ":" + inode + "0", " " + device + ":" + inode,
          "x:" + inode, device + ":-" + inode, std::string("99999999999999999999999:1")}) {
        INFO(broken);
        CHECK_FALSE(is_system_log(broken));
    }
}
