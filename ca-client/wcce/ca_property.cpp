#include "ca-client/wcce/ca_property.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

constexpr std::size_t kMaxInfo = std::size_t{1} << 20;
constexpr std::size_t kRecordSize = 12;     // CATRANSPROP
constexpr std::size_t kMaxNameUnits = 512;  // of a property, UTF-16
constexpr std::size_t kMaxTemplates = 4096;

constexpr PropertyType kLong = PropertyType::integer;
constexpr PropertyType kBinary = PropertyType::binary;
constexpr PropertyType kText = PropertyType::text;

constexpr std::array<KnownProperty, 50> kProperties{{
    {0x01, kText, Indexed::no, "file version"},
    {0x02, kText, Indexed::no, "product version"},
    {0x03, kLong, Indexed::no, "exit modules"},
    {0x04, kText, Indexed::yes, "exit module"},
    {0x05, kText, Indexed::no, "policy module"},
    {0x06, kText, Indexed::no, "name"},
    {0x07, kText, Indexed::no, "sanitized name"},
    {0x08, kText, Indexed::no, "shared folder"},
    {0x09, kText, Indexed::no, "parent"},
    {0x0A, kLong, Indexed::no, "type"},
    {0x0B, kLong, Indexed::no, "signing certificates"},
    {0x0C, kBinary, Indexed::yes, "signing certificate"},
    {0x0D, kBinary, Indexed::yes, "signing certificate chain"},
    {0x0E, kLong, Indexed::no, "exchange certificates"},
    {0x0F, kBinary, Indexed::yes, "exchange certificate"},
    {0x10, kBinary, Indexed::yes, "exchange certificate chain"},
    {0x11, kBinary, Indexed::yes, "base CRL"},
    {0x12, kBinary, Indexed::yes, "delta CRL"},
    {0x13, kLong, Indexed::yes, "signing certificate states"},
    {0x14, kLong, Indexed::yes, "CRL states"},
    {0x15, kLong, Indexed::no, "highest property"},
    {0x16, kText, Indexed::no, "DNS name"},
    {0x17, kLong, Indexed::no, "role separation"},
    {0x18, kLong, Indexed::no, "recovery agents used"},
    {0x19, kLong, Indexed::no, "recovery agents"},
    {0x1A, kBinary, Indexed::yes, "recovery agent certificate"},
    {0x1B, kLong, Indexed::yes, "recovery agent states"},
    {0x1C, kLong, Indexed::no, "advanced server"},
    {0x1D, kText, Indexed::no, "templates"},
    {0x1E, kLong, Indexed::yes, "base CRL publication"},
    {0x1F, kLong, Indexed::yes, "delta CRL publication"},
    {0x20, kBinary, Indexed::yes, "signing certificate chain with CRLs"},
    {0x21, kBinary, Indexed::yes, "exchange certificate chain with CRLs"},
    {0x22, kLong, Indexed::yes, "signing certificate status"},
    {0x23, kBinary, Indexed::yes, "forward cross certificate"},
    {0x24, kBinary, Indexed::yes, "backward cross certificate"},
    {0x25, kLong, Indexed::yes, "forward cross certificate states"},
    {0x26, kLong, Indexed::yes, "backward cross certificate states"},
    {0x27, kLong, Indexed::yes, "signing certificate version"},
    {0x28, kText, Indexed::no, "sanitized short name"},
    {0x29, kText, Indexed::yes, "CRL distribution points"},
    {0x2A, kText, Indexed::yes, "authority information access"},
    {0x2B, kText, Indexed::yes, "OCSP responders"},
    {0x2C, kText, Indexed::no, "locale"},
    {0x2D, kText, Indexed::no, "subject template"},
    {0x2E, kLong, Indexed::no, "CRL partitions"},
    // The table of 3.2.1.4.3.2 calls these two binary, the one below it by a slip long.
    {0x2F, kBinary, Indexed::yes, "partitioned base CRL"},
    {0x30, kBinary, Indexed::yes, "partitioned delta CRL"},
    {0x31, kLong, Indexed::yes, "partitioned base CRL publication"},
    {0x32, kLong, Indexed::yes, "partitioned delta CRL publication"},
}};

// [MS-WCCE] 3.2.1.4.2.2: four letters, or two and an index.
constexpr std::uint32_t kInfoQuery = 0x696E666F;  // "info"

