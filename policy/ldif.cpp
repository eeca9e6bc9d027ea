#include "policy/ldif.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ae::policy {
namespace {

constexpr std::size_t kLineOctets = 76;
constexpr std::size_t kMaxLdifRecords = 100000;
constexpr std::string_view kBinaryOption = ";binary";

tl::unexpected<Error> fail_at(std::size_t line, const std::string& what) {
    return fail(kInvalidData, "line " + std::to_string(line) + ": " + what);
}

// One line as it was before it was folded.
struct Line {
    std::string text{};
    std::size_t number = 0;
};

// RFC 2849 note 2: a line that begins with a blank goes on with the one before.  Comments are
// folded too, so they go only after that.
class LineReader {
  public:
    explicit LineReader(std::string_view text) : rest_(text) {}

    // Nothing at the end.
    Result<std::optional<Line>> next() {
        while (!rest_.empty()) {
            Line line{std::string(take()), number_};
            if (line.text.starts_with(' ')) {
                return fail_at(number_, "it begins with a blank, but no line stands before it");
            }
            while (!line.text.empty() && rest_.starts_with(' ')) {
                line.text += take().substr(1);
            }
            if (!line.text.starts_with('#')) {
                return std::optional(std::move(line));
            }
        }
        return std::optional<Line>{};
    }

  private:
    std::string_view take() {
        const auto end = rest_.find('\n');
        auto line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        return line;
    }

    std::string_view rest_;
    std::size_t number_ = 0;
};

// RFC 4512 2.5, and "=" for the range option of [MS-ADTS] 3.1.1.3.1.3.3.
bool is_attribute_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == ';' || c == '=';
    });
}

struct Field {
    std::string name{};
    Bytes value{};
};

Result<Field> parse_field(const Line& line) {
    const std::string_view text = line.text;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || !is_attribute_name(text.substr(0, colon))) {
        return fail_at(line.number, "it is not of the form \"attribute: value\"");
    }
    Field field{std::string(text.substr(0, colon)), {}};
    if (field.name.size() > kBinaryOption.size() &&
        equal_ignoring_case(
            std::string_view(field.name).substr(field.name.size() - kBinaryOption.size()),
            kBinaryOption)) {
        field.name.resize(field.name.size() - kBinaryOption.size());
    }
    auto rest = text.substr(colon + 1);
    if (rest.starts_with('<')) {
        return fail_at(line.number, "the value of " + field.name + " is a URL; no file is read");
    }
    const bool is_base64 = rest.starts_with(':');
    rest.remove_prefix(is_base64 ? 1 : 0);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (is_base64) {
        auto value = from_base64(rest);
        if (!value) {
            return fail_at(line.number, "the value of " + field.name + " is no base64");
        }
        field.value = std::move(*value);
        return field;
    }
    if (!is_utf8(rest) || rest.find('\0') != std::string_view::npos) {
        return fail_at(line.number, "the value of " + field.name +
                                        " is no UTF-8 text; it must be written in base64");
    }
    const auto octets = as_bytes(rest);
    field.value.assign(octets.begin(), octets.end());
    return field;
}

class Parser {
  public:
    Result<std::vector<LdifRecord>> run(LineReader lines) {
        bool is_first = true;
        for (;;) {
            auto next = lines.next();
            if (!next) {
                return pass(next);
            }
            if (!*next) {
                return std::move(records_);
            }
            const auto& line = **next;
            if (line.text.empty()) {
                is_inside_ = false;
                continue;
            }
            auto field = parse_field(line);
            if (!field) {
                return pass(field);
            }
            const bool is_version =
                std::exchange(is_first, false) && equal_ignoring_case(field->name, "version");
            if (auto taken = is_version ? version(*field, line.number)
                                        : take(std::move(*field), line.number);
                !taken) {
                return pass(taken);
            }
        }
    }

  private:
    static Done version(const Field& field, std::size_t line) {
        return as_text(field.value) == "1" ? done() : fail_at(line, "only LDIF version 1 is known");
    }

    Done take(Field field, std::size_t line) {
        const bool is_dn = equal_ignoring_case(field.name, "dn");
        if (is_dn != !is_inside_) {
            return fail_at(line, is_dn ? "a second dn in one record; an empty line is missing"
                                       : "a record must begin with \"dn:\"");
        }
        if (is_dn) {
            if (!is_utf8(as_text(field.value))) {
                return fail_at(line, "the dn is no UTF-8 text");
            }
            if (records_.size() == kMaxLdifRecords) {
                return fail_at(line, "these are more than 100000 records");
            }
            records_.push_back({{std::string(as_text(field.value)), {}}, line});
            is_inside_ = true;
            return done();
        }
        if (equal_ignoring_case(field.name, "changetype") ||
            equal_ignoring_case(field.name, "control")) {
            return fail_at(line, "this is a change record; only entries can be read");
        }
        records_.back().entry.attributes[std::move(field.name)].push_back(std::move(field.value));
        return done();
    }

    std::vector<LdifRecord> records_;
    bool is_inside_ = false;
};

// RFC 2849 SAFE-STRING without its blank at the end (note 8), and without control characters.
bool is_safe(std::string_view value) {
    if (value.empty()) {
        return true;
    }
    const char first = value.front();
    return first != ' ' && first != ':' && first != '<' && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

void add_line(std::string& text, std::string_view name, ByteView value) {
    std::string line(name);
    if (value.empty()) {
        line += ':';
    } else if (is_safe(as_text(value))) {
        line += ": ";
        line += as_text(value);
    } else {
        line += ":: " + to_base64(value);
    }
    std::string_view rest = line;
    std::size_t room = kLineOctets;
    for (; rest.size() > room; room = kLineOctets - 1) {
        text += rest.substr(0, room);
        text += "\n ";
        rest.remove_prefix(room);
    }
    text += rest;
    text += '\n';
}

}  // namespace

Result<std::vector<LdifRecord>> parse_ldif(std::string_view text) {
    if (text.size() > kMaxLdifOctets) {
        return fail(kInvalidData, "the text is larger than 64 MiB");
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    return Parser().run(LineReader(text));
}

std::string write_ldif(const std::vector<LdapEntry>& entries) {
    std::string text = "version: 1\n";
    for (const auto& entry : entries) {
        text += '\n';
        add_line(text, "dn", as_bytes(entry.dn));
        for (const auto& [name, values] : entry.attributes) {
            for (const auto& value : values) {
                add_line(text, name, value);
            }
        }
    }
    return text;
}

}  // namespace ae::policy
