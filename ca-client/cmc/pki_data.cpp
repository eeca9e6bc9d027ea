#include "ca-client/cmc/pki_data.h"

#include "engine/base/der.h"

#include <string_view>

namespace ae::ca::cms {
namespace {

constexpr std::string_view kCmcAddAttributes = "1.3.6.1.4.1.311.10.10.1";
constexpr std::string_view kCmcRegInfo = "1.3.6.1.5.5.7.7.18";
constexpr std::int64_t kRequestPart = 1;
constexpr std::int64_t kAttributesPart = 2;
constexpr std::int64_t kRegInfoPart = 3;

// TaggedAttribute
Bytes control(std::int64_t body_part, std::string_view oid, ByteView value) {
    return der::sequence(
        {der::integer(body_part), der::oid(oid), der::write(der::Tag::set, value)});
}

// Three parts: 0 for "not of another message", the body parts it is about, the attributes.  Windows
// puts them here and makes no controls of them.
Bytes attributes_about_request(const std::vector<Bytes>& attributes) {
    return der::sequence(
        {der::integer(0), der::sequence({der::integer(kRequestPart)}), der::set_of(attributes)});
}

}  // namespace

Bytes pki_data(const PkiDataParts& parts) {
    const Bytes attributes =
        control(kAttributesPart, kCmcAddAttributes, attributes_about_request(parts.attributes));
    const Bytes reg_info = parts.registration_info.empty()
                               ? Bytes{}
                               : control(kRegInfoPart, kCmcRegInfo,
                                         der::octet_string(as_bytes(parts.registration_info)));
    // TaggedCertificationRequest
    const Bytes request =
        der::write(der::context_constructed(0), {der::integer(kRequestPart), parts.request});
    const Bytes none = der::sequence({});
    return der::sequence(
        {der::sequence({attributes, reg_info}), der::sequence({request}), none, none});
}

}  // namespace ae::ca::cms
