// The process of the stand-in CA.  COM starts it: test_ca_server.exe FOLDER -Embedding.  It serves
// until the test's stop event is set, or the test must be long over.
#include "engine/base/win32.h"
#include "tests/ca-client/com/scripted_ca.h"

#include <iostream>

#include <shellapi.h>

namespace ae::test {
namespace {

constexpr DWORD kLongestLife = 600'000;  // ms
// [MS-WCCE] 1.9: CCertRequestD
constexpr CLSID kClass = {
    0xd99e6e74, 0xfc88, 0x11d0, {0xb4, 0x98, 0x00, 0xa0, 0xc9, 0x03, 0x12, 0xf3}};

class Factory final : public IClassFactory {
  public:
    explicit Factory(std::filesystem::path folder) : folder_(std::move(folder)) {}

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override {
        const bool known = ::IsEqualIID(iid, IID_IUnknown) || ::IsEqualIID(iid, IID_IClassFactory);
        *object = known ? this : nullptr;
        return known ? S_OK : E_NOINTERFACE;
    }
    // It lives as long as main().
    ULONG STDMETHODCALLTYPE AddRef() override { return 1; }
    ULONG STDMETHODCALLTYPE Release() override { return 1; }

    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown*, REFIID iid, void** object) override {
        report({{"what", "activated"}}, folder_);
        if (load(folder_).activation == WhenActivated::hangs) {
            hang(folder_);
        }
        auto* ca = new ScriptedCa(folder_);
        const HRESULT result = ca->QueryInterface(iid, object);
        ca->Release();
        return result;
    }
    HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

  private:
    std::filesystem::path folder_;
};

int serve(const std::filesystem::path& folder) {
    const UniqueWinHandle stopped(::OpenEventW(SYNCHRONIZE, FALSE, stop_event(folder).c_str()));
    Factory factory(folder);
    HRESULT result = stopped ? ::CoInitializeEx(nullptr, COINIT_MULTITHREADED) : E_HANDLE;
    if (SUCCEEDED(result)) {
        result = ::CoRegisterClassObject(kClass, &factory, CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE,
                                         &class_cookie);
    }
    if (FAILED(result)) {
        report({{"what", "failed"}, {"result", result}}, folder);
        return 1;
    }
    report({{"what", "up"}, {"pid", ::GetCurrentProcessId()}}, folder);
    ::WaitForSingleObject(stopped.get(), kLongestLife);
    ::CoRevokeClassObject(class_cookie);
    ::CoUninitialize();
    return 0;
}

}  // namespace
}  // namespace ae::test

int main() {
    int count = 0;
    const ae::UniqueLocalMemory<LPWSTR*> words(::CommandLineToArgvW(::GetCommandLineW(), &count));
    if (count < 2) {
        std::cerr << "usage: test_ca_server FOLDER\n";
        return 2;
    }
    return ae::test::serve(words.get()[1]);
}
