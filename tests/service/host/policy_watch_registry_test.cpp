// The watch of the registry, in hives that the test puts in place of the process' own; changes are
// made by another process, as policy is.

#include "engine/base/win32.h"
#include "policy/registry_places.h"
#include "service/host/watches.h"

#include <stdexcept>
#include <string>

#include "loop_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace std::chrono_literals;

const std::string kRoot = "Software\\AeClientTest\\policy_watch";

// Runs reg.exe to its end.
void reg(const std::string& arguments) {
    std::wstring line = wide("reg " + arguments + " /f");
    STARTUPINFOW start{};
    start.cb = sizeof start;
    PROCESS_INFORMATION started{};
    REQUIRE(::CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, CREATE_NO_WINDOW,
                             nullptr, nullptr, &start, &started) != 0);
    const UniqueWinHandle process(started.hProcess);
    const UniqueWinHandle thread(started.hThread);
    REQUIRE(::WaitForSingleObject(process.get(), 60000) == WAIT_OBJECT_0);
    DWORD code = 1;
    REQUIRE(::GetExitCodeProcess(process.get(), &code) != 0);
    INFO(arguments);
    REQUIRE(code == 0);
}

// As any other process names the key.
std::string named(const std::string& hive, std::string_view key) {
    return "\"HKCU\\" + kRoot + '\\' + hive + '\\' + std::string(key) + '"';
}

// HKEY_LOCAL_MACHINE and HKEY_CURRENT_USER of this process, with Software in them and no more.
class OwnHives {
  public:
    OwnHives() {
        ::RegDeleteTreeW(HKEY_CURRENT_USER, wide(kRoot).c_str());
        machine_ = make("machine");
        user_ = make("user");
        REQUIRE(::RegOverridePredefKey(HKEY_LOCAL_MACHINE, machine_.get()) == ERROR_SUCCESS);
        REQUIRE(::RegOverridePredefKey(HKEY_CURRENT_USER, user_.get()) == ERROR_SUCCESS);
    }
    OwnHives(const OwnHives&) = delete;
    OwnHives& operator=(const OwnHives&) = delete;
    OwnHives(OwnHives&&) = delete;
    OwnHives& operator=(OwnHives&&) = delete;
    ~OwnHives() {
        ::RegOverridePredefKey(HKEY_LOCAL_MACHINE, nullptr);
        ::RegOverridePredefKey(HKEY_CURRENT_USER, nullptr);
        ::RegDeleteTreeW(HKEY_CURRENT_USER, wide(kRoot).c_str());
    }

  private:
    static UniqueRegistryKey make(const std::string& hive) {
        UniqueRegistryKey key;
        UniqueRegistryKey software;
        REQUIRE(::RegCreateKeyExW(HKEY_CURRENT_USER, wide(kRoot + '\\' + hive).c_str(), 0, nullptr,
                                  0, KEY_ALL_ACCESS, nullptr, key.put(), nullptr) == ERROR_SUCCESS);
        REQUIRE(::RegCreateKeyExW(key.get(), L"Software", 0, nullptr, 0, KEY_ALL_ACCESS, nullptr,
                                  software.put(), nullptr) == ERROR_SUCCESS);
        return key;
    }
    UniqueRegistryKey machine_{};
    UniqueRegistryKey user_{};
};

// A watch, and what came of it.
struct Watched {
    Watched() {
        auto made = watch_policy(loop, {}, [this] { ++calls; });
        if (!made) {
            throw std::runtime_error(made.error().sentence());
        }
        watch = std::move(*made);
        run_ready(loop);
    }
    // Once, and only once.
    bool one_call() {
        const int before = calls;
        const bool came = run_until(loop, [&] { return calls != before; });
        run_ready(loop);
        return came && calls == before + 1;
    }
    bool no_call() {
        const int before = calls;
        run_for(loop, kPolicySettles + 300ms);
        return calls == before;
    }

    Loop loop{};
    int calls = 0;
    std::unique_ptr<Watch> watch{};
};

void add(const std::string& hive, std::string_view key, const std::string& name, int value) {
    reg("add " + named(hive, key) + " /v " + name + " /t REG_DWORD /d " + std::to_string(value));
}

}  // namespace

TEST_CASE("a value that another process writes is one change, in either hive",
          "[host][policy-watch][T3]") {
    const OwnHives hives;
    for (const auto* hive : {"machine", "user"}) {
        add(hive, policy::kPolicyKey, "AEPolicy", 0);
    }
    Watched policy;
    CHECK(policy.no_call());
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    CHECK(policy.one_call());
    add("machine", policy::kPolicyKey, "AEPolicy", 6);  // the watch goes on
    CHECK(policy.one_call());
    reg("delete " + named("machine", policy::kPolicyKey) + " /v AEPolicy");
    CHECK(policy.one_call());
    add("user", policy::kPolicyKey, "AEPolicy", 7);
    CHECK(policy.one_call());
}

