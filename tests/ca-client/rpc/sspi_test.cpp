// What the SSPI context does without a domain: the parts of a packet, and never NTLM.
#include "ca-client/rpc/security_context.h"
#include "ca-client/rpc/sspi_handles.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

constexpr unsigned long kSigned = SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM;

struct Part {
    unsigned long type;
    std::ptrdiff_t at;
    std::size_t size;
};

void check_parts(Bytes packet, const std::vector<Part>& wanted) {
    const auto buffers = sealed_buffers(packet);
    REQUIRE(buffers.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CAPTURE(i);
        CHECK(buffers[i].BufferType == wanted[i].type);
        CHECK(static_cast<std::uint8_t*>(buffers[i].pvBuffer) - packet.data() == wanted[i].at);
        CHECK(buffers[i].cbBuffer == wanted[i].size);
    }
}

Bytes request(const std::optional<Guid>& object) {
    const Sealing sealing{{.type = 9, .level = kLevelPrivacy, .context_id = 1}, 76};
    return encode_request({.call_id = 1, .context_id = 1, .opnum = 6, .object = object}, Bytes(20),
                          kMaxFragment, sealing)
        .at(0);
}

}  // namespace

TEST_CASE("header and trailer of a packet are signed, its stub is sealed",
          "[sspi][MS-RPCE:3.3.1.5.2.2]") {
    // A stub of 20 octets is padded to 32.
    check_parts(
        request(std::nullopt),
        {{kSigned, 0, 24}, {SECBUFFER_DATA, 24, 32}, {kSigned, 56, 8}, {SECBUFFER_TOKEN, 64, 76}});
    check_parts(
        request(Guid{}),
        {{kSigned, 0, 40}, {SECBUFFER_DATA, 40, 32}, {kSigned, 72, 8}, {SECBUFFER_TOKEN, 80, 76}});
}

TEST_CASE("an NTLM message is known in any wrapping", "[sspi][MS-NLMP:2.2.1]") {
    const Bytes plain = *from_hex("4e544c4d53535000 01000000");
    CHECK(holds_ntlm(plain));
    const Bytes wrapped = *from_hex("a181 0c30 0a a20a 04 4e544c4d53535000 03");
    CHECK(holds_ntlm(wrapped));
    CHECK_FALSE(holds_ntlm({}));
    CHECK_FALSE(holds_ntlm(*from_hex("4e544c4d535350")));  // without its terminator
    CHECK_FALSE(holds_ntlm(*from_hex("6e82 0100 4e544c4d53535001")));
}

TEST_CASE("a credential cache is Linux' way", "[sspi]") {
    const auto context = create_security_context(
        {.target_host = "ca1.corp.example.test", .credential_cache = "FILE:x"});
    REQUIRE_FALSE(context);
    CHECK(context.error().code == kNotSupported);
}

TEST_CASE("a security status keeps its code, and is always a failure", "[sspi][errors]") {
    CHECK(sspi_error(SEC_E_TARGET_UNKNOWN, "x").code == kTargetUnknown);
    CHECK(sspi_error(SEC_E_TIME_SKEW, "x").code == kTimeSkew);  // as on Linux
    CHECK(sspi_error(SEC_I_COMPLETE_NEEDED, "x").code == kSecurityInternal);
    CHECK(sspi_error(SEC_E_OK, "x").code == kSecurityInternal);
}
