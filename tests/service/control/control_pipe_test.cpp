// What only a pipe has: its name, who may reach it, and how each end learns who the other is.
#include "service/control/control_name_pipe.h"
#include "tests/service/control/control_hostile.h"
#include "tests/support/skip.h"

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

TEST_CASE("nobody is told to run the machine's pulse by hand, which is LocalSystem's",
          "[control]") {
    CHECK(start_remedy({"", "S-1-5-18"}) == "Start it with: sc start AeClient");
}

TEST_CASE("each context has a pipe of its own", "[control][pipe]") {
    CHECK(pipe_of(engine::Scope::machine, "S-1-5-18") ==
          R"(\\.\pipe\ProtectedPrefix\Administrators\aeclient\control)");
    CHECK(pipe_of(engine::Scope::user, "S-1-5-21-1-2-3-1104") ==
          R"(\\.\pipe\aeclient\user-S-1-5-21-1-2-3-1104)");
}

// [Named Pipe Security and Access Rights]: 0x12019b is FILE_GENERIC_READ and FILE_GENERIC_WRITE
// without FILE_APPEND_DATA, which for a pipe is FILE_CREATE_PIPE_INSTANCE.
TEST_CASE("nobody comes over the network, and only administrators make instances",
          "[control][pipe]") {
    CHECK(pipe_security({"", "S-1-5-18"}) == "D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;0x12019b;;;IU)");
    CHECK(pipe_security({"", "S-1-5-21-1-2-3-1104", engine::Scope::user}) ==
          "D:P(A;;GA;;;SY)(A;;GA;;;S-1-5-21-1-2-3-1104)");
    STATIC_REQUIRE((FILE_GENERIC_READ | FILE_GENERIC_WRITE) ==
                   (0x12019b | FILE_CREATE_PIPE_INSTANCE));
}

TEST_CASE("a second service is told who the first is", "[control][pipe]") {
    const Place place;
    Service first(place.address());
    boost::asio::io_context loop{1};
    FakeHost host;
    const auto second = listen_for_control(loop, place.address(), host);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == kBusy);
    CHECK(second.error().context ==
          "listen for commands: another aeclient service runs already, "
          "process " +
              std::to_string(::GetCurrentProcessId()));
    CHECK(ask_status(first.address));
    first.stop();
    CHECK(first.eventually(
        [&] { return listen_for_control(loop, place.address(), host).has_value(); }));
}

TEST_CASE("the name stays the service's while clients come and go", "[control][pipe]") {
    HostileWorld world;
    for (int i = 0; i < 50; ++i) {
        RawClient client = world.client();
        CHECK_FALSE(make_pipe(world.service.address, PipeInstance::first));
        client.close();
        CHECK_FALSE(make_pipe(world.service.address, PipeInstance::first));
    }
}

TEST_CASE("two hundred rude clients at once neither hold nor fill the service", "[control][pipe]") {
    ControlLimits limits = impatient();
    limits.request_time = std::chrono::seconds(5);
    HostileWorld world(limits);
    const std::size_t before = open_descriptors();
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(world.client());
        switch (i % 4) {
            case 0:
                break;  // says nothing
            case 1:
                clients.back().send("{");
                break;
            case 2:
                clients.back().send(std::string(kLargestRequest + 1, 'x'));
                break;
            default:
                clients.back().send(PulseAsk{});
        }
    }
    CHECK(ask_status(world.service.address));
    clients.clear();
    CHECK(world.service.eventually([&] {
        for (const auto& one : world.service.host.listeners) {
            if (!one.expired()) {
                return false;
            }
        }
        return open_descriptors() <= before;
    }));
}

TEST_CASE("a client that speaks while it waits is let go", "[control][pipe]") {
    HostileWorld world;
    RawClient client = world.waiting();
    client.send("more");
    CHECK(world.let_go());
    CHECK(client.rest().empty());
}

