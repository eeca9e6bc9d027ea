#include "ca-client/request_attributes.h"

#include "engine/base/der.h"

namespace ae::ca {
namespace {

constexpr std::string_view kClientInfo = "1.3.6.1.4.1.311.21.20";
// [MS-WCCE] 2.2.2.7.4: 1-9 and 1000 are Microsoft's.
constexpr std::int64_t kClientId = 0;

}  // namespace

Bytes attribute(std::string_view oid, ByteView value) {
    return der::sequence({der::oid(oid), der::write(der::Tag::set, {value})});
}

Bytes client_info_attribute(const Requester& who) {
    return attribute(
        kClientInfo,
        der::sequence({der::integer(kClientId), der::utf8_string(who.machine_fqdn),
                       der::utf8_string(who.account_name), der::utf8_string(who.process_name)}));
}

NameValuePairs name_value_pairs(const Requester& who) {
    NameValuePairs pairs;
    // [MS-WCCE] 3.2.2.6.2.1.1: the CA asks this controller when it does not know the account yet.
    if (!who.dc_fqdn.empty()) {
        pairs.emplace_back("cdc", who.dc_fqdn);
    }
    if (!who.machine_fqdn.empty()) {
        pairs.emplace_back("rmd", who.machine_fqdn);
    }
    return pairs;
}

std::string registration_info(const NameValuePairs& pairs) {
    std::string text;
    for (const auto& [name, value] : pairs) {
        if (value.find_first_of("&=\r\n") == std::string_view::npos) {
            text += text.empty() ? "" : "&";
            text += std::string(name) + '=' + std::string(value);
        }
    }
    return text;
}

}  // namespace ae::ca
