// The LDAP ping by which a client finds a domain controller and its own site ([MS-ADTS] 6.3.3): one
// connectionless LDAP search of the rootDSE attribute "Netlogon" over UDP port 389, and the answer
// NETLOGON_SAM_LOGON_RESPONSE_EX ([MS-ADTS] 6.3.1.9).
//
// The octets only; sending and waiting is dc_locator_dns.cpp.  The answer comes from anybody who
// can send a datagram: it is a hint where to connect, trust begins with the Kerberos bind. BER
// lengths may be longer than needed, because Windows always sends four octets of length. Errors:
// kInvalidData.  Pure, portable, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/guid.h"
#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ae::policy {

// [MS-ADTS] 6.3.1.1: NETLOGON_NT_VERSION_5, _5EX and _WITH_CLOSEST_SITE.
inline constexpr std::uint32_t kNetlogonVersion = 0x16;

// [MS-ADTS] 6.3.1.2
namespace ds_flag {
inline constexpr std::uint32_t kLdap = 0x8;
inline constexpr std::uint32_t kDs = 0x10;
inline constexpr std::uint32_t kKdc = 0x20;
inline constexpr std::uint32_t kClosest = 0x80;
inline constexpr std::uint32_t kWritable = 0x100;
}  // namespace ds_flag

struct NetlogonReply {
    bool paused = false;  // LOGON_SAM_PAUSE_RESPONSE_EX: the server wants no clients now
    std::uint32_t flags = 0;
    Guid domain_guid{};
    std::string forest{};
    std::string domain{};
    std::string host{};
    std::string netbios_domain{};
    std::string netbios_host{};
    std::string user{};
    std::string dc_site{};
    std::string client_site{};  // empty: no subnet of the forest holds the client's address
    std::string next_closest_site{};

    // [MS-ADTS] 6.3.1.2: the controller is in the site nearest to the client.
    [[nodiscard]] bool is_near() const;
};

// The datagram with the search request.  `message_id` comes back in the answer.
Bytes encode_netlogon_ping(std::int32_t message_id, std::string_view domain);

// A datagram that came back.  Error when it is no answer to `message_id` or cannot be read.
Result<NetlogonReply> parse_netlogon_answer(std::int32_t message_id, ByteView datagram);

// The value of the attribute alone.
Result<NetlogonReply> parse_netlogon_response_ex(ByteView octets);

}  // namespace ae::policy