TEST_CASE("every key that is read is watched", "[host][policy-watch][T3]") {
    const OwnHives hives;
    for (const auto& place : policy::kRegistryPlaces) {
        add("machine", place.key, "Other", 0);
    }
    Watched policy;
    for (const auto& place : policy::kRegistryPlaces) {
        INFO(place.key);
        add("machine", place.key, "Other", 1);
        CHECK(policy.one_call());
    }
    add("machine", std::string(policy::kPolicyServersKey) + "\\one", "Flags", 16);
    CHECK(policy.one_call());
    add("machine", std::string(policy::kPolicyServersKey) + "\\one", "Flags", 0);
    CHECK(policy.one_call());
}

TEST_CASE("several changes in a row are one call", "[host][policy-watch][T3]") {
    const OwnHives hives;
    add("machine", policy::kPolicyKey, "AEPolicy", 0);
    add("machine", policy::kAgentPolicyKey, "JitterMinutes", 0);
    Watched policy;
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    add("machine", policy::kAgentPolicyKey, "JitterMinutes", 5);
    add("machine", policy::kPolicyKey, "AEPolicy", 6);
    CHECK(policy.one_call());
    CHECK(policy.no_call());
}

TEST_CASE("a key that does not exist yet is noticed when it is made, and watched from then on",
          "[host][policy-watch][T3]") {
    const OwnHives hives;
    Watched policy;
    reg("add " + named("machine", "Software\\Policies\\Microsoft"));
    CHECK(policy.no_call());  // on the way to it, and not it
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    CHECK(policy.one_call());
    add("machine", policy::kPolicyKey, "AEPolicy", 6);
    CHECK(policy.one_call());
    add("machine", policy::kAgentLocalKey, "JitterMinutes", 1);
    CHECK(policy.one_call());
}

TEST_CASE("a key that was deleted and made anew is watched again", "[host][policy-watch][T3]") {
    const OwnHives hives;
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    Watched policy;
    reg("delete " + named("machine", policy::kPolicyKey));
    CHECK(policy.one_call());
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    CHECK(policy.one_call());
    reg("delete " + named("machine", "Software\\Policies"));
    CHECK(policy.one_call());
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    CHECK(policy.one_call());
}

TEST_CASE("what happens beside the keys is no change, and neither is reading",
          "[host][policy-watch][T3]") {
    const OwnHives hives;
    add("machine", policy::kPolicyKey, "AEPolicy", 7);
    Watched policy;
    add("machine", "Software\\AeClientX", "Other", 1);
    add("machine", "Software\\Policies\\Microsoft\\Cryptography", "Other", 1);
    UniqueRegistryKey key;
    DWORD bits = 0;
    DWORD size = sizeof bits;
    REQUIRE(::RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(policy::kPolicyKey).c_str(), 0, KEY_READ,
                            key.put()) == ERROR_SUCCESS);
    REQUIRE(::RegQueryValueExW(key.get(), L"AEPolicy", nullptr, nullptr,
                               reinterpret_cast<BYTE*>(&bits), &size) == ERROR_SUCCESS);
    CHECK(bits == 7);
    CHECK(policy.no_call());
}

TEST_CASE("a watch may be destroyed while a change settles, and by its own callback",
          "[host][policy-watch]") {
    const OwnHives hives;
    add("machine", policy::kPolicyKey, "AEPolicy", 0);
    SECTION("while it settles") {
        Watched policy;
        add("machine", policy::kPolicyKey, "AEPolicy", 7);
        run_ready(policy.loop);
        policy.watch.reset();
        CHECK(policy.no_call());
    }
    SECTION("by its own callback") {
        Loop loop;
        std::unique_ptr<Watch> watch;
        int calls = 0;
        auto made = watch_policy(loop, {}, [&] {
            ++calls;
            watch.reset();
        });
        REQUIRE(made);
        watch = std::move(*made);
        add("machine", policy::kPolicyKey, "AEPolicy", 7);
        CHECK(run_until(loop, [&] { return calls == 1; }));
        run_ready(loop);  // what it had waited for was called off
        add("machine", policy::kPolicyKey, "AEPolicy", 6);
        CHECK(run_ready(loop) == 0);
    }
}

}  // namespace ae::service
