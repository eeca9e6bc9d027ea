#include "tests/ca-client/com/registration.h"

#include <array>
#include <stdexcept>
#include <string>

namespace ae::test {
namespace {

constexpr const wchar_t* kClassKey =
    L"Software\\Classes\\CLSID\\{d99e6e74-fc88-11d0-b498-00a0c90312f3}";
constexpr const wchar_t* kServerKey =
    L"Software\\Classes\\CLSID\\{d99e6e74-fc88-11d0-b498-00a0c90312f3}\\LocalServer32";
constexpr const wchar_t* kProxyKey =
    L"Software\\Classes\\Interface\\{5422fd3a-d4b8-4cef-a12e-e87d4ca22e90}\\ProxyStubClsid32";
constexpr const wchar_t* kOurProxy = L"{6A3D2F51-4B0E-4C57-9D1A-276E5F80C413}";

// The key's default value; empty when there is none.
std::wstring value_of_key(const wchar_t* key) {
    std::array<wchar_t, 1024> text{};
    DWORD size = sizeof text;
    const LSTATUS status = ::RegGetValueW(HKEY_LOCAL_MACHINE, key, nullptr, RRF_RT_REG_SZ, nullptr,
                                          text.data(), &size);
    return status == ERROR_SUCCESS ? text.data() : std::wstring();
}

void set_key(const wchar_t* key, const std::wstring& value) {
    const auto size = static_cast<DWORD>((value.size() + 1) * sizeof(wchar_t));
    if (::RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, nullptr, REG_SZ, value.c_str(), size) !=
        ERROR_SUCCESS) {
        throw std::runtime_error("the test may not write to HKLM\\Software\\Classes");
    }
}

std::wstring quoted(const std::filesystem::path& path) { return L'"' + path.wstring() + L'"'; }

bool call(HMODULE library, const char* entry) {
    using Entry = HRESULT(WINAPI*)();
    const auto function =
        reinterpret_cast<Entry>(reinterpret_cast<void*>(::GetProcAddress(library, entry)));
    return function != nullptr && SUCCEEDED(function());
}

}  // namespace

Registration::Registration(const std::filesystem::path& server, const std::filesystem::path& folder,
                           const std::filesystem::path& proxies) {
    const std::wstring registered = value_of_key(kServerKey);
    if (!registered.empty() && registered.find(server.filename().wstring()) == registered.npos) {
        throw std::runtime_error("this host has a certification authority of its own");
    }
    const std::wstring proxy = value_of_key(kProxyKey);
    if (proxy.empty() || ::lstrcmpiW(proxy.c_str(), kOurProxy) == 0) {
        proxies_.reset(::LoadLibraryW(proxies.c_str()));
        if (!call(proxies_.get(), "DllRegisterServer")) {
            throw std::runtime_error("the proxies cannot be registered");
        }
    }
    set_key(kServerKey, quoted(server) + L' ' + quoted(folder));
}

Registration::~Registration() {
    remove_class();
    if (proxies_) {  // what fails here the next test does over
        call(proxies_.get(), "DllUnregisterServer");
    }
}

void Registration::remove_class() { ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, kClassKey); }

}  // namespace ae::test
