// A service's answers, or a worker's: what is understood writes as the same, fits its bounds and
// can be shown.
#include "engine/base/bytes.h"
#include "engine/base/text.h"
#include "service/control/control_protocol.h"
#include "service/control/control_session.h"
#include "tests/fuzz/property.h"

#include <string>

namespace {

using namespace ae::service;
using ae::fuzz::must_hold;

void keeps_promises(const ControlAnswer& answer) {
    if (const auto* result = std::get_if<RunResult>(&answer)) {
        must_hold(result->exit_code >= 0 && result->exit_code <= 255, "a process can return it");
        must_hold(result->report.find('\x1b') == std::string::npos, "a report is JSON");
    }
    if (const auto* refused = std::get_if<Refused>(&answer)) {
        must_hold(ae::failed(refused->error.code), "a refusal is no success");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto answer = answer_from_line(ae::as_text({data, size}));
    if (!answer) {
        must_hold(answer.error().context.starts_with("the answer: "), "an error says of what");
        return 0;
    }
    if (!*answer) {
        return 0;
    }
    keeps_promises(**answer);
    const std::string line = line_of(**answer);
    must_hold(line.size() <= kLargestAnswer, "no line is longer than it may be");
    must_hold(line.find('\n') == line.size() - 1, "an answer is one line");
    const auto again = answer_from_line(line);
    must_hold(again && *again && (*again)->index() == (*answer)->index(), "it reads back");
    must_hold(line_of(**again) == line, "the same answer, the same line");

    const ControlAnswer shown = made_printable(**answer);
    const std::string shown_line = line_of(shown);
    must_hold(line_of(made_printable(shown)) == shown_line, "what is printable stays as it is");
    return 0;
}
