// Local settings on Linux: one file of ours among those of the policy.
#include "engine/base/hresult_table.h"
#include "policy/reg_files.h"
#include "service/settings/change_setting.h"
#include "service/settings/local_settings.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

const std::string kAutoEnrollment = "Software\\Microsoft\\Cryptography\\AutoEnrollment";

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << "Windows Registry Editor Version 5.00\r\n\r\n" << text;
    std::filesystem::permissions(path, std::filesystem::perms(0644));
}

TEST_CASE("a local setting is written, read back and taken away", "[settings][files]") {
    const test::TemporaryFolder folder;
    Sources sources;
    sources.policy_dir = (folder.path() / "policy.d").string();
    auto changed = change_setting(sources, "AEPolicy", "7");
    REQUIRE(changed);
    CHECK(is_in_force(*changed));
    const std::string file = sources.policy_dir + "/00-local.reg";
    CHECK(changed->place == file);
    struct stat facts {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0644U);
    changed = change_setting(sources, "AEPolicy", "none");
    REQUIRE(changed);
    CHECK_FALSE(changed->after.from);
}

TEST_CASE("a group policy beside it wins, and the change says so", "[settings][files][A4]") {
    const test::TemporaryFolder folder;
    Sources sources;
    sources.policy_dir = (folder.path() / "policy.d").string();
    std::filesystem::create_directory(sources.policy_dir);
    std::filesystem::permissions(sources.policy_dir, std::filesystem::perms(0755));
    write(std::filesystem::path(sources.policy_dir) / "10-gpo.reg",
          "[HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment]\r\n"
          "\"AEPolicy\"=dword:00000006\r\n");
    const auto changed = change_setting(sources, "AEPolicy", "7");
    REQUIRE(changed);
    CHECK_FALSE(is_in_force(*changed));
    CHECK(changed->after.from->value == "6");
}

TEST_CASE("of changes that are made at once none is lost", "[settings][files]") {
    const test::TemporaryFolder folder;
    Sources sources;
    sources.policy_dir = (folder.path() / "policy.d").string();
    constexpr int kMany = 20;
    std::vector<std::thread> threads;
    std::atomic<int> refused = 0;
    for (int i = 0; i < kMany; ++i) {
        threads.emplace_back([&, i] {
            refused += change_setting(sources, "KeyProviders\\" + std::to_string(i), "tpm") ? 0 : 1;
        });
    }
    std::ranges::for_each(threads, &std::thread::join);
    CHECK(refused == 0);
    const auto files = policy::load_reg_files(sources.policy_dir);
    REQUIRE(files);
    const SettingsView view = view_settings(engine::Scope::machine, *files);
    for (int i = 0; i < kMany; ++i) {
        INFO(i);
        CHECK(setting_named(view, "KeyProviders\\" + std::to_string(i)).from);
    }
}

TEST_CASE("every user's run may read what was made, whatever the umask", "[settings][files]") {
    const test::TemporaryFolder folder;
    Sources sources;
    const auto above = folder.path() / "new";
    sources.policy_dir = (above / "policy.d").string();
    const mode_t before = ::umask(077);
    const auto changed = change_setting(sources, "AEPolicy", "7");
    ::umask(before);
    REQUIRE(changed);
    for (const auto& [path, mode] :
         {std::pair(above.string(), 0755U), std::pair(sources.policy_dir, 0755U),
          std::pair(sources.policy_dir + '/' + kLocalFile, 0644U)}) {
        INFO(path);
        struct stat facts {};
        REQUIRE(::stat(path.c_str(), &facts) == 0);
        CHECK((facts.st_mode & 0777U) == mode);
    }
}

TEST_CASE("a file that somebody wrote by hand is left as it is", "[settings][files]") {
    const test::TemporaryFolder folder;
    Sources sources;
    sources.policy_dir = (folder.path() / "policy.d").string();
    std::filesystem::create_directory(sources.policy_dir);
    std::filesystem::permissions(sources.policy_dir, std::filesystem::perms(0755));
    const auto path = std::filesystem::path(sources.policy_dir) / kLocalFile;
    write(path, "[-HKEY_LOCAL_MACHINE\\" + kAutoEnrollment + "]\r\n");
    const auto before = std::filesystem::file_size(path);
    const auto changed = change_setting(sources, "LogLevel", "4");
    REQUIRE_FALSE(changed);
    CHECK(changed.error().code == kInvalidData);
    CHECK(std::filesystem::file_size(path) == before);
}

TEST_CASE("a folder that others may write to gets no setting", "[settings][files]") {
    const test::TemporaryFolder folder;
    Sources sources;
    sources.policy_dir = (folder.path() / "policy.d").string();
    std::filesystem::create_directory(sources.policy_dir);
    std::filesystem::permissions(sources.policy_dir, std::filesystem::perms(0777));
    const auto changed = change_setting(sources, "LogLevel", "4");
    REQUIRE_FALSE(changed);
    CHECK(changed.error().code == kAccessDenied);
}

}  // namespace
}  // namespace ae::service
