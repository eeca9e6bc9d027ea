#include "ca-client/rpc/sspi_handles.h"

#include "ca-client/rpc/pdu.h"
#include "engine/base/hresult_table.h"

#include <algorithm>

namespace ae::ca {
namespace {

SecBuffer part(unsigned long type, std::span<std::uint8_t> octets) {
    return {static_cast<unsigned long>(octets.size()), type, octets.data()};
}

}  // namespace

Error sspi_error(SECURITY_STATUS status, std::string_view step) {
    Error error = win32_error(static_cast<DWORD>(status), step);
    if (status == SEC_E_TIME_SKEW) {
        error.code = kTimeSkew;
    } else if (status >= SEC_E_OK) {
        error.code = kSecurityInternal;
    }
    return error;
}

std::array<SecBuffer, 4> sealed_buffers(std::span<std::uint8_t> packet) {
    constexpr unsigned long kSigned = SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM;
    const SealedLayout at = sealed_layout(packet);
    return {part(kSigned, packet.first(at.data_at)),
            part(SECBUFFER_DATA, packet.subspan(at.data_at, at.trailer_at - at.data_at)),
            part(kSigned, packet.subspan(at.trailer_at, kTrailerSize)),
            part(SECBUFFER_TOKEN, packet.subspan(at.trailer_at + kTrailerSize))};
}

bool holds_ntlm(ByteView token) {
    constexpr std::string_view kSignature("NTLMSSP\0", 8);
    const ByteView wanted = as_bytes(kSignature);
    return !std::ranges::search(token, wanted).empty();
}

}  // namespace ae::ca
