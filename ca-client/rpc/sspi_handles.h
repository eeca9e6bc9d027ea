// Owners of SSPI objects, the buffers of a sealed packet, and SSPI's failures as errors of ours.
// Windows only; any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/unique_handle.h"
#include "engine/base/win32.h"

#include <array>
#include <span>

#define SECURITY_WIN32
#include <sspi.h>

namespace ae::ca {

struct SspiHandle {  // of a credential or a context
    SecHandle raw{kInvalid, kInvalid};

    static constexpr ULONG_PTR kInvalid = ~ULONG_PTR{0};
    friend bool operator==(const SspiHandle& left, const SspiHandle& right) {
        return left.raw.dwLower == right.raw.dwLower && left.raw.dwUpper == right.raw.dwUpper;
    }
};

struct SspiCredentialTraits {
    using value_type = SspiHandle;
    static value_type none() noexcept { return {}; }
    static void close(value_type credential) noexcept { ::FreeCredentialsHandle(&credential.raw); }
};
using UniqueSspiCredential = UniqueHandle<SspiCredentialTraits>;

struct SspiContextTraits {
    using value_type = SspiHandle;
    static value_type none() noexcept { return {}; }
    static void close(value_type context) noexcept { ::DeleteSecurityContext(&context.raw); }
};
using UniqueSspiContext = UniqueHandle<SspiContextTraits>;

struct SspiPackageTraits {
    using value_type = PSecPkgInfoW;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type package) noexcept { ::FreeContextBuffer(package); }
};
using UniqueSspiPackage = UniqueHandle<SspiPackageTraits>;

// A security status that is not what was needed, even when SSPI itself calls it no failure.
Error sspi_error(SECURITY_STATUS status, std::string_view step);

// Header, stub, trailer and token of a packet as encode_request() lays it out, for EncryptMessage
// and DecryptMessage: the stub is sealed in place, header and trailer are signed ([MS-RPCE]
// 3.3.1.5.2.2, header signing negotiated).
std::array<SecBuffer, 4> sealed_buffers(std::span<std::uint8_t> packet);

// Negotiate falls back to NTLM by itself when it has no ticket; its messages say who they are
// ([MS-NLMP] 2.2.1), inside SPNEGO too.
bool holds_ntlm(ByteView token);

}  // namespace ae::ca
