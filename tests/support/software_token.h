// A PKCS #11 token of the test's own (SoftHSM) in a temporary folder, with a file that has its PIN.
// SoftHSM reads where its tokens are from the environment: one at a time in a process.
#pragma once

#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>

namespace ae::test {

class SoftwareToken {
  public:
    static constexpr const char* kPin = "471100";
    static constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";

    SoftwareToken() {
        std::filesystem::create_directory(folder_.path() / "tokens");
        write_text(folder_.path() / "softhsm2.conf",
                   "directories.tokendir = " + (folder_.path() / "tokens").string() +
                       "\nobjectstore.backend = file\nlog.level = ERROR\n");
        ::setenv("SOFTHSM2_CONF", (folder_.path() / "softhsm2.conf").c_str(), 1);
        run(std::string("softhsm2-util --init-token --free --label \"Corp HSM\" --so-pin 001122 "
                        "--pin ") +
            kPin + " >/dev/null");
        set_pin(kPin);
    }
    SoftwareToken(const SoftwareToken&) = delete;
    SoftwareToken& operator=(const SoftwareToken&) = delete;
    SoftwareToken(SoftwareToken&&) = delete;
    SoftwareToken& operator=(SoftwareToken&&) = delete;
    ~SoftwareToken() { ::unsetenv("SOFTHSM2_CONF"); }

    void set_pin(const std::string& pin) const {
        write_text(pin_file(), pin + "\n");
        std::filesystem::permissions(
            pin_file(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    [[nodiscard]] std::filesystem::path pin_file() const { return folder_.path() / "pin"; }
    // As KeyProviders names it.
    [[nodiscard]] std::string place() const {
        return "pkcs11:token=Corp%20HSM?pin-source=file:" + pin_file().string() +
               "&module-path=" + kModule;
    }
    // Private keys on it, as another program sees them.
    [[nodiscard]] std::size_t keys() const {
        const std::string list = (folder_.path() / "list").string();
        run(tool() + "--list-objects --type privkey >" + list + " 2>/dev/null");
        const std::string text = read_text(list);
        std::size_t count = 0;
        for (auto at = text.find("Private Key Object"); at != std::string::npos;
             at = text.find("Private Key Object", at + 1)) {
            ++count;
        }
        return count;
    }
    void log_in_by_hand() const { run(tool() + "--list-objects >/dev/null 2>&1"); }
    // The card is pulled out; what was on it comes back with plug_in().
    void pull_out() const {
        std::filesystem::rename(folder_.path() / "tokens", folder_.path() / "away");
        std::filesystem::create_directory(folder_.path() / "tokens");
    }
    void plug_in() const {
        std::filesystem::remove(folder_.path() / "tokens");
        std::filesystem::rename(folder_.path() / "away", folder_.path() / "tokens");
    }

  private:
    static void run(const std::string& command) { REQUIRE(std::system(command.c_str()) == 0); }
    static std::string tool() {
        return std::string("pkcs11-tool --module ") + kModule +
               " --token-label \"Corp HSM\" --login --pin " + kPin + ' ';
    }

    TemporaryFolder folder_;
};

}  // namespace ae::test
