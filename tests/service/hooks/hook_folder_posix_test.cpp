// Which programs of a folder are run, and which are refused.
#include "engine/base/hresult_table.h"
#include "service/hooks/hook_folder.h"

#include <cstdlib>

#include "hook_world.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using engine::Scope;
using test::HookWorld;

std::vector<std::string> names(const HookFolder& folder) {
    std::vector<std::string> all;
    for (const HookProgram& one : folder.programs) {
        all.push_back(one.name);
    }
    return all;
}

// That one reason, and no program.
std::string refusal(const std::string& path, Scope scope = Scope::user) {
    const HookFolder folder = read_hook_folder(scope, path);
    if (!folder.programs.empty() || folder.refused.size() != 1) {
        return std::to_string(folder.programs.size()) + " programs, " +
               std::to_string(folder.refused.size()) + " refused";
    }
    CHECK(folder.refused.front().code == kAccessDenied);
    return folder.refused.front().context;
}

TEST_CASE("hooks are the executable files of the folder, by name", "[hooks]") {
    const HookWorld world;
    world.add("20-second", "");
    world.add("10-first", "");
    world.add("30-not-executable.example", "", 0644);
    world.add(".hidden", "");
    std::filesystem::create_directory(world.folder / "40-a-folder");
    const HookFolder folder = read_hook_folder(Scope::user, world.run.folder);
    CHECK(folder.refused.empty());
    CHECK(names(folder) == std::vector<std::string>{"10-first", "20-second"});
    CHECK(folder.programs.front().command ==
          std::vector<std::string>{(world.folder / "10-first").string()});
}

TEST_CASE("where there is no folder there are no hooks, and nothing is said", "[hooks]") {
    const HookWorld world;
    CHECK(refusal(world.file("missing")) == "0 programs, 0 refused");
    CHECK(refusal(world.file("missing/hooks.d")) == "0 programs, 0 refused");
    // Also below a folder that would be refused.
    std::filesystem::create_directory(world.file("open"));
    ::chmod(world.file("open").c_str(), 0777);
    CHECK(refusal(world.file("open/hooks.d")) == "0 programs, 0 refused");
}

TEST_CASE("a file that others could have written is refused", "[hooks]") {
    const HookWorld world;
    const std::string path = world.add("10-hook", "").string();
    for (const mode_t mode : {0775U, 0757U, 0664U}) {
        CAPTURE(mode);
        ::chmod(path.c_str(), mode);
        CHECK(refusal(world.run.folder) == path + " can be written by others");
    }
    ::chmod(path.c_str(), 0755);
    CHECK(refusal(world.run.folder) == "1 programs, 0 refused");
}

TEST_CASE("a refused file does not keep the others from being run", "[hooks]") {
    const HookWorld world;
    world.add("10-bad", "", 0777);
    world.add("20-good", "");
    const HookFolder folder = read_hook_folder(Scope::user, world.run.folder);
    CHECK(folder.refused.size() == 1);
    CHECK(names(folder) == std::vector<std::string>{"20-good"});
}

TEST_CASE("a link is refused", "[hooks]") {
    const HookWorld world;
    std::filesystem::create_symlink("/bin/true", world.folder / "10-link");
    CHECK(refusal(world.run.folder) == (world.folder / "10-link").string() + " is a symbolic link");
    std::filesystem::create_symlink(world.folder, world.file("link"));
    CHECK(refusal(world.file("link")) == world.file("link") + " is a symbolic link");
}

TEST_CASE("a folder, or one above it, that others can write to is refused as a whole", "[hooks]") {
    const HookWorld world;
    world.add("10-hook", "");
    ::chmod(world.folder.c_str(), 0775);
    CHECK(refusal(world.run.folder) == world.run.folder + " can be written by others");
    // Others could put a hard link to a program of ours there.
    ::chmod(world.folder.c_str(), 01777);
    CHECK(refusal(world.run.folder) == world.run.folder + " can be written by others");
    ::chmod(world.folder.c_str(), 0755);
    const std::string above = world.temporary.path().string();
    ::chmod(above.c_str(), 0777);
    CHECK(refusal(world.run.folder) == above + " can be written by others");
    // Like /tmp: nobody can rename what is another's.
    ::chmod(above.c_str(), 01777);
    CHECK(refusal(world.run.folder) == "1 programs, 0 refused");
}

TEST_CASE("what belongs to somebody else is refused", "[hooks]") {
    if (::geteuid() != 0) {
        WARN("skipped: only root can give a file away");
        return;
    }
    const HookWorld world;
    constexpr uid_t kSomebody = 12345;
    const std::string path = world.add("10-hook", "").string();
    REQUIRE(::chown(path.c_str(), kSomebody, kSomebody) == 0);
    CHECK(refusal(world.run.folder) ==
          path + " belongs to user id 12345, neither to this account nor root");
    CHECK(refusal(world.run.folder, Scope::machine) ==
          path + " belongs to user id 12345, not to root");
    REQUIRE(::chown(path.c_str(), 0, kSomebody) == 0);
    CHECK(refusal(world.run.folder) == "1 programs, 0 refused");
    REQUIRE(::chown(world.folder.c_str(), kSomebody, 0) == 0);
    CHECK(refusal(world.run.folder) ==
          world.run.folder + " belongs to user id 12345, neither to this account nor root");
}

TEST_CASE("the machine's hooks stand in /etc, a user's where his settings are", "[hooks]") {
    ::setenv("HOME", "/home/jane", 1);
    ::unsetenv("XDG_CONFIG_HOME");
    CHECK(hook_folder(Scope::machine, "/state") == "/etc/aeclient/hooks.d");
    CHECK(hook_folder(Scope::user, "/state") == "/home/jane/.config/aeclient/hooks.d");
    ::setenv("XDG_CONFIG_HOME", "relative", 1);
    CHECK(hook_folder(Scope::user, "/state") == "/home/jane/.config/aeclient/hooks.d");
    ::setenv("XDG_CONFIG_HOME", "/settings", 1);
    CHECK(hook_folder(Scope::user, "/state") == "/settings/aeclient/hooks.d");
    ::unsetenv("XDG_CONFIG_HOME");
}

TEST_CASE("a user's hook knows its home, the machine's nothing of ours", "[hooks]") {
    ::setenv("HOME", "/home/jane", 1);
    ::setenv("USER", "jane", 1);
    ::unsetenv("XDG_RUNTIME_DIR");
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    const Pairs machine{{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                        {"LANG", "C.UTF-8"}};
    CHECK(hook_environment(Scope::machine) == machine);
    Pairs user = machine;
    user.insert(user.end(), {{"HOME", "/home/jane"}, {"USER", "jane"}});
    CHECK(hook_environment(Scope::user) == user);
}

}  // namespace
}  // namespace ae::service
