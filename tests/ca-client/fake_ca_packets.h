// The packets and replies of the fake host of a certification authority (fake_ca.h).  Pure.
#pragma once

#include "ca-client/rpc/pdu.h"

namespace ae::ca::test {

// BIND_ACK or ALTER_CONTEXT_RESP to the packet `asked`; where that carried a token, one of one
// octet comes back.
Bytes bind_answer(PacketType type, std::uint8_t flags, ByteView asked);
Bytes response(ByteView stub, ByteView asked, std::uint16_t context);   // sealed
Bytes fault(std::uint32_t status, std::uint8_t flags, ByteView asked);  // sealed

// RemoteCreateInstance: ICertRequestD, and ICertRequestD2 where `both`.
Bytes activation_reply(bool both, std::uint16_t exporter_port);
Bytes plain_reply(std::uint32_t hresult);
Bytes property_reply(ByteView value, std::uint32_t hresult = 0);
Bytes property_info_reply(std::uint32_t count, ByteView octets);
Bytes certificate_reply(std::uint32_t request_id, std::uint32_t disposition, ByteView certificate);

}  // namespace ae::ca::test
