#include "engine/asked.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr std::size_t kFewestDigits = 4;
constexpr std::size_t kThumbprintDigits = 40;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Neither a POSIX shell nor PowerShell nor cmd.exe reads these as anything but themselves.
bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-_.:/").find(c) != std::string_view::npos;
}

}  // namespace

std::optional<std::string> thumbprint_of(std::string_view typed) {
    std::string digits;
    std::ranges::copy_if(to_lower(trim(typed)), std::back_inserter(digits),
                         [](char c) { return c != ' ' && c != ':'; });
    const bool one = digits.size() >= kFewestDigits && digits.size() <= kThumbprintDigits &&
                     std::ranges::all_of(digits, is_hex);
    return one ? std::optional(digits) : std::nullopt;
}

std::vector<std::string> thumbprints_like(const std::string& digits,
                                          const std::vector<std::string>& all) {
    std::vector<std::string> found;
    for (const std::string& one : all) {
        if (equal_ignoring_case(std::string_view(one).substr(0, digits.size()), digits) &&
            std::ranges::find(found, one) == found.end()) {
            found.push_back(one);
        }
    }
    return found;
}

Error ambiguous(std::string_view typed, const std::vector<std::string>& candidates) {
    return {kInvalidArgument,
            printable(typed) + " may be any of " + printable(join(candidates, ", ")),
            "Say which one is meant"};
}

std::optional<std::size_t> find_template(const TemplateIndex& index, const std::string& typed) {
    const auto place = index.find_name(typed);
    return place ? place : index.find_oid(typed);
}

bool is_named(const CaRef& ca, std::string_view typed) {
    return equal_ignoring_case(ca.config(), typed) || equal_ignoring_case(ca.name, typed);
}

Result<const EnrollmentService*> find_ca(const std::vector<EnrollmentService>& all,
                                         const std::string& typed, const Suggest& suggest) {
    std::vector<std::string> known;
    std::vector<std::string> candidates;
    const EnrollmentService* found = nullptr;
    for (const EnrollmentService& one : all) {
        const std::string config = one.ref().config();
        known.push_back(config);
        known.push_back(one.name);
        if (!is_named(one.ref(), typed) && !equal_ignoring_case(one.cn, typed)) {
            continue;
        }
        found = found != nullptr ? found : &one;
        if (std::ranges::find(candidates, config) == candidates.end()) {
            candidates.push_back(config);
        }
    }
    if (candidates.size() > 1) {
        return fail(ambiguous(typed, candidates));
    }
    if (found == nullptr) {
        return fail(
            kNotFound,
            "the directory has no CA " + printable(typed) + (suggest ? suggest(typed, known) : ""),
            "Name it as \"aeclient cas\" does: HOST\\NAME, or its name alone");
    }
    return found;
}

// Single quotes hold everything in a POSIX shell and in PowerShell; a name with one of them stands
// in double quotes where nothing in it means anything there.
std::string quoted(std::string_view word) {
    const std::string text = printable(word);
    if (!text.empty() && std::ranges::all_of(text, is_plain)) {
        return text;
    }
    if (text.find('\'') == std::string::npos) {
        return '\'' + text + '\'';
    }
    if (text.find_first_of("\"$`\\!") == std::string::npos) {
        return '"' + text + '"';
    }
    std::string escaped;
    for (const char c : text) {
        escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return '\'' + escaped + '\'';
}

std::string command_line(std::string_view command, Scope scope, std::string_view what) {
    std::string line = "aeclient " + std::string(command);
    line += scope == Scope::user ? " --user" : "";
    return what.empty() ? line : line + ' ' + quoted(what);
}

}  // namespace ae::engine
