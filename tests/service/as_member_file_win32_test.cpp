#include "engine/base/hresult_table.h"
#include "service/as_member.h"
#include "stores/file_access_win32.h"
#include "tests/support/skip.h"
#include "tests/support/temporary_folder.h"

#include <catch2/catch.hpp>
#include <sddl.h>

namespace ae::test {
namespace {

constexpr const char* kContent =
    R"({"account": "WS1$", "domain": "corp.example.test", "forest": "corp.example.test",)"
    R"( "dc": "dc1.corp.example.test", "ldap_user": "WS1$", "ldap_password": "pass"})";

// Nothing: the system does not keep the access list.
bool set_list(const std::filesystem::path& path, PSECURITY_DESCRIPTOR descriptor) {
    return ::SetFileSecurityW(path.c_str(),
                              DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                              descriptor) != FALSE;
}

}  // namespace

TEST_CASE("the file of --as-member has to be its owner's and nobody else's", "[as_member]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "member.json";
    write_text(file, kContent);
    const auto own = stores::descriptor_for(stores::Kind::file, engine::Scope::user);
    REQUIRE(own);
    REQUIRE(set_list(file, own->get()));
    const auto said = service::read_as_member(file.string());
    if (!said) {
        FAIL(said.error().sentence());
    }
    CHECK(said->account == "WS1$");

    stores::UniqueDescriptor open;
    REQUIRE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(
                L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;WD)", SDDL_REVISION_1, open.put(), nullptr) !=
            FALSE);
    REQUIRE(set_list(file, open.get()));
    const auto refused = service::read_as_member(file.string());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("member.json is open to S-1-1-0"));
}

TEST_CASE("a file of --as-member that is missing or no file is an error", "[as_member]") {
    const TemporaryFolder folder;
    const auto missing = service::read_as_member((folder.path() / "missing").string());
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == kFileNotFound);
    CHECK_FALSE(service::read_as_member(folder.path().string()));
}

}  // namespace ae::test