TEST_CASE("a client that nobody may look at is refused", "[control][pipe]") {
    HostileWorld world;
    RawClient client;
    client.level = SECURITY_ANONYMOUS;
    REQUIRE(client.connect(world.service.address.path));
    REQUIRE(client.send(StatusAsk{}));
    const std::string line = client.line();
    if (is_wine() && is_status(line)) {
        AE_SKIP("W-PIPE-ANONYMOUS", "Wine shows the server a client that forbids it");
        return;
    }
    const auto answer = answer_from_line(line);
    REQUIRE((answer && *answer));
    CHECK(std::get<Refused>(**answer).error.code == kAccessDenied);
}

TEST_CASE("each end knows the other", "[control][pipe]") {
    const Place place;
    RawServer server(place.address().path);
    RawEnd client;
    REQUIRE(client.connect(place.address().path));
    RawEnd accepted = server.accept();
    client.send("x");
    REQUIRE(accepted.octet() == 'x');
    const Peer own = own_peer().value();
    const auto seen = client_of(accepted.handle());
    REQUIRE(seen);
    CHECK(seen->account == own.account);
    CHECK(seen->administrator == own.administrator);
    const auto process = client_process_of(accepted.handle());
    REQUIRE(process);
    CHECK(process->account == own.account);
    // And we are ourselves again.
    HANDLE token = nullptr;
    CHECK_FALSE(::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
    CHECK(::GetLastError() == ERROR_NO_TOKEN);
}

TEST_CASE("accounts are SIDs, and administrators are told apart by their rights", "[control]") {
    const auto own = own_peer();
    REQUIRE(own);
    CHECK(own->account.starts_with("S-1-5-"));
    const auto again = peer_of_process(::GetCurrentProcessId());
    REQUIRE(again);
    CHECK(again->account == own->account);
    CHECK(again->administrator == own->administrator);
    CHECK_FALSE(peer_of_process(2));
}

namespace {

constexpr DWORD kPatienceMs = 10000;
constexpr const wchar_t* kPipeVariable = L"AE_TEST_PIPE";
constexpr const wchar_t* kParentVariable = L"AE_TEST_PARENT";

std::wstring variable(const wchar_t* name) {
    std::wstring value(300, L'\0');
    value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
    return value;
}

// Another process makes the pipe, hands it to us and is gone: whoever looks for its account finds
// nobody.
UniqueFileHandle pipe_of_nobody(const std::string& path) {
    ::SetEnvironmentVariableW(kPipeVariable, wide(path).c_str());
    ::SetEnvironmentVariableW(kParentVariable, std::to_wstring(::GetCurrentProcessId()).c_str());
    std::wstring program(32768, L'\0');
    program.resize(
        ::GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size())));
    std::wstring line = L"test [.makes-a-pipe]";
    STARTUPINFOW how{};
    how.cb = sizeof how;
    PROCESS_INFORMATION made{};
    REQUIRE(::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, FALSE, 0, nullptr,
                             nullptr, &how, &made));
    const UniqueWinHandle thread(made.hThread);
    const UniqueWinHandle process(made.hProcess);
    REQUIRE(::WaitForSingleObject(process.get(), kPatienceMs) == WAIT_OBJECT_0);
    DWORD handle = 0;
    REQUIRE(::GetExitCodeProcess(process.get(), &handle));
    return UniqueFileHandle(reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(handle)));
}

}  // namespace

TEST_CASE("started by the test below: makes a pipe for its parent", "[.makes-a-pipe]") {
    auto pipe = make_pipe({narrow(variable(kPipeVariable)), own_account()}, PipeInstance::first);
    REQUIRE(pipe);
    const UniqueWinHandle parent(::OpenProcess(
        PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(std::stoul(variable(kParentVariable)))));
    HANDLE copy = nullptr;
    REQUIRE(::DuplicateHandle(::GetCurrentProcess(), pipe->get(), parent.get(), &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS));
    ::ExitProcess(static_cast<UINT>(reinterpret_cast<std::uintptr_t>(copy)));
}

TEST_CASE("a pipe whose maker shows no account is told nothing", "[control][pipe]") {
    const Place place;
    RawEnd impostor(pipe_of_nobody(place.address().path));
    const auto status = ask_status(place.address());
    REQUIRE_FALSE(status);
    CHECK(status.error().code == kAccessDenied);
    CHECK_THAT(status.error().context, Catch::Contains("nothing was sent"));
    CHECK_FALSE(impostor.octet());
}
