#include "service/hooks/hook_end.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::service {
namespace {

constexpr std::size_t kKept = 4096;
constexpr std::size_t kLongestWords = 400;

}  // namespace

void LastWords::add(std::string_view output) {
    kept_.append(output);
    if (kept_.size() > 2 * kKept) {
        kept_.erase(0, kept_.size() - kKept);
    }
}

std::string LastWords::text() const {
    const std::string_view all = trim(kept_);
    const auto line = all.rfind('\n');
    std::string_view last = line == std::string_view::npos ? all : all.substr(line + 1);
    if (last.empty()) {
        return "it said nothing";
    }
    const bool cut = last.size() > kLongestWords;
    if (cut) {
        last.remove_prefix(last.size() - kLongestWords);
    }
    return (cut ? "it said: ..." : "it said: ") + printable(last);
}

Error hook_failed(std::string_view how, const LastWords& words) {
    return {kProcessAborted, std::string("it ended with ").append(how) + "; " + words.text(), {}};
}

Error hook_too_slow(std::chrono::milliseconds limit, const LastWords& words) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit).count();
    return {
        kTimeout,
        "it did not end within " + std::to_string(seconds) + " s and was killed; " + words.text(),
        "A hook must not wait for anybody: let it hand over what takes long, and end"};
}

Error hook_stopped() { return {kOperationAborted, "it was killed because this run is to end", {}}; }

}  // namespace ae::service
