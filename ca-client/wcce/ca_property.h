// What a CA tells about itself ([MS-WCCE] 3.2.1.4.3.2 GetCAProperty, 3.2.1.4.3.3 GetCAPropertyInfo,
// 3.2.1.4.2.2 GetCACert, 2.2.2.3 CATRANSPROP, 2.2.2.4 CAINFO): the names of the properties, the
// methods as stubs, and what the values mean.  Pure; values are foreign octets, bounded.
// Errors: kInvalidData.
#pragma once

#include "ca-client/wcce/cert_request.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ae::ca {

namespace property {
inline constexpr std::uint32_t kFileVersion = 0x01;
inline constexpr std::uint32_t kProductVersion = 0x02;
inline constexpr std::uint32_t kExitCount = 0x03;
inline constexpr std::uint32_t kExitDescription = 0x04;
inline constexpr std::uint32_t kPolicyDescription = 0x05;
inline constexpr std::uint32_t kCaName = 0x06;
inline constexpr std::uint32_t kSanitizedCaName = 0x07;
inline constexpr std::uint32_t kSharedFolder = 0x08;
inline constexpr std::uint32_t kParentCa = 0x09;
inline constexpr std::uint32_t kCaType = 0x0A;
inline constexpr std::uint32_t kSigningCertificateCount = 0x0B;
inline constexpr std::uint32_t kSigningCertificate = 0x0C;
inline constexpr std::uint32_t kExchangeCertificateCount = 0x0E;
inline constexpr std::uint32_t kExchangeCertificate = 0x0F;
inline constexpr std::uint32_t kExchangeCertificateChain = 0x10;
inline constexpr std::uint32_t kBaseCrl = 0x11;
inline constexpr std::uint32_t kCertificateState = 0x13;
inline constexpr std::uint32_t kCrlState = 0x14;
inline constexpr std::uint32_t kMaxPropertyId = 0x15;
inline constexpr std::uint32_t kDnsName = 0x16;
inline constexpr std::uint32_t kRoleSeparation = 0x17;
inline constexpr std::uint32_t kRecoveryAgentsUsed = 0x18;
inline constexpr std::uint32_t kRecoveryAgents = 0x19;
inline constexpr std::uint32_t kAdvancedServer = 0x1C;
inline constexpr std::uint32_t kTemplates = 0x1D;
inline constexpr std::uint32_t kCertificateStatus = 0x22;
}  // namespace property

// The index that means "the newest", where a property has several values.
inline constexpr std::uint32_t kLastIndex = 0xFFFFFFFF;

enum class Indexed { no, yes };
// A row of the table in [MS-WCCE] 3.2.1.4.3.2; `name` is ours to print.
struct KnownProperty {
    std::uint32_t id;
    PropertyType type;
    Indexed indexed;
    std::string_view name;
};
std::span<const KnownProperty> known_properties();  // sorted by id, without gaps

struct PropertyQuery {
    std::uint32_t id = 0;
    std::uint32_t index = 0;
    PropertyType type = PropertyType::text;
};

// The query of GetCACert that has the same value, for a CA without ICertRequestD2.
std::optional<std::uint32_t> get_ca_cert_query(const PropertyQuery& query);
Bytes encode_get_ca_cert(const Guid& causality, const std::string& authority,
                         std::uint32_t query);  // its reply is decode_ca_property()

// What GetCAPropertyInfo gives: `count` CATRANSPROP, then the names that they point to.
struct PropertyInfo {
    std::uint32_t count = 0;
    Bytes octets{};
};
Bytes encode_get_ca_property_info(const Guid& causality, const std::string& authority);
Result<PropertyInfo> decode_ca_property_info(ByteView stub);

inline constexpr std::uint32_t kMaxListedProperties = 1024;
struct ListedProperty {
    std::uint32_t id = 0;
    std::uint8_t type = 0;  // as PropertyType; 2 is a date, which nothing here asks for
    Indexed indexed = Indexed::no;
    std::string name{};  // in the CA's language
};
Result<std::vector<ListedProperty>> decode_property_list(const PropertyInfo& info);

// CAINFO.  What a shorter, older structure lacks is 0; decode_scalar() tells the two apart.
struct CaInfo {
    std::uint32_t size = 0;  // of the structure as it came
    std::uint32_t type = 0;
    std::uint32_t signing_certificates = 0;
    std::uint32_t exchange_certificates = 0;
    std::uint32_t exit_modules = 0;
    std::uint32_t max_property_id = 0;
    std::uint32_t role_separation = 0;
    std::uint32_t recovery_agents_used = 0;
    std::uint32_t recovery_agents = 0;
    std::uint32_t advanced_server = 0;
};
Result<CaInfo> decode_ca_info(ByteView value);
// The number that property `id` is.  Most answer with a whole CAINFO and mean one field of it;
// four octets are the number itself.
Result<std::uint32_t> decode_scalar(std::uint32_t id, ByteView value);

// [MS-WCCE] 2.2.2.2.1; a missing terminator is tolerated.  UTF-8.
Result<std::string> decode_text(ByteView value);

// "name\nOID\nname\nOID\n"; the OID of a version 1 template is empty.
struct OfferedTemplate {
    std::string name{};
    std::string oid{};
    bool operator==(const OfferedTemplate&) const = default;
};
Result<std::vector<OfferedTemplate>> decode_templates(ByteView value);

}  // namespace ae::ca
