#include "service/doctor/attempt_text.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::service {
namespace {

// Farther than any round trip, and shorter than the patience of whoever asks.
constexpr std::chrono::milliseconds kSilence{2500};

}  // namespace

std::string duration_text(std::chrono::milliseconds time) {
    const auto count = time.count();
    if (count < 1000) {
        return std::to_string(count) + " ms";
    }
    return std::to_string(count / 1000) + '.' + std::to_string(count % 1000 / 100) + " s";
}

std::string cause_of(const Error& error) {
    Error bare = error;
    bare.remedy.clear();
    std::string text = printable(bare.context);
    return text + (text.empty() ? "" : ": ") + describe(bare.code);
}

std::string evidence_of(const Attempt& attempt) {
    const std::string came =
        attempt.problem ? cause_of(*attempt.problem) : printable(attempt.answer);
    return printable(attempt.what) + (came.empty() ? "" : ": " + came) +
           (attempt.problem ? ", after " : ", in ") + duration_text(attempt.took);
}

bool was_silent(const Attempt& attempt) {
    return attempt.problem && (attempt.problem->code == kTimeout || attempt.took >= kSilence);
}

}  // namespace ae::service
