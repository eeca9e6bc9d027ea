#include "stores/files_win32.h"

#include "engine/base/hresult_table.h"
#include "stores/file_access_win32.h"
#include "stores/key_acl_win32.h"
#include "tests/contract/store_under_test.h"
#include "tests/support/skip.h"
#include "tests/support/temporary_folder.h"

#include <sddl.h>

namespace ae::test {

using engine::Scope;
using stores::Kind;
using stores::ProtectedFolder;

namespace {

namespace fs = std::filesystem;

constexpr SECURITY_INFORMATION kList = DACL_SECURITY_INFORMATION;

std::string text_of(PSECURITY_DESCRIPTOR descriptor) {
    UniqueLocalMemory<wchar_t*> text;
    REQUIRE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor, SDDL_REVISION_1, kList, text.put(), nullptr) != FALSE);
    return narrow(text.get());
}

std::string list_of(const fs::path& path) {
    DWORD size = 0;
    ::GetFileSecurityW(path.c_str(), kList, nullptr, 0, &size);
    Bytes octets(size);
    REQUIRE(::GetFileSecurityW(path.c_str(), kList, octets.data(), size, &size) != FALSE);
    return text_of(octets.data());
}

std::string wanted(Kind kind, Scope scope) {
    return text_of(must(stores::descriptor_for(kind, scope)).get());
}

// A folder that is made and opened.
struct World {
    TemporaryFolder temporary{};
    std::string path = (temporary.path() / "ours").string();
    ProtectedFolder folder = must(ProtectedFolder::open_or_create(path, Scope::machine));

    [[nodiscard]] fs::path file(const char* name) const { return fs::path(path) / name; }
};

std::string sentence_of(const Error& error) { return error.sentence(); }

}  // namespace

TEST_CASE(
    "a machine's folder is for SYSTEM and Administrators, and users may list it; its files "
    "are for nobody else",
    "[files]") {
    CHECK(wanted(Kind::folder, Scope::machine) ==
          "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;0x1200a9;;;BU)");
    CHECK(wanted(Kind::file, Scope::machine) == "D:P(A;;FA;;;SY)(A;;FA;;;BA)");
}

TEST_CASE("a user's folder and files are for that account and SYSTEM", "[files]") {
    const std::string account = must(stores::current_user_sid());
    CHECK_THAT(wanted(Kind::folder, Scope::user),
               Catch::StartsWith("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;") && !Catch::Contains("BA"));
    CHECK_THAT(wanted(Kind::file, Scope::user),
               Catch::StartsWith("D:P(A;;FA;;;SY)(A;;FA;;;") && !Catch::Contains("BU"));
}

TEST_CASE("what is made has these lists", "[files]") {
    const Scope scope = GENERATE(Scope::machine, Scope::user);
    const TemporaryFolder temporary;
    const auto folder =
        must(ProtectedFolder::open_or_create((temporary.path() / "a" / "b").string(), scope));
    must(folder.publish_file("file", as_bytes("x")));
    must(folder.append_lines("log", "x\n"));
    must(folder.lock("lock"));
    if (list_of(folder.path()) != wanted(Kind::folder, scope)) {
        AE_SKIP("W-FILE-ACL", "Wine keeps access lists of files as Unix modes");
        return;
    }
    CHECK(list_of(temporary.path() / "a") == wanted(Kind::folder, scope));
    for (const char* const name : {"file", "log", "lock"}) {
        INFO(name);
        CHECK(list_of(folder.path_of(name)) == wanted(Kind::file, scope));
    }
}

TEST_CASE("a folder that others may write to is refused", "[files]") {
    const World world;
    const fs::path open = world.temporary.path() / "open";
    stores::UniqueDescriptor everybody;
    REQUIRE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(
                L"D:P(A;OICI;FA;;;WD)", SDDL_REVISION_1, everybody.put(), nullptr) != FALSE);
    fs::create_directory(open);
    // As it was made it is ours.
    REQUIRE(ProtectedFolder::open(open.string(), Scope::machine));
    REQUIRE(::SetFileSecurityW(open.c_str(), kList, everybody.get()) != FALSE);
    const auto opened = ProtectedFolder::open(open.string(), Scope::machine);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == kAccessDenied);
    CHECK_THAT(sentence_of(opened.error()), Catch::Contains(open.string()));
}

TEST_CASE("a folder's place has to hold a folder", "[files]") {
    const World world;
    const auto missing = ProtectedFolder::open(world.path + "\\missing", Scope::machine);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == kFileNotFound);
    write_text(world.file("file"), "x");
    for (const char* const path : {"\\file", "\\file\\below"}) {
        CHECK_FALSE(ProtectedFolder::open(world.path + path, Scope::machine));
        CHECK_FALSE(ProtectedFolder::open_or_create(world.path + path, Scope::machine));
    }
    CHECK(read_text(world.file("file")) == "x");
    const fs::path link = world.temporary.path() / "link";
    std::error_code refused;
    fs::create_directory_symlink(world.path, link, refused);
    if (refused) {
        AE_SKIP("W-LINKS", "Wine makes no symbolic links");
        return;
    }
    const auto opened = ProtectedFolder::open(link.string(), Scope::machine);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == kInvalidData);
}

