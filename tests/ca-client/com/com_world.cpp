#include "tests/ca-client/com/com_world.h"

#include <stdexcept>

namespace ae::test {
namespace {

constexpr DWORD kLongestWait = 30'000;  // ms

std::filesystem::path new_folder() {
    static int count = 0;
    auto folder =
        std::filesystem::temp_directory_path() /
        ("aeclient-com-" + std::to_string(::GetCurrentProcessId()) + '-' + std::to_string(++count));
    std::filesystem::create_directory(folder);
    return folder;
}

// The build names it as its own system does.
std::filesystem::path full_path(const char* name) {
    return std::filesystem::absolute(name).make_preferred();
}

// As COM would start it; it ends by its event.
void start_server(const std::filesystem::path& folder) {
    std::wstring command =
        L'"' + full_path(AE_CA_SERVER).wstring() + L"\" \"" + folder.wstring() + L"\" -Embedding";
    STARTUPINFOW start{};
    start.cb = sizeof start;
    PROCESS_INFORMATION process{};
    if (::CreateProcessW(nullptr, command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr,
                         &start, &process) != FALSE) {
        const UniqueWinHandle both[] = {UniqueWinHandle(process.hProcess),
                                        UniqueWinHandle(process.hThread)};
    }
}

UniqueWinHandle new_event(const std::wstring& name, BOOL stays_set) {
    return UniqueWinHandle(::CreateEventW(nullptr, stays_set, FALSE, name.c_str()));
}

}  // namespace

ComWorld::ComWorld(Starts starts)
    : folder_(new_folder()),
      told_(new_event(told_event(folder_), FALSE)),
      release_(new_event(release_event(folder_), TRUE)),
      stop_(new_event(stop_event(folder_), TRUE)),
      registration(full_path(AE_CA_SERVER), folder_, full_path(AE_PROXY_DLL)) {
    play({});
    if (starts == Starts::test) {
        start_server(folder_);
        if (!waits_for("up", 1)) {
            const auto why = heard("failed");
            throw std::runtime_error("the stand-in CA did not come up" +
                                     (why.empty() ? std::string() : ": " + why.front().dump()));
        }
    }
}

ComWorld::~ComWorld() {
    release();
    ::SetEvent(stop_.get());
    for (const auto& up : heard("up")) {
        // No such process: it has ended already.
        const UniqueWinHandle server(::OpenProcess(SYNCHRONIZE, FALSE, up["pid"].get<DWORD>()));
        if (server) {
            ::WaitForSingleObject(server.get(), kLongestWait);
        }
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::vector<nlohmann::json> ComWorld::heard(const std::string& what) const {
    auto calls = told(folder_);
    std::erase_if(calls, [&](const nlohmann::json& call) { return call["what"] != what; });
    return calls;
}

bool ComWorld::waits_for(const std::string& what, std::size_t count) const {
    while (heard(what).size() < count) {
        if (::WaitForSingleObject(told_.get(), kLongestWait) != WAIT_OBJECT_0) {
            return false;
        }
    }
    return true;
}

void ComWorld::release() { ::SetEvent(release_.get()); }

ca::ComOptions ComWorld::local() {
    return {.place = CLSCTX_LOCAL_SERVER,
            .set_blanket = [](IUnknown* pointer, const ca::Protection& protection) {
                const HRESULT result = ca::set_proxy_blanket(pointer, protection);
                return result == E_NOTIMPL ? S_OK : result;
            }};
}

std::unique_ptr<ca::CertRequestTransport> ComWorld::transport(ca::ComOptions com) {
    return ca::make_com_transport(options, com);
}

Bytes octets_of(std::size_t count) {
    Bytes octets(count);
    for (std::size_t at = 0; at < count; ++at) {
        octets[at] = static_cast<std::uint8_t>(at * 7 + at / 251);
    }
    return octets;
}

}  // namespace ae::test
