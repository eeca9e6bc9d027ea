// A TPM 2.0 of the test's own (swtpm), at a socket in a temporary folder; ended with the object.
#pragma once

#include "tests/support/temporary_folder.h"

#include <csignal>
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <sys/types.h>

namespace ae::test {

class SoftwareTpm {
  public:
    SoftwareTpm() {
        // Returns when the socket is there.
        const std::string folder = folder_.path().string();
        const std::string command = "swtpm socket --tpm2 --daemon --tpmstate dir=" + folder +
                                    " --server type=unixio,path=" + folder + "/tpm" +
                                    " --ctrl type=unixio,path=" + folder + "/tpm.ctrl" +
                                    " --flags not-need-init,startup-clear --pid file=" + folder +
                                    "/pid --log file=" + folder + "/log,level=1";
        REQUIRE(std::system(command.c_str()) == 0);
        pid_ = static_cast<pid_t>(std::stol(read_text(folder_.path() / "pid")));
    }
    SoftwareTpm(const SoftwareTpm&) = delete;
    SoftwareTpm& operator=(const SoftwareTpm&) = delete;
    SoftwareTpm(SoftwareTpm&&) = delete;
    SoftwareTpm& operator=(SoftwareTpm&&) = delete;
    ~SoftwareTpm() { end(); }

    void end() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
        }
        pid_ = 0;
    }
    // As KeyProviders names it.
    [[nodiscard]] std::string place() const {
        return "tpm:swtpm:path=" + (folder_.path() / "tpm").string();
    }

  private:
    TemporaryFolder folder_;
    pid_t pid_ = 0;
};

}  // namespace ae::test
