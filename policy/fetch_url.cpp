#include "policy/fetch_url.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace ae::policy {
namespace {

// [MS-WCCE] 2.2.2.11.2 to 2.2.2.11.4 and RFC 4523 2: where lists and certificates are published.
constexpr std::array<std::string_view, 5> kPublished{
    "certificateRevocationList", "authorityRevocationList", "deltaRevocationList", "cACertificate",
    "crossCertificatePair"};
constexpr std::string_view kBinary = ";binary";  // RFC 4522; the octets are the same without
constexpr std::string_view kAnyObject = "(objectClass=*)";
constexpr std::size_t kMostParentheses = 16;

tl::unexpected<Error> refuse(Hresult code, std::string_view url, std::string_view why) {
    return fail(code, "the URL " + printable(url.substr(0, 200)) + " " + std::string(why),
                "Correct the URL in the settings of the certification authority");
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_octet(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at];
            continue;
        }
        const auto octet = from_hex(text.substr(at + 1, 2));
        if (!octet || octet->size() != 1 || octet->front() == 0) {
            return std::nullopt;
        }
        plain += static_cast<char>(octet->front());
        at += 2;
    }
    return is_utf8(plain) ? std::optional(plain) : std::nullopt;
}

// What stands behind "scheme://" up to the path.
std::string_view authority_of(std::string_view url) {
    const auto begin = url.find("://");
    const std::string_view rest = url.substr(begin + 3);
    return rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
}

// RFC 3986 5.2.4, on an absolute path without a query.
std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    const auto parts = split(path.substr(1), '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        if (parts[i] == "..") {
            if (!kept.empty()) {
                kept.pop_back();
            }
        } else if (parts[i] != ".") {
            kept.push_back(parts[i]);
            continue;
        }
        if (last) {
            kept.emplace_back();
        }
    }
    std::string clean;
    for (const auto part : kept) {
        clean += '/';
        clean += part;
    }
    return clean.empty() ? "/" : clean;
}

// A simple filter without parentheses, as Microsoft's authorities write it, gets them.
std::optional<std::string> filter_of(std::string_view text) {
    if (text.empty()) {
        return std::string(kAnyObject);
    }
    if (static_cast<std::size_t>(std::ranges::count(text, '(')) > kMostParentheses) {
        return std::nullopt;
    }
    std::string filter(text);
    return filter.front() == '(' ? filter : "(" + filter + ")";
}

}  // namespace

std::string scheme_of(std::string_view url) {
    const auto end = std::ranges::find_if_not(url, is_scheme_octet);
    if (end == url.end() || *end != ':' || url.empty() || !is_letter(url.front())) {
        return {};
    }
    return to_lower(std::string_view(url.begin(), end));
}

Done check_http_url(std::string_view url) {
    if (url.size() > kLongestUrl) {
        return refuse(kInvalidData, url, "is too long");
    }
    const std::string scheme = scheme_of(url);
    if (scheme != "http" && scheme != "https") {
        return refuse(kNotSupported, url, "has a scheme that is not fetched from");
    }
    const auto is_plain = [](char c) { return c > ' ' && c < '\x7F'; };
    if (!url.substr(scheme.size()).starts_with("://") || !std::ranges::all_of(url, is_plain) ||
        url.find_first_of("\\\"<>") != std::string_view::npos) {
        return refuse(kInvalidData, url, "is malformed");
    }
    const std::string_view authority = authority_of(url);
    if (authority.empty() || authority.front() == ':') {
        return refuse(kInvalidData, url, "names no host");
    }
    if (authority.find('@') != std::string_view::npos) {
        return refuse(kNotSupported, url, "names a user, and none may be sent");
    }
    return done();
}

Result<std::string> redirected(std::string_view url, std::string_view location) {
    const std::string scheme = scheme_of(url);
    location = location.substr(0, std::min(location.find('#'), location.size()));
    std::string target;
    if (const std::string other = scheme_of(location); !other.empty()) {
        if (other != scheme) {
            return refuse(kNotSupported, url,
                          "redirects to another scheme, " + printable(location.substr(0, 200)));
        }
        target = location;
    } else if (location.starts_with("//")) {
        target = scheme + ":" + std::string(location);
    } else {
        const std::string_view authority = authority_of(url);
        const std::string origin = scheme + "://" + std::string(authority);
        std::string_view old = url.substr(origin.size());
        old = old.substr(0, std::min(old.find_first_of("?#"), old.size()));
        const auto query_at = std::min(location.find('?'), location.size());
        const std::string_view path = location.substr(0, query_at);
        const std::string folder(old.substr(0, old.rfind('/') + 1));
        std::string whole = path.empty()          ? std::string(old)
                            : path.front() == '/' ? std::string(path)
                            : folder.empty()      ? "/" + std::string(path)
                                                  : folder + std::string(path);
        target = origin + without_dots(whole.empty() ? "/" : whole) +
                 std::string(location.substr(query_at));
    }
    if (Done checked = check_http_url(target); !checked) {
        return pass(checked, "a redirect from " + printable(url.substr(0, 200)));
    }
    return target;
}

Result<LdapUrl> parse_ldap_url(std::string_view url) {
    constexpr std::string_view kScheme = "ldap://";
    if (url.size() > kLongestUrl) {
        return refuse(kInvalidData, url, "is too long");
    }
    if (!to_lower(url.substr(0, kScheme.size())).starts_with(kScheme)) {
        return refuse(kInvalidData, url, "is malformed");
    }
    const auto slash = url.find('/', kScheme.size());
    if (slash == std::string_view::npos) {
        return refuse(kInvalidData, url, "names no directory entry");
    }
    // RFC 4516 2: dn ? attributes ? scope ? filter ? extensions, each of which may be missing.
    std::array<std::string, 5> parts;
    const auto found = split(url.substr(slash + 1), '?');
    if (found.size() > parts.size()) {
        return refuse(kInvalidData, url, "has too many parts");
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto plain = unescaped(found[i]);
        if (!plain) {
            return refuse(kInvalidData, url, "has a wrong escape sequence");
        }
        parts[i] = std::move(*plain);
    }
    std::string& dn = parts[0];
    std::string& attribute = parts[1];
    const std::string& scope = parts[2];
    const std::string& filter = parts[3];
    const std::string& extensions = parts[4];
    if (dn.empty()) {
        return refuse(kInvalidData, url, "names no directory entry");
    }
    if (to_lower(attribute).ends_with(kBinary)) {
        attribute.resize(attribute.size() - kBinary.size());
    }
    if (std::ranges::none_of(kPublished,
                             [&](auto name) { return equal_ignoring_case(name, attribute); })) {
        return refuse(kNotSupported, url, "asks for something that is no published list");
    }
    if (!scope.empty() && !equal_ignoring_case(scope, "base")) {
        return refuse(kNotSupported, url, "asks for more than one directory entry");
    }
    if (extensions.starts_with('!')) {
        return refuse(kNotSupported, url, "demands an extension");  // RFC 4516 2.1
    }
    auto whole = filter_of(filter);
    if (!whole) {
        return refuse(kInvalidData, url, "has a filter that is too deep");
    }
    return LdapUrl{std::move(dn), std::move(attribute), std::move(*whole)};
}

}  // namespace ae::policy