struct WholeQuery {
    std::uint32_t property;
    std::uint32_t query;
};
constexpr std::array<WholeQuery, 16> kWholeQueries{{
    {property::kFileVersion, 0x66696C65},     // "file"
    {property::kProductVersion, 0x70726F64},  // "prod"
    {property::kExitCount, kInfoQuery},
    {property::kPolicyDescription, 0x706F6C69},  // "poli"
    {property::kCaName, 0x6E616D65},             // "name"
    {property::kSanitizedCaName, 0x73616E69},    // "sani"
    {property::kSharedFolder, 0x73686172},       // "shar"
    {property::kParentCa, 0x70617265},           // "pare"
    {property::kCaType, kInfoQuery},
    {property::kSigningCertificateCount, kInfoQuery},
    {property::kExchangeCertificateCount, kInfoQuery},
    {property::kMaxPropertyId, kInfoQuery},
    {property::kRoleSeparation, kInfoQuery},
    {property::kRecoveryAgentsUsed, kInfoQuery},
    {property::kRecoveryAgents, kInfoQuery},
    {property::kAdvancedServer, kInfoQuery},
}};

constexpr std::uint32_t kNoNewest = 0xFFFFFFFF;
struct IndexedQuery {
    std::uint32_t property;
    std::uint32_t high;    // with the index as low half
    std::uint32_t newest;  // for kLastIndex
};
constexpr std::array<IndexedQuery, 5> kIndexedQueries{{
    {property::kExitDescription, 0x6578, kNoNewest},
    {property::kSigningCertificate, 0x6374, 0x0},  // GETCERT_CASIGCERT
    {property::kBaseCrl, 0x636C, 0x6363726C},      // "ccrl"
    {property::kCertificateState, 0x7374, kNoNewest},
    {property::kCrlState, 0x736C, kNoNewest},
}};

// Where the number of a property stands in a CAINFO.
struct InfoField {
    std::uint32_t property;
    std::uint32_t CaInfo::*member;
    std::uint32_t offset;
};
constexpr std::array<InfoField, 9> kInfoFields{{
    {property::kCaType, &CaInfo::type, 4},
    {property::kSigningCertificateCount, &CaInfo::signing_certificates, 8},
    {property::kExchangeCertificateCount, &CaInfo::exchange_certificates, 12},
    {property::kExitCount, &CaInfo::exit_modules, 16},
    {property::kMaxPropertyId, &CaInfo::max_property_id, 20},
    {property::kRoleSeparation, &CaInfo::role_separation, 24},
    {property::kRecoveryAgentsUsed, &CaInfo::recovery_agents_used, 28},
    {property::kRecoveryAgents, &CaInfo::recovery_agents, 32},
    {property::kAdvancedServer, &CaInfo::advanced_server, 36},
}};

tl::unexpected<Error> malformed(std::string_view why) {
    return fail(kInvalidData, "malformed property: " + std::string(why));
}

std::uint32_t u32_at(ByteView octets, std::size_t at) {
    return LittleEndianReader(octets.subspan(at, 4)).u32();
}

// UTF-16 units up to the NUL, which must be there.
std::optional<std::string> terminated_text(ByteView octets) {
    for (std::size_t at = 0; at + 1 < octets.size() && at / 2 <= kMaxNameUnits; at += 2) {
        if (octets[at] == 0 && octets[at + 1] == 0) {
            return utf8_from_utf16le(octets.first(at));
        }
    }
    return std::nullopt;
}

Result<ListedProperty> read_record(const PropertyInfo& info, std::uint32_t number) {
    LittleEndianReader in(ByteView(info.octets).subspan(number * kRecordSize, kRecordSize));
    ListedProperty one;
    one.id = in.u32();
    one.type = in.u8();
    in.u8();  // reserved
    one.indexed = (in.u16() & 1) != 0 ? Indexed::yes : Indexed::no;
    const std::size_t name_at = in.u32();
    if (name_at % 4 != 0 || name_at < info.count * kRecordSize || name_at > info.octets.size()) {
        return malformed("a name is not where names are");
    }
    auto name = terminated_text(ByteView(info.octets).subspan(name_at));
    if (!name) {
        return malformed("a name has no end");
    }
    one.name = std::move(*name);
    return one;
}

}  // namespace

std::span<const KnownProperty> known_properties() { return kProperties; }

