// Reads JSON objects member by member; the first problem is kept and everything after it reads as
// neutral, so that a caller reads a whole document and asks once.
//
// A problem names its member: "my[0].certificate is no base64".  Unknown members are not looked at.
// Never throws.  One thread at a time.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace ae::service {

using Json = nlohmann::ordered_json;

// Error: kInvalidData with the line where the text stops being JSON.
Result<Json> parse_json(std::string_view text);

enum class Need { optional, required };

template <class Value>
using NamedValue = std::pair<std::string_view, Value>;

class JsonReader {
  public:
    // `json` and `problem` outlive the reader.
    JsonReader(const Json& json, std::string& problem, std::string where = {})
        : json_(&json), problem_(&problem), where_(std::move(where)) {}

    [[nodiscard]] bool has(const char* name) const;  // and is not null

    // A missing member that is needed is a problem; one that is not has the value on the right.
    std::string text(const char* name, Need need = Need::optional);
    std::vector<std::string> texts(const char* name, std::vector<std::string> absent = {});
    bool truth(const char* name, bool absent = false);
    std::optional<std::uint32_t> number(const char* name);
    std::uint64_t long_number(const char* name);
    std::optional<Hresult> code(const char* name);  // "0x80092013"
    Time time(const char* name);                    // needed
    Bytes octets(const char* name);                 // base64, needed
    std::vector<Bytes> octet_strings(const char* name);
    JsonReader object(const char* name);  // missing: one without members
    std::vector<JsonReader> objects(const char* name);

    // The name must be one of the table; missing is the first one.
    template <class Value>
    Value choice(const char* name, std::span<const NamedValue<Value>> table) {
        if (!has(name)) {
            return table.front().second;
        }
        const std::string found = text(name);
        for (const auto& [key, value] : table) {
            if (key == found) {
                return value;
            }
        }
        blame(name, "has an unknown value");
        return table.front().second;
    }

    [[nodiscard]] const Json& json() const { return *json_; }
    void blame(const std::string& name, std::string_view what);

  private:
    // Null, after blaming, when it is there and not of this kind; null also when it is missing.
    const Json* member(const char* name, bool (Json::*is_kind)() const noexcept,
                       std::string_view kind, Need need);

    const Json* json_;
    std::string* problem_;
    std::string where_;
};

template <class Value>
std::string_view name_of(Value value, std::span<const NamedValue<Value>> table) {
    for (const auto& [key, candidate] : table) {
        if (candidate == value) {
            return key;
        }
    }
    return table.front().first;
}

}  // namespace ae::service
