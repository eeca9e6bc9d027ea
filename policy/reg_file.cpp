#include "policy/reg_file.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace ae::policy {
namespace {

constexpr std::uint32_t kTypeString = 1;
constexpr std::uint32_t kTypeBinary = 3;
constexpr std::uint32_t kTypeDword = 4;
constexpr std::string_view kHeader = "Windows Registry Editor Version 5.00";
constexpr std::array<std::string_view, 5> kHives = {"HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER",
                                                    "HKEY_CLASSES_ROOT", "HKEY_USERS",
                                                    "HKEY_CURRENT_CONFIG"};

tl::unexpected<Error> fail_at(std::size_t line, const std::string& what) {
    return fail(kInvalidData, "line " + std::to_string(line) + ": " + what);
}

Result<std::string> decode(ByteView octets) {
    if (octets.size() > kMaxRegFileOctets) {
        return fail(kInvalidData, "the file is larger than 1 MiB");
    }
    std::string text;
    if (octets.size() >= 2 && octets[0] == 0xFF && octets[1] == 0xFE) {
        auto converted = utf8_from_utf16le(octets.subspan(2));
        if (!converted) {
            return fail(kInvalidData, "the UTF-16 text ends in the middle of a character");
        }
        text = std::move(*converted);
    } else {
        const bool has_mark =
            octets.size() >= 3 && octets[0] == 0xEF && octets[1] == 0xBB && octets[2] == 0xBF;
        text = as_text(has_mark ? octets.subspan(3) : octets);
    }
    if (!is_utf8(text)) {
        return fail(kInvalidData, "the file is neither UTF-16 with a byte order mark nor UTF-8");
    }
    if (text.find('\0') != std::string::npos) {
        return fail(kInvalidData, "the file holds a NUL character");
    }
    return text;
}

bool nothing_but_comment(std::string_view text) {
    const auto rest = trim(text);
    return rest.empty() || rest.front() == ';';
}

template <class Number>
bool parse_hex(std::string_view text, Number& value) {
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value, 16);
    return error == std::errc{} && at == end;
}

// Takes a quoted string from the front of `rest`; backslash escapes itself and the quote.
std::optional<std::string> take_quoted(std::string_view& rest) {
    if (rest.empty() || rest.front() != '"') {
        return std::nullopt;
    }
    std::string value;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return value;
        }
        if (rest[i] == '\\') {
            ++i;
            if (i == rest.size() || (rest[i] != '\\' && rest[i] != '"')) {
                return std::nullopt;
            }
        }
        value += rest[i];
    }
    return std::nullopt;
}

RegData typed(std::uint32_t type, Bytes octets) {
    if (type == kTypeDword && octets.size() == 4) {
        return LittleEndianReader(octets).u32();
    }
    if (type == kTypeString) {
        if (auto text = utf8_from_utf16le(octets)) {
            if (!text->empty() && text->back() == '\0') {
                text->pop_back();
            }
            return std::move(*text);
        }
    }
    return OtherRegData{type, std::move(octets)};
}

class Parser {
  public:
    explicit Parser(std::string_view text) : rest_(text) {}

    Result<std::vector<RegOperation>> run() {
        if (!next_line() || trim(line_) != kHeader) {
            return fail_at(1, "the file does not begin with \"" + std::string(kHeader) + "\"");
        }
        while (next_line()) {
            const auto content = trim(line_);
            if (nothing_but_comment(content)) {
                continue;
            }
            auto step = content.front() == '[' ? key_line(content) : value_line(content);
            if (!step) {
                return pass(step);
            }
        }
        return std::move(operations_);
    }

  private:
    bool next_line() {
        if (rest_.empty()) {
            return false;
        }
        const auto end = rest_.find('\n');
        line_ = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
        return true;
    }

    Done key_line(std::string_view content) {
        const auto close = content.rfind(']');
        if (close == std::string_view::npos || !nothing_but_comment(content.substr(close + 1))) {
            return fail_at(number_, "the key has no closing bracket");
        }
        auto path = content.substr(1, close - 1);
        const bool deletes = !path.empty() && path.front() == '-';
        if (deletes) {
            path.remove_prefix(1);
        }
        const auto hive = path.substr(0, path.find('\\'));
        bool known = false;
        for (const auto name : kHives) {
            known = known || equal_ignoring_case(name, hive);
        }
        if (!known) {
            return fail_at(number_, "\"" + printable(hive) +
                                        "\" is no hive; write HKEY_LOCAL_MACHINE or "
                                        "HKEY_CURRENT_USER in full");
        }
        key_ = deletes ? std::string{} : std::string(path);
        operations_.push_back({deletes ? RegAction::delete_key : RegAction::open_key,
                               std::string(path),
                               {},
                               {},
                               number_});
        return done();
    }

