#include "service/logon_tickets_win32.h"

#include "engine/base/hresult_table.h"

#include <array>

#include <windows.h>

// After windows.h.
#include <ntsecapi.h>

namespace ae::service {
namespace {

constexpr const char* kWhat = "purge the Kerberos tickets of the logon session";
constexpr const char* kRemedy =
    "Sign out and in again (a machine: restart it), then run: aeclient pulse --force";

class LsaConnection {
  public:
    LsaConnection() : status_(::LsaConnectUntrusted(&handle_)) {}
    LsaConnection(const LsaConnection&) = delete;
    LsaConnection& operator=(const LsaConnection&) = delete;
    LsaConnection(LsaConnection&&) = delete;
    LsaConnection& operator=(LsaConnection&&) = delete;
    ~LsaConnection() {
        if (handle_ != nullptr) {
            ::LsaDeregisterLogonProcess(handle_);
        }
    }
    [[nodiscard]] NTSTATUS status() const { return status_; }
    [[nodiscard]] HANDLE get() const { return handle_; }

  private:
    HANDLE handle_ = nullptr;
    NTSTATUS status_;
};

Error error_of(NTSTATUS status) {
    const ULONG code = ::LsaNtStatusToWinError(status);
    constexpr ULONG kNoSuchFunction = ERROR_INVALID_FUNCTION;
    constexpr ULONG kUnmapped = ERROR_MR_MID_NOT_FOUND;
    if (code == kNoSuchFunction || code == kUnmapped || code == ERROR_CALL_NOT_IMPLEMENTED) {
        return {kNotSupported, kWhat, kRemedy};
    }
    return {hresult(0x80070000U | (code & 0xFFFFU)), kWhat, kRemedy};
}

}  // namespace

Done purge_logon_tickets() {
    const LsaConnection lsa;
    if (lsa.status() != 0) {
        return fail(error_of(lsa.status()));
    }
    std::array<char, sizeof(MICROSOFT_KERBEROS_NAME_A)> name{MICROSOFT_KERBEROS_NAME_A};
    LSA_STRING package{static_cast<USHORT>(name.size() - 1), static_cast<USHORT>(name.size()),
                       name.data()};
    ULONG number = 0;
    if (const NTSTATUS found = ::LsaLookupAuthenticationPackage(lsa.get(), &package, &number);
        found != 0) {
        return fail(error_of(found));
    }
    // No logon id: this process' own; no server and no realm: every ticket.
    KERB_PURGE_TKT_CACHE_REQUEST request{};
    request.MessageType = KerbPurgeTicketCacheMessage;
    PVOID answer = nullptr;
    ULONG size = 0;
    NTSTATUS verdict = 0;
    const NTSTATUS called = ::LsaCallAuthenticationPackage(
        lsa.get(), number, &request, sizeof request, &answer, &size, &verdict);
    if (answer != nullptr) {
        ::LsaFreeReturnBuffer(answer);
    }
    if (called != 0 || verdict != 0) {
        return fail(error_of(called != 0 ? called : verdict));
    }
    return done();
}

}  // namespace ae::service
