// Which programs of a folder are run on Windows, which are refused, and how they are run.
#include "service/hooks/hook_folder_win32.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "service/hooks/hook_folder.h"
#include "service/hooks/hooks.h"
#include "tests/support/temporary_folder.h"

#include "hook_helper.h"
#include "hook_sample.h"
#include <catch2/catch.hpp>
#include <sddl.h>

namespace ae::service {
namespace {

using engine::Scope;
using Words = std::vector<std::string>;

struct FolderWorld {
    test::TemporaryFolder temporary;
    std::string state_dir = (temporary.path() / "state").string();
    std::string folder = hook_folder(Scope::machine, state_dir);

    FolderWorld() { REQUIRE(make_hook_folder(state_dir)); }

    std::string add(const std::string& name, const std::string& text = {}) const {
        test::write_text(folder + "\\" + name, text);
        return folder + "\\" + name;
    }
    [[nodiscard]] HookFolder read() const { return read_hook_folder(Scope::machine, folder); }
};

bool set_list(const std::string& path, const wchar_t* sddl) {
    UniqueLocalMemory<PSECURITY_DESCRIPTOR> list;
    return ::ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, list.put(),
                                                                  nullptr) != FALSE &&
           ::SetFileSecurityW(wide(path).c_str(), DACL_SECURITY_INFORMATION, list.get()) != FALSE;
}

TEST_CASE("the installer makes the folder of hooks, and once more changes nothing", "[hooks]") {
    const FolderWorld world;
    CHECK(world.folder == world.state_dir + "\\hooks.d");
    CHECK(std::filesystem::is_directory(world.folder));
    world.add("10-hook.exe");
    CHECK(make_hook_folder(world.state_dir));
    CHECK(world.read().programs.size() == 1);
}

TEST_CASE("each kind of program is run by what understands it, in the order of names", "[hooks]") {
    const FolderWorld world;
    const std::string script = world.add("30-script.ps1");
    const std::string batch = world.add("20-batch.cmd");
    const std::string old_batch = world.add("21-batch.BAT");
    const std::string program = world.add("10-program.exe");
    world.add("40-script.ps1.example");
    world.add("readme.txt");
    std::filesystem::create_directory(world.folder + "\\50-folder.exe");
    const HookFolder folder = world.read();
    CHECK(folder.refused.empty());
    REQUIRE(folder.programs.size() == 4);
    const std::string system = R"(C:\windows\system32)";
    const auto words = [&](std::size_t number) {
        Words all = folder.programs[number].command;
        all.front() = number == 0 ? all.front() : to_lower(all.front());
        return all;
    };
    CHECK(folder.programs[0].name == "10-program.exe");
    CHECK(words(0) == Words{program});
    CHECK(words(1) == Words{to_lower(system) + R"(\cmd.exe)", "/d", "/c", batch});
    CHECK(words(2) == Words{to_lower(system) + R"(\cmd.exe)", "/d", "/c", old_batch});
    CHECK(words(3) == Words{to_lower(system) + R"(\windowspowershell\v1.0\powershell.exe)",
                            "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File",
                            script});
}

TEST_CASE("where there is no folder there are no hooks, and nothing is said", "[hooks]") {
    const test::TemporaryFolder temporary;
    const HookFolder folder =
        read_hook_folder(Scope::machine, temporary.path().string() + "\\none\\hooks.d");
    CHECK(folder.programs.empty());
    CHECK(folder.refused.empty());
}

TEST_CASE("a command script whose path cmd.exe would read as an order is refused", "[hooks]") {
    const FolderWorld world;
    for (const char* name : {"a&b.cmd", "a%b.cmd", "a^b.cmd", "a(b).bat", "a;b.cmd"}) {
        CAPTURE(name);
        const std::string path = world.add(name);
        const HookFolder folder = world.read();
        CHECK(folder.programs.empty());
        REQUIRE(folder.refused.size() == 1);
        CHECK(folder.refused[0].context == "cmd.exe cannot be given the path " + path);
        std::filesystem::remove(path);
    }
    world.add("a&b.exe");
    CHECK(world.read().refused.empty());
}

TEST_CASE("a program that others may write is refused", "[hooks]") {
    const FolderWorld world;
    const std::string path = world.add("10-hook.exe");
    world.add("20-hook.exe");
    REQUIRE(set_list(path, L"D:P(A;;FA;;;SY)(A;;FA;;;WD)"));
    const HookFolder folder = world.read();
    REQUIRE(folder.refused.size() == 1);
    CHECK(folder.refused[0].code == kAccessDenied);
    CHECK(folder.refused[0].context == path + " is writable by S-1-1-0");
    REQUIRE(folder.programs.size() == 1);
    CHECK(folder.programs[0].name == "20-hook.exe");
}

TEST_CASE("a folder, or the one above it, that others may write is refused as a whole", "[hooks]") {
    const FolderWorld world;
    world.add("10-hook.exe");
    for (const std::string& path : {world.folder, world.state_dir}) {
        CAPTURE(path);
        REQUIRE(set_list(path, L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;WD)"));
        const HookFolder folder = world.read();
        REQUIRE(set_list(path, L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"));
        CHECK(folder.programs.empty());
        REQUIRE(folder.refused.size() == 1);
        CHECK(folder.refused[0].context == path + " is writable by S-1-1-0");
    }
}

TEST_CASE("hooks of a folder are run and told of the certificate", "[hooks]") {
    const FolderWorld world;
    const std::string seen = (world.temporary.path() / "seen").string();
    std::filesystem::copy_file(test::helper_program(), world.folder + "\\10-program.exe");
    world.add("20 batch.cmd",
              "@echo off\r\necho ran> \"" + seen + "\"\r\necho sorry\r\nexit /b 3\r\n");
    const auto remarks = run_hooks({.scope = Scope::machine,
                                    .folder = world.folder,
                                    .state = StateFolder(world.state_dir, Scope::machine),
                                    .limit = std::chrono::seconds(60)},
                                   {test::sample_document()});
    REQUIRE(remarks.size() == 2);
    CHECK(remarks[0].text == "hook 10-program.exe for renewed CorpMachine 00112233: done");
    CHECK(
        remarks[1].text.starts_with("hook 20 batch.cmd for renewed CorpMachine 00112233: it ended "
                                    "with exit code 3; it said: sorry: "));
    CHECK(test::read_text(seen) == "ran\r\n");
}

}  // namespace
}  // namespace ae::service
