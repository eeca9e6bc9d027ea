// Identifiers of the RPC interfaces, COM classes and methods that the client uses.
// Sources: [MS-DCOM] 1.9, [MS-WCCE] 1.9 and 3.2.1.4, [MS-ICPR] 3.2.4.1, [C706] appendices I and O.
#pragma once

#include "engine/base/guid.h"

#include <cstdint>
#include <string_view>

namespace ae::ca {

struct Interface {
    Guid uuid{};
    std::uint32_t version = 0;  // major in the low half

    auto operator<=>(const Interface&) const = default;
};

// Parses a constant of this file; a typing error ends every test at once.
inline Guid known_guid(std::string_view text) { return Guid::parse(text).value(); }

namespace iface {
inline const Interface kNdr32{known_guid("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2};
inline const Interface kObjectExporter{known_guid("99fcfec4-5260-101b-bbcb-00aa0021347a"), 0};
inline const Interface kActivation{known_guid("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57"), 0};
inline const Interface kScmActivator{known_guid("000001a0-0000-0000-c000-000000000046"), 0};
inline const Interface kRemUnknown{known_guid("00000131-0000-0000-c000-000000000046"), 0};
inline const Interface kCertRequestD{known_guid("d99e6e70-fc88-11d0-b498-00a0c90312f3"), 0};
inline const Interface kCertRequestD2{known_guid("5422fd3a-d4b8-4cef-a12e-e87d4ca22e90"), 0};
inline const Interface kEndpointMapper{known_guid("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), 3};
inline const Interface kCertPassage{known_guid("91ae6020-9e3c-11cf-8d7c-00aa00c091be"), 0};
}  // namespace iface

inline const Guid kCertRequestClass = known_guid("d99e6e74-fc88-11d0-b498-00a0c90312f3");

namespace opnum {
inline constexpr std::uint16_t kRemoteActivation = 0;      // IActivation
inline constexpr std::uint16_t kResolveOxid2 = 4;          // IObjectExporter
inline constexpr std::uint16_t kRemoteCreateInstance = 4;  // IRemoteSCMActivator
inline constexpr std::uint16_t kRemRelease = 5;            // IRemUnknown
inline constexpr std::uint16_t kRequest = 3;               // ICertRequestD
inline constexpr std::uint16_t kGetCaCert = 4;             // ICertRequestD
inline constexpr std::uint16_t kPing = 5;                  // ICertRequestD
inline constexpr std::uint16_t kRequest2 = 6;              // ICertRequestD2
inline constexpr std::uint16_t kGetCaProperty = 7;         // ICertRequestD2
inline constexpr std::uint16_t kGetCaPropertyInfo = 8;     // ICertRequestD2
inline constexpr std::uint16_t kPing2 = 9;                 // ICertRequestD2
inline constexpr std::uint16_t kEptMap = 3;                // endpoint mapper
inline constexpr std::uint16_t kEptLookupHandleFree = 4;   // endpoint mapper
inline constexpr std::uint16_t kCertServerRequest = 0;     // ICertPassage
}  // namespace opnum

inline constexpr std::uint16_t kTowerTcp = 7;  // ncacn_ip_tcp

}  // namespace ae::ca