    Done value_line(std::string_view content) {
        const auto line = number_;
        if (key_.empty()) {
            return fail_at(line, "a value stands outside of a key");
        }
        RegOperation step{RegAction::set_value, key_, {}, {}, line};
        if (content.front() == '@') {
            content.remove_prefix(1);
        } else if (auto name = take_quoted(content)) {
            step.name = std::move(*name);
        } else {
            return fail_at(line, "neither a key, nor a \"name\"=value, nor a comment");
        }
        content = trim(content);
        if (content.empty() || content.front() != '=') {
            return fail_at(line, "\"=\" is missing after the value's name");
        }
        content = trim(content.substr(1));
        if (!content.empty() && content.front() == '-' && nothing_but_comment(content.substr(1))) {
            step.action = RegAction::delete_value;
        } else {
            auto data = value_data(content);
            if (!data) {
                return pass(data);
            }
            step.data = std::move(*data);
        }
        operations_.push_back(std::move(step));
        return done();
    }

    Result<RegData> value_data(std::string_view content) {
        if (content.starts_with('"')) {
            auto text = take_quoted(content);
            if (!text || !nothing_but_comment(content)) {
                return fail_at(number_, "the string is not closed, or text follows it");
            }
            return RegData(std::move(*text));
        }
        const auto colon = content.find(':');
        const auto kind = to_lower(content.substr(0, colon));
        if (colon == std::string_view::npos) {
            return fail_at(number_, "unknown value type \"" + printable(content) + "\"");
        }
        content.remove_prefix(colon + 1);
        if (kind == "dword") {
            std::uint32_t value = 0;
            const auto digits = trim(content.substr(0, content.find(';')));
            if (digits.size() > 8 || !parse_hex(digits, value)) {
                return fail_at(number_, "dword needs one to eight hexadecimal digits");
            }
            return RegData(value);
        }
        std::uint32_t type = kTypeBinary;
        const bool typed_hex = kind.starts_with("hex(") && kind.ends_with(')') &&
                               parse_hex(std::string_view(kind).substr(4, kind.size() - 5), type);
        if (kind != "hex" && !typed_hex) {
            return fail_at(number_, "unknown value type \"" + printable(kind) + "\"");
        }
        auto octets = hex_octets(content);
        if (!octets) {
            return pass(octets);
        }
        return typed(type, std::move(*octets));
    }

    // "00,01,\" goes on in the next line.
    Result<Bytes> hex_octets(std::string_view content) {
        Bytes octets;
        for (;;) {
            auto list = trim(content.substr(0, content.find(';')));
            const bool goes_on = list.ends_with('\\');
            if (goes_on) {
                list = trim(list.substr(0, list.size() - 1));
            }
            if (goes_on && list.ends_with(',')) {
                list.remove_suffix(1);
            }
            for (const auto part : split(list, ',')) {
                const auto digits = trim(part);
                if (digits.empty() && trim(list).empty()) {
                    continue;
                }
                std::uint8_t octet = 0;
                if (digits.empty() || digits.size() > 2 || !parse_hex(digits, octet)) {
                    return fail_at(number_,
                                   "\"" + printable(digits) + "\" is no hexadecimal octet");
                }
                octets.push_back(octet);
            }
            if (!goes_on) {
                return octets;
            }
            if (!next_line()) {
                return fail_at(number_, "the file ends where the value should go on");
            }
            content = line_;
        }
    }

    std::string_view rest_;
    std::string_view line_;
    std::size_t number_ = 0;
    std::string key_;
    std::vector<RegOperation> operations_;
};

}  // namespace

std::string type_name(const RegData& data) {
    if (std::holds_alternative<std::uint32_t>(data)) {
        return "REG_DWORD";
    }
    if (std::holds_alternative<std::string>(data)) {
        return "REG_SZ";
    }
    const auto type = std::get<OtherRegData>(data).type;
    switch (type) {
        case 0:
            return "REG_NONE";
        case 2:
            return "REG_EXPAND_SZ";
        case 3:
            return "REG_BINARY";
        case 4:
            return "REG_DWORD without four octets";
        case 7:
            return "REG_MULTI_SZ";
        case 11:
            return "REG_QWORD";
        default:
            return "registry type " + std::to_string(type);
    }
}

Result<std::vector<RegOperation>> parse_reg_file(ByteView octets) {
    auto text = decode(octets);
    if (!text) {
        return pass(text);
    }
    return Parser(*text).run();
}

}  // namespace ae::policy
