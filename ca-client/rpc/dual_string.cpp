#include "ca-client/rpc/dual_string.h"

#include "ca-client/rpc/interfaces.h"
#include "engine/base/text.h"

#include <algorithm>
#include <charconv>

namespace ae::ca {
namespace {

constexpr std::size_t kMaxEntries = 64;
constexpr std::size_t kMaxText = 512;  // UTF-16 units

// UTF-16 units up to the NUL, which is consumed.
std::string terminated_text(NdrReader& in, LittleEndianReader& units) {
    Bytes text;
    while (in.ok()) {
        const std::uint16_t unit = units.u16();
        if (!in.require(units.ok(), "a binding has no end")) {
            break;
        }
        if (unit == 0) {
            return utf8_from_utf16le(text).value_or("");
        }
        text.push_back(static_cast<std::uint8_t>(unit));
        text.push_back(static_cast<std::uint8_t>(unit >> 8));
        in.require(text.size() <= 2 * kMaxText, "a binding is longer than 512 characters");
    }
    return {};
}

std::vector<StringBinding> read_strings(NdrReader& in, ByteView part) {
    std::vector<StringBinding> bindings;
    LittleEndianReader units(part);
    while (in.ok()) {
        StringBinding binding;
        binding.tower = units.u16();
        if (!in.require(units.ok(), "the string bindings have no end") || binding.tower == 0) {
            break;
        }
        binding.address = terminated_text(in, units);
        bindings.push_back(std::move(binding));
        in.require(bindings.size() <= kMaxEntries, "there are more than 64 string bindings");
    }
    return bindings;
}

std::vector<SecurityBinding> read_security(NdrReader& in, ByteView part) {
    std::vector<SecurityBinding> bindings;
    LittleEndianReader units(part);
    while (in.ok()) {
        SecurityBinding binding;
        binding.service = units.u16();
        if (!in.require(units.ok(), "the security bindings have no end") || binding.service == 0) {
            break;
        }
        units.u16();  // reserved, 0xffff
        binding.principal = terminated_text(in, units);
        bindings.push_back(std::move(binding));
        in.require(bindings.size() <= kMaxEntries, "there are more than 64 security bindings");
    }
    return bindings;
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
}

}  // namespace

DualStringArray read_dual_strings(NdrReader& in) {
    const std::size_t entries = in.u16();
    const std::size_t security_at = in.u16();
    in.require(security_at <= entries, "the security bindings begin behind the end");
    const ByteView units = in.octets(entries * 2);
    DualStringArray bindings;
    if (in.ok()) {
        bindings.strings = read_strings(in, units.first(security_at * 2));
        bindings.security = read_security(in, units.subspan(security_at * 2));
    }
    return bindings;
}

DualStringArray read_conformant_dual_strings(NdrReader& in) {
    const std::uint32_t max_count = in.u32();
    // Looked at again below as wNumEntries: both must be the same.
    NdrReader ahead = in;
    in.require(ahead.u16() == max_count, "max_count differs from wNumEntries");
    return read_dual_strings(in);
}

std::optional<Endpoint> parse_endpoint(std::string_view address) {
    const std::size_t bracket = address.find('[');
    if (bracket == std::string_view::npos || bracket == 0 || address.back() != ']') {
        return std::nullopt;
    }
    const std::string_view host = address.substr(0, bracket);
    const std::string_view digits = address.substr(bracket + 1, address.size() - bracket - 2);
    if (!std::ranges::all_of(host, is_host_character)) {
        return std::nullopt;
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
        return std::nullopt;
    }
    return Endpoint{std::string(host), port};
}

std::vector<Endpoint> tcp_endpoints(const DualStringArray& bindings, std::string_view host,
                                    std::string_view connected_address) {
    std::vector<Endpoint> endpoints;
    for (const StringBinding& binding : bindings.strings) {
        if (binding.tower != kTowerTcp) {
            continue;
        }
        if (auto endpoint = parse_endpoint(binding.address)) {
            endpoints.push_back(std::move(*endpoint));
        }
    }
    const std::string_view first_label = host.substr(0, host.find('.'));
    std::stable_partition(endpoints.begin(), endpoints.end(), [&](const Endpoint& endpoint) {
        return equal_ignoring_case(endpoint.host, host) ||
               equal_ignoring_case(endpoint.host, first_label) ||
               equal_ignoring_case(endpoint.host, connected_address);
    });
    return endpoints;
}

}  // namespace ae::ca
