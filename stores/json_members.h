// Reads one JSON object member by member and remembers the first that cannot be used, so that a
// caller may read a whole structure and ask once.  Internal to the store's own files: their JSON is
// written and read by this program.
// Never throws.  Pure; one thread at a time.
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace ae::stores {

using Json = nlohmann::ordered_json;

// The discarded value, which is no object, when the text is not JSON.
Json parse_json(std::string_view text);
// With a final line feed.  Octets that are not UTF-8 become U+FFFD: a name from the directory must
// not make the library throw.
std::string text_of(const Json& json);

enum class Missing { blamed, neutral };

class Members {
  public:
    // `json` and `problem` must outlive the reader; `problem` stays empty as long as all is well.
    Members(const Json& json, Missing missing, std::string& problem);

    std::string text(const char* name);
    std::string later_text(const char* name);               // a member that older files do not have
    std::optional<std::uint32_t> number(const char* name);  // nothing for JSON's null
    Seconds seconds(const char* name);                      // a whole number, may be negative
    Time time(const char* name);
    bool truth(const char* name);
    Members object(const char* name);                // a missing one has no members
    std::vector<Members> objects(const char* name);  // an array; a missing one is empty
    void expect_version(std::uint32_t version);      // of the member "version", never missing

    void blame(const std::string& name);

  private:
    Members(const Json* json, Missing missing, std::string* problem, std::string where);
    const Json* member(const char* name);

    const Json* json_;  // null: missing
    Missing missing_;
    std::string* problem_;
    std::string where_;  // "refusals[2].": stands before a member's name
};

}  // namespace ae::stores
