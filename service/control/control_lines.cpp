#include "service/control/control_lines.h"

#include "service/capture/json_depth.h"
#include "service/control/control_protocol.h"

namespace ae::service {
namespace {

constexpr std::size_t kDeepest = 16;  // ours are flat; later ones may not be

}  // namespace

Result<Json> object_of(std::string_view line, std::size_t largest) {
    if (line.size() > largest) {
        return fail(kInvalidData, "it is larger than " + std::to_string(largest) + " octets");
    }
    // To the JSON library a NUL is the end of the text, whatever comes after it.
    if (line.find('\0') != std::string_view::npos) {
        return fail(kInvalidData, "it holds a NUL");
    }
    if (nests_deeper(line, kDeepest)) {
        return fail(kInvalidData, "it nests too deep");
    }
    Result<Json> json = parse_json(line);
    if (json && !json->is_object()) {
        return fail(kInvalidData, "it is no JSON object");
    }
    return json;
}

void expect_version(JsonReader& reader) {
    const auto version = reader.number("version");
    if (!version) {
        reader.blame("version", "is missing");
    } else if (*version != kControlVersion) {
        reader.blame("version", "is " + std::to_string(*version) + ", and only " +
                                    std::to_string(kControlVersion) + " is understood here");
    }
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Json message(std::string_view member, std::string_view kind) {
    return {{"version", kControlVersion}, {member, kind}};
}

}  // namespace ae::service
