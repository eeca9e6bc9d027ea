#include "service/explain/question.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ae::service {
namespace {

constexpr std::uint32_t kLargestWin32 = 0xFFFF;
constexpr std::uint32_t kFromWin32 = 0x80070000;  // [MS-ERREF] 2.1: facility 7

struct Alias {
    std::string_view name;
    EventOrigin origin;
};
constexpr std::array kAliases = {
    Alias{"AE", EventOrigin::autoenrollment},
    Alias{"AutoEnrollment", EventOrigin::autoenrollment},
    Alias{"CSC", EventOrigin::certificate_services_client},
    Alias{"CertificateServicesClient", EventOrigin::certificate_services_client},
    Alias{"CE", EventOrigin::cert_enroll},
    Alias{"CertEnroll", EventOrigin::cert_enroll},
    Alias{"CA", EventOrigin::certification_authority},
    Alias{"CertificationAuthority", EventOrigin::certification_authority},
    Alias{"GP", EventOrigin::group_policy},
    Alias{"GroupPolicy", EventOrigin::group_policy},
};

std::optional<std::uint64_t> number_of(std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value;
}

bool starts_hex(std::string_view text) { return text.starts_with("0x") || text.starts_with("0X"); }

// As administrators copy them, without 0x: 800706BA.  Only what is known: it may be a name.
std::optional<std::uint32_t> bare_code(std::string_view text) {
    constexpr std::size_t kDigits = 8;
    const auto value = text.size() == kDigits ? number_of(text, 16) : std::nullopt;
    const auto bits = static_cast<std::uint32_t>(value.value_or(0));
    return bits != 0 && find_hresult(hresult(bits)) != nullptr ? std::optional(bits) : std::nullopt;
}

// The 32 bits that were written, however.
std::optional<std::uint32_t> bits_of(std::string_view text) {
    constexpr std::uint64_t kAll = 0xFFFFFFFF;
    constexpr std::uint64_t kLowest = 0x80000000;  // of a negative number, without its sign
    if (const auto bare = bare_code(text)) {
        return bare;
    }
    if (text.starts_with('-')) {
        const auto value = number_of(text.substr(1), 10);
        return value && *value != 0 && *value <= kLowest
                   ? std::optional(static_cast<std::uint32_t>(kAll + 1 - *value))
                   : std::nullopt;
    }
    const auto value = starts_hex(text) ? number_of(text.substr(2), 16) : number_of(text, 10);
    return value && *value <= kAll ? std::optional(static_cast<std::uint32_t>(*value))
                                   : std::nullopt;
}

// TEMPLATE_DENIED of CERTSRV_E_TEMPLATE_DENIED: a symbol counts without what stands before its
// name, too.
bool is_symbol(std::string_view symbol, std::string_view typed) {
    if (equal_ignoring_case(symbol, typed)) {
        return true;
    }
    return typed.find('_') != std::string_view::npos && symbol.size() > typed.size() &&
           symbol[symbol.size() - typed.size() - 1] == '_' &&
           equal_ignoring_case(symbol.substr(symbol.size() - typed.size()), typed);
}

std::optional<EventOrigin> origin_named(std::string_view name) {
    if (const auto dash = name.rfind('-'); dash != std::string_view::npos) {
        name.remove_prefix(dash + 1);
    }
    const auto* at = std::ranges::find_if(
        kAliases, [&](const Alias& one) { return equal_ignoring_case(one.name, name); });
    return at == kAliases.end() ? std::nullopt : std::optional(at->origin);
}

// "CertEnroll 13", "event 13", "13".
struct Written {
    std::optional<std::uint64_t> number{};
    std::optional<EventOrigin> origin{};
    bool anywhere = false;  // no source is named
};
Written written_event(std::string_view text) {
    text = trim(text);
    const auto at = text.find_last_of(" \t/:");
    const bool alone = at == std::string_view::npos;
    const std::string_view name = alone ? std::string_view{} : trim(text.substr(0, at));
    Written written{.number = number_of(alone ? text : text.substr(at + 1), 10)};
    written.anywhere =
        name.empty() || equal_ignoring_case(name, "event") || equal_ignoring_case(name, "id");
    written.origin = written.anywhere ? std::nullopt : origin_named(name);
    return written;
}

}  // namespace

std::vector<Hresult> codes_of(std::string_view text) {
    text = trim(text);
    std::vector<Hresult> codes;
    const auto add = [&](std::uint32_t value) {
        const HresultRow* row = find_hresult(hresult(value));
        if (row != nullptr && std::ranges::find(codes, row->code) == codes.end()) {
            codes.push_back(row->code);
        }
    };
    if (const auto bits = bits_of(text)) {
        add(*bits);
        if (*bits != 0 && *bits <= kLargestWin32) {
            add(kFromWin32 | *bits);
        }
        return codes;
    }
    for (const HresultRow& row : hresult_rows()) {
        if (is_symbol(row.symbol, text)) {
            codes.push_back(row.code);
        }
    }
    return codes;
}

std::vector<const EventKnowledge*> events_of(std::string_view text) {
    const Written written = written_event(text);
    std::vector<const EventKnowledge*> found;
    if (!written.number || (!written.anywhere && !written.origin)) {
        return found;
    }
    for (const EventKnowledge& one : event_knowledge()) {
        if (one.number == *written.number && (written.anywhere || one.origin == *written.origin)) {
            found.push_back(&one);
        }
    }
    return found;
}

bool is_written_as_event(std::string_view text) {
    const Written written = written_event(text);
    return written.number && written.origin;
}

bool is_written_as_code(std::string_view text) {
    text = trim(text);
    return starts_hex(text) || text.starts_with('-') || bits_of(text).value_or(0) > kLargestWin32;
}

std::string unknown_code_text(std::string_view text) {
    const auto bits = bits_of(trim(text));
    if (!bits) {
        return printable(trim(text)) + " is no number of 32 bits";
    }
    std::string said = to_hex(hresult(*bits)) + " is no code that this client knows";
    // [MS-ERREF] 2.1: severity, customer, facility (11 bits from 16), code.
    constexpr std::uint32_t kFacilityMask = 0x7FF;
    if (*bits > kLargestWin32) {
        said += " (" + std::string(failed(hresult(*bits)) ? "a failure" : "a success") +
                " of facility " + std::to_string((*bits >> 16U) & kFacilityMask) + ", number " +
                std::to_string(*bits & kLargestWin32) + ")";
    }
    return said;
}

std::vector<std::string> symbols() {
    std::vector<std::string> names;
    for (const HresultRow& row : hresult_rows()) {
        names.emplace_back(row.symbol);
    }
    return names;
}

}  // namespace ae::service
