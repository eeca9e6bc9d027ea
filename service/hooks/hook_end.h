// How a hook ended, in words, and the last of what it said.  Pure, portable, one thread.
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace ae::service {

// What a hook prints, of which only the end is kept, however much it is.
class LastWords {
  public:
    void add(std::string_view output);
    // "it said: ..." with the last line that is not blank, fit for a log; or that it said nothing.
    [[nodiscard]] std::string text() const;

  private:
    std::string kept_{};
};

// `how`: "exit code 3", "signal 11".
Error hook_failed(std::string_view how, const LastWords& words);
Error hook_too_slow(std::chrono::milliseconds limit, const LastWords& words);
Error hook_stopped();

}  // namespace ae::service