std::optional<std::uint32_t> get_ca_cert_query(const PropertyQuery& query) {
    const auto whole = std::ranges::find(kWholeQueries, query.id, &WholeQuery::property);
    if (whole != kWholeQueries.end()) {
        return query.index == 0 ? std::optional(whole->query) : std::nullopt;
    }
    const auto indexed = std::ranges::find(kIndexedQueries, query.id, &IndexedQuery::property);
    if (indexed == kIndexedQueries.end()) {
        return std::nullopt;
    }
    if (query.index == kLastIndex) {
        return indexed->newest == kNoNewest ? std::nullopt : std::optional(indexed->newest);
    }
    return query.index <= 0xFFFF ? std::optional(indexed->high << 16 | query.index) : std::nullopt;
}

Bytes encode_get_ca_cert(const Guid& causality, const std::string& authority, std::uint32_t query) {
    NdrWriter out;
    write_orpc_this(out, causality);
    out.u32(query);
    out.unique_string(authority);
    return out.take();
}

Bytes encode_get_ca_property_info(const Guid& causality, const std::string& authority) {
    NdrWriter out;
    write_orpc_this(out, causality);
    out.unique_string(authority);
    return out.take();
}

Result<PropertyInfo> decode_ca_property_info(ByteView stub) {
    NdrReader in(stub);
    read_orpc_that(in);
    PropertyInfo info;
    info.count = in.u32();
    const ByteView octets = in.blob(kMaxInfo);
    info.octets.assign(octets.begin(), octets.end());
    const Hresult result = in.result();
    if (!in.ok()) {
        return in.failure();
    }
    if (failed(result)) {
        return fail(result, "the certification authority did not list its properties");
    }
    return info;
}

Result<std::vector<ListedProperty>> decode_property_list(const PropertyInfo& info) {
    if (info.count > kMaxListedProperties || info.count * kRecordSize > info.octets.size()) {
        return malformed("the list is shorter than its count");
    }
    std::vector<ListedProperty> list;
    for (std::uint32_t i = 0; i < info.count; ++i) {
        auto one = read_record(info, i);
        if (!one) {
            return pass(one);
        }
        list.push_back(std::move(*one));
    }
    return list;
}

Result<CaInfo> decode_ca_info(ByteView value) {
    if (value.size() < 8) {
        return malformed("CAINFO has less than 8 octets");
    }
    CaInfo info;
    info.size = u32_at(value, 0);
    if (info.size < 8 || info.size > value.size()) {
        return malformed("the size of CAINFO is not that of its octets");
    }
    for (const InfoField& field : kInfoFields) {
        if (field.offset + 4 <= info.size) {
            info.*field.member = u32_at(value, field.offset);
        }
    }
    return info;
}

Result<std::uint32_t> decode_scalar(std::uint32_t id, ByteView value) {
    if (value.size() == 4) {
        return u32_at(value, 0);
    }
    const auto field = std::ranges::find(kInfoFields, id, &InfoField::property);
    if (field == kInfoFields.end()) {
        return malformed("a number does not have four octets");
    }
    const auto info = decode_ca_info(value);
    if (!info) {
        return fail(info.error());
    }
    if (field->offset + 4 > info->size) {
        return malformed("CAINFO is too short to hold it");
    }
    return (*info).*field->member;
}

Result<std::string> decode_text(ByteView value) {
    if (value.size() % 2 != 0) {
        return malformed("a text has an odd number of octets");
    }
    for (std::size_t at = 0; at + 1 < value.size(); at += 2) {
        if (value[at] == 0 && value[at + 1] == 0) {
            value = value.first(at);
        }
    }
    return utf8_from_utf16le(value).value_or("");
}

Result<std::vector<OfferedTemplate>> decode_templates(ByteView value) {
    const auto text = decode_text(value);
    if (!text) {
        return fail(text.error());
    }
    auto lines = split(*text, '\n');
    if (lines.back().empty()) {
        lines.pop_back();  // behind the last line's end
    }
    if (lines.size() % 2 != 0 || lines.size() / 2 > kMaxTemplates) {
        return malformed("the templates are not pairs of name and OID");
    }
    std::vector<OfferedTemplate> offered;
    for (std::size_t i = 0; i < lines.size(); i += 2) {
        if (lines[i].empty()) {
            return malformed("a template has no name");
        }
        offered.push_back({std::string(lines[i]), std::string(lines[i + 1])});
    }
    return offered;
}

}  // namespace ae::ca