TEST_CASE("a folder that is open cannot be exchanged for another", "[files]") {
    const World world;
    const fs::path elsewhere = world.temporary.path() / "elsewhere";
    REQUIRE(::MoveFileExW(wide(world.path).c_str(), elsewhere.c_str(), 0) == FALSE);
    const DWORD code = ::GetLastError();
    CHECK((code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED));
}

TEST_CASE("a file is read up to its limit and no further", "[files]") {
    const World world;
    must(world.folder.publish_file("file", as_bytes("12345")));
    CHECK(as_text(*must(world.folder.read("file", 5))) == "12345");
    const auto refused = world.folder.read("file", 4);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kInvalidData);
    CHECK(must(world.folder.read("missing", 5)) == std::nullopt);
    CHECK(must(world.folder.size_of("file")) == 5U);
    CHECK(must(world.folder.size_of("missing")) == std::nullopt);
    CHECK_FALSE(
        ProtectedFolder::open(world.temporary.path().string(), Scope::machine)->read("ours", 5));
}

TEST_CASE("a reader that has the old file open keeps it, and the new one takes its place",
          "[files]") {
    const World world;
    must(world.folder.publish_file("file", as_bytes("old")));
    const UniqueFileHandle reader(
        ::CreateFileW(world.file("file").c_str(), GENERIC_READ,
                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                      OPEN_EXISTING, 0, nullptr));
    REQUIRE(reader);
    if (!world.folder.publish_file("file", as_bytes("new"))) {
        CHECK(read_text(world.file("file")) == "old");
        AE_SKIP("W-REPLACE-OPEN", "Wine does not replace a file that is open");
        return;
    }
    CHECK(read_text(world.file("file")) == "new");
    char text[4] = {};
    DWORD count = 0;
    REQUIRE(::ReadFile(reader.get(), text, 3, &count, nullptr) != FALSE);
    CHECK(std::string(text) == "old");
}

TEST_CASE("somebody who lets nobody else at a file is waited for, but not for ever", "[files]") {
    const World world;
    must(world.folder.publish_file("file", as_bytes("old")));
    const UniqueFileHandle alone(::CreateFileW(world.file("file").c_str(), GENERIC_READ, 0, nullptr,
                                               OPEN_EXISTING, 0, nullptr));
    REQUIRE(alone);
    const auto read = world.folder.read("file", 10);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == kReadFault);
    const Done written = world.folder.publish_file("file", as_bytes("new"));
    REQUIRE_FALSE(written);
    CHECK(must(world.folder.size_of("file")) == 3U);
    for (const auto& item : fs::directory_iterator(world.path)) {
        CHECK(item.path().filename() == "file");  // and no temporary
    }
}

TEST_CASE("removing takes a file or an empty folder, and nothing is no error", "[files]") {
    const World world;
    must(world.folder.publish_file("file", as_bytes("x")));
    must(world.folder.remove("file"));
    CHECK_FALSE(fs::exists(world.file("file")));
    must(world.folder.remove("file"));
    fs::create_directory(world.file("folder"));
    must(world.folder.remove("folder"));
    CHECK_FALSE(fs::exists(world.file("folder")));
    fs::create_directories(world.file("full") / "inner");
    CHECK_FALSE(world.folder.remove("full"));
}

TEST_CASE("a lock is one process's until its handle is closed", "[files]") {
    const World world;
    auto held = world.folder.lock("lock");
    REQUIRE(held);
    const UniqueFileHandle other(
        ::CreateFileW(world.file("lock").c_str(), GENERIC_READ | GENERIC_WRITE,
                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                      OPEN_EXISTING, 0, nullptr));
    REQUIRE(other);
    OVERLAPPED start{};
    constexpr DWORD kAtOnce = LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY;
    CHECK(::LockFileEx(other.get(), kAtOnce, 0, 1, 0, &start) == FALSE);
    held->reset();
    CHECK(::LockFileEx(other.get(), kAtOnce, 0, 1, 0, &start) != FALSE);
}

TEST_CASE("each refusal of the disk has its own code and says what and where", "[files]") {
    struct Row {
        DWORD code;
        Hresult expected;
    };
    for (const Row& row :
         {Row{ERROR_DISK_FULL, kDiskFull}, Row{ERROR_HANDLE_DISK_FULL, kDiskFull},
          Row{1295, kDiskFull}, Row{ERROR_WRITE_PROTECT, kWriteProtected},
          Row{ERROR_ACCESS_DENIED, kAccessDenied}, Row{ERROR_FILE_NOT_FOUND, kFileNotFound},
          Row{ERROR_PATH_NOT_FOUND, kFileNotFound}, Row{ERROR_CRC, kWriteFault}}) {
        const Error error = stores::file_error(stores::Access::write, row.code, "write", "C:\\x");
        CHECK(error.code == row.expected);
        CHECK_THAT(error.context, Catch::StartsWith("cannot write C:\\x"));
    }
    CHECK(stores::file_error(stores::Access::read, ERROR_CRC, "read", "x").code == kReadFault);
}

}  // namespace ae::test
