// A request is obeyed only when all of it is understood; what was understood writes as the same.
// However its octets come in pieces, the service sees the same line, and holds no more than it may.
#include "engine/base/bytes.h"
#include "engine/base/text.h"
#include "service/control/control_protocol.h"
#include "service/control/control_session.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace ae::service;
using ae::fuzz::must_hold;

enum class End { none, line, too_long };
struct FirstLine {
    End end = End::none;
    std::string line{};
    bool operator==(const FirstLine&) const = default;
};

FirstLine first_line(std::string_view octets, std::size_t piece) {
    LineReader reader(kLargestRequest);
    while (!octets.empty()) {
        reader.add(octets.substr(0, piece));
        octets.remove_prefix(std::min(piece, octets.size()));
        const auto line = reader.next();
        if (!line) {
            return {End::too_long, {}};
        }
        if (*line) {
            return {End::line, **line};
        }
    }
    return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets = ae::as_text({data, size});
    const FirstLine first = first_line(octets, 1024);
    must_hold(first == first_line(octets, 1), "octet by octet is the same line");
    must_hold(first.line.size() <= kLargestRequest, "no line is longer than it may be");

    const auto request = request_from_line(octets);
    if (!request) {
        must_hold(request.error().context.starts_with("the request: "), "a refusal says of what");
        must_hold(!request.error().remedy.empty(), "and what to do");
        must_hold(ae::is_utf8(request.error().context), "in letters");
        return 0;
    }
    must_hold(size <= kLargestRequest, "only a request of the right size is understood");
    const std::string line = line_of(*request);
    const auto again = request_from_line(line);
    must_hold(again && *again == *request, "what was written reads back");
    must_hold(line_of(*again) == line, "the same request, the same line");
    return 0;
}
