// The stand-in CA's object: does what script.h says and tells what it was asked.
#pragma once

#include "tests/ca-client/com/script.h"

#include <atomic>
#include <filesystem>

// clang-format off
#include <windows.h>
#include <ole2.h>
// clang-format on

#include <cert_request_d.h>

namespace ae::test {

class ScriptedCa final : public ICertRequestD2 {
  public:
    explicit ScriptedCa(std::filesystem::path folder) : folder_(std::move(folder)) {}
    ScriptedCa(const ScriptedCa&) = delete;
    ScriptedCa& operator=(const ScriptedCa&) = delete;

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override;
    ULONG STDMETHODCALLTYPE AddRef() override;
    ULONG STDMETHODCALLTYPE Release() override;

    HRESULT STDMETHODCALLTYPE Request(ULONG flags, LPCWSTR authority, ULONG* request_id,
                                      ULONG* disposition, LPCWSTR attributes,
                                      const CERTTRANSBLOB* request, CERTTRANSBLOB* chain,
                                      CERTTRANSBLOB* certificate, CERTTRANSBLOB* message) override;
    HRESULT STDMETHODCALLTYPE GetCACert(ULONG selector, LPCWSTR authority,
                                        CERTTRANSBLOB* value) override;
    HRESULT STDMETHODCALLTYPE Ping(LPCWSTR authority) override;
    HRESULT STDMETHODCALLTYPE Request2(LPCWSTR authority, ULONG flags, LPCWSTR serial,
                                       ULONG* request_id, ULONG* disposition, LPCWSTR attributes,
                                       const CERTTRANSBLOB* request, CERTTRANSBLOB* full_response,
                                       CERTTRANSBLOB* certificate, CERTTRANSBLOB* message) override;
    HRESULT STDMETHODCALLTYPE GetCAProperty(LPCWSTR authority, LONG id, LONG index, LONG type,
                                            CERTTRANSBLOB* value) override;
    HRESULT STDMETHODCALLTYPE GetCAPropertyInfo(LPCWSTR authority, LONG* count,
                                                CERTTRANSBLOB* list) override;
    HRESULT STDMETHODCALLTYPE Ping2(LPCWSTR authority) override;

  private:
    ~ScriptedCa() = default;
    struct Out {
        ULONG* request_id;
        ULONG* disposition;
        CERTTRANSBLOB* full_response;
        CERTTRANSBLOB* certificate;
        CERTTRANSBLOB* message;
    };
    HRESULT answer(const nlohmann::json& heard, const Out& out);
    HRESULT tell_value(const nlohmann::json& heard, CERTTRANSBLOB& value, LONG* count = nullptr);
    // Tells what was heard, then hangs or crashes if the script says so.
    Script hear(const nlohmann::json& heard) const;

    std::filesystem::path folder_;
    std::atomic<ULONG> references_ = 1;
};

// tell() of script.h, and wakes the test.
void report(const nlohmann::json& what, const std::filesystem::path& folder);
inline DWORD class_cookie = 0;  // of the registered class
// Until the test lets it go; for ever only as long as a test may take.
void hang(const std::filesystem::path& folder);

}  // namespace ae::test
