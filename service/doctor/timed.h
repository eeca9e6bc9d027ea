// One thing that is tried, with its time.  Any thread.
#pragma once

#include "service/probed_ca.h"

#include <chrono>
#include <string>
#include <utility>

namespace ae::service {

// `work` gives what came of it, in words: Result<std::string>.
template <class Work>
Attempt timed(std::string what, const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    Result<std::string> answer = work();
    Attempt tried{.what = std::move(what),
                  .took = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now() - begun)};
    if (answer) {
        tried.answer = std::move(*answer);
    } else {
        tried.problem = std::move(answer.error());
    }
    return tried;
}

}  // namespace ae::service
