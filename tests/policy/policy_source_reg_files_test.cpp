#include "engine/base/hresult_table.h"
#include "policy/agent_settings.h"
#include "policy/autoenroll_policy.h"
#include "policy/policy_source.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace ae;
using namespace ae::policy;
namespace fs = std::filesystem;

// A policy.d of its own, removed again.
class PolicyDirectory {
  public:
    PolicyDirectory() {
        std::string name = (fs::temp_directory_path() / "ae-policy-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
        mode("", 0755);
    }
    PolicyDirectory(const PolicyDirectory&) = delete;
    PolicyDirectory& operator=(const PolicyDirectory&) = delete;
    ~PolicyDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    void write(const std::string& name, const std::string& body) const {
        std::ofstream(path_ / name) << "Windows Registry Editor Version 5.00\n" << body;
        mode(name, 0644);
    }
    void write_bits(const std::string& name, const std::string& digits) const {
        write(name, "[HKEY_LOCAL_MACHINE\\" + std::string(kPolicyKey) +
                        "]\n\"AEPolicy\"=dword:" + digits + "\n");
    }
    void mode(const std::string& name, mode_t mode) const {
        REQUIRE(::chmod((path_ / name).c_str(), mode) == 0);
    }
    void owner(const std::string& name, uid_t uid) const {
        REQUIRE(::chown((path_ / name).c_str(), uid, 0) == 0);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] Result<engine::AutoenrollPolicy> read() const {
        return create_policy_source(path_)->read(engine::Scope::machine);
    }
    [[nodiscard]] std::string refusal() const {
        const auto policy = read();
        REQUIRE_FALSE(policy);
        CHECK(policy.error().code == kAccessDenied);
        return policy.error().context;
    }

  private:
    fs::path path_;
};

// Only root can make files that belong to root.
bool is_root() {
    if (::geteuid() == 0) {
        return true;
    }
    WARN("not run as root: nothing checked");
    return false;
}

}  // namespace

TEST_CASE("without a policy directory there is no policy", "[policy-source]") {
    const auto policy = create_policy_source("/nonexistent/policy.d")->read(engine::Scope::machine);
    REQUIRE(policy);
    CHECK_FALSE(policy->bits);
    CHECK(policy->source.empty());
}

TEST_CASE("*.reg files apply in the order of their names, others do not", "[policy-source]") {
    if (!is_root()) {
        return;
    }
    const PolicyDirectory directory;
    CHECK_FALSE(directory.read()->bits);
    directory.write_bits("20-b.reg", "1");
    directory.write_bits("10-a.reg", "7");
    directory.write_bits("90-old.reg.bak", "0");
    directory.write_bits(".hidden.reg", "0");
    const auto policy = directory.read();
    REQUIRE(policy);
    CHECK(policy->bits == 1);
    CHECK(policy->source.starts_with((directory.path() / "20-b.reg").string() + ": HKEY_"));
    directory.write_bits("30-c.reg", "8000");
    CHECK(directory.read()->bits == 0x8000);  // read afresh each time (rule C3)
}

TEST_CASE("a directory or file that others may write is refused", "[policy-source]") {
    if (!is_root()) {
        return;
    }
    const PolicyDirectory directory;
    directory.write_bits("a.reg", "7");
    const auto file = (directory.path() / "a.reg").string();
    REQUIRE(directory.read());
    for (const mode_t mode : {0664U, 0646U}) {
        directory.mode("a.reg", mode);
        CHECK(directory.refusal() == "policy: " + file + " can be written by others than root");
    }
    directory.mode("a.reg", 0644);
    directory.mode("", 0775);
    CHECK(directory.refusal() ==
          "policy: " + directory.path().string() + " can be written by others than root");
    directory.mode("", 0755);
    REQUIRE(directory.read());

    directory.owner("a.reg", 65534);
    CHECK(directory.refusal() == "policy: " + file + " belongs to user id 65534, not to root");
    directory.owner("a.reg", 0);
    directory.owner("", 65534);
    CHECK(directory.refusal() ==
          "policy: " + directory.path().string() + " belongs to user id 65534, not to root");
}

TEST_CASE("links, directories and pipes in place of a file are refused", "[policy-source]") {
    if (!is_root()) {
        return;
    }
    const PolicyDirectory directory;
    directory.write_bits("real.txt", "7");
    const auto file = (directory.path() / "a.reg").string();

    fs::create_symlink(directory.path() / "real.txt", file);
    CHECK(directory.refusal() == "policy: " + file + " is a symbolic link");
    fs::remove(file);
    fs::create_directory(file);
    CHECK(directory.refusal() == "policy: " + file + " is not a regular file");
    fs::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0644) == 0);
    CHECK(directory.refusal() == "policy: " + file + " is not a regular file");

    const PolicyDirectory elsewhere;
    const auto link = elsewhere.path() / "policy.d";
    fs::create_directory_symlink(directory.path(), link);
    const auto policy = create_policy_source(link)->read(engine::Scope::machine);
    REQUIRE_FALSE(policy);
    CHECK(policy.error().code == kAccessDenied);
}

TEST_CASE("a file that cannot be parsed stops everything and is named", "[policy-source]") {
    if (!is_root()) {
        return;
    }
    const PolicyDirectory directory;
    directory.write_bits("a.reg", "7");
    directory.write("b.reg", "nonsense\n");
    const auto policy = directory.read();
    REQUIRE_FALSE(policy);
    CHECK(policy.error().code == kInvalidData);
    CHECK(policy.error().context == "policy: " + (directory.path() / "b.reg").string() +
                                        ": line 2: a value stands outside of a key");
}

TEST_CASE("the agent's settings come from the same files, under the same conditions",
          "[policy-source][agent-settings]") {
    if (!is_root()) {
        return;
    }
    const PolicyDirectory directory;
    const auto read = [&] {
        return read_agent_settings(engine::Scope::machine, directory.path().string());
    };
    REQUIRE(read());
    CHECK(*read() == AgentSettings{});
    directory.write("a.reg", "[HKEY_LOCAL_MACHINE\\" + std::string(kAgentPolicyKey) +
                                 "]\n\"JitterMinutes\"=dword:0000000a\n");
    REQUIRE(read());
    CHECK(read()->timer.jitter == std::chrono::minutes(10));

    directory.mode("a.reg", 0666);
    const auto refused = read();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
    CHECK(refused.error().context == "policy: " + (directory.path() / "a.reg").string() +
                                         " can be written by others than root");
}
