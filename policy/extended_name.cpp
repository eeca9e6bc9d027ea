#include "policy/extended_name.h"

#include "engine/base/text.h"

namespace ae::policy {

ExtendedName parse_extended_name(std::string_view text) {
    ExtendedName name;
    while (text.starts_with('<')) {
        const auto end = text.find(">;");
        if (end == std::string_view::npos) {
            break;
        }
        const auto part = text.substr(1, end - 1);
        const auto equals = part.find('=');
        const auto kind = part.substr(0, equals);
        const auto value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
        if (equal_ignoring_case(kind, "GUID")) {
            name.guid = Guid::parse(value);
        } else if (equal_ignoring_case(kind, "SID")) {
            name.sid = Sid::parse(value);
        }
        text.remove_prefix(end + 2);
    }
    name.dn = text;
    return name;
}

}  // namespace ae::policy
