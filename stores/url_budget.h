// Asks of a UrlSource as long as the time of one run lasts, and every place that did not answer
// just once.  Internal to revocation_checker.h.  One thread at a time.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/url_source.h"
#include "stores/chain_checker.h"

#include <chrono>
#include <map>
#include <string>

namespace ae::stores {

class UrlBudget {
  public:
    explicit UrlBudget(const RevocationSources& sources) : sources_(sources) {}

    Result<Bytes> get(const std::string& url) {
        return ask(url, [&] { return sources_.urls->get(url); });
    }
    Result<Bytes> post(const std::string& url, const std::string& media_type, ByteView content) {
        return ask(url, [&] { return sources_.urls->post(url, media_type, content); });
    }

    // It answers, but that it will not: it is not asked again in this run.
    void silence(const std::string& url, const Error& why) { silent_.emplace(url, why); }

  private:
    template <class Question>
    Result<Bytes> ask(const std::string& url, const Question& question) {
        if (const auto silent = silent_.find(url); silent != silent_.end()) {
            return fail(silent->second);
        }
        if (spent_ >= sources_.budget) {
            return fail(kTimeout, "the time for revocation checks of this run is used up");
        }
        const auto begin = sources_.clock();
        auto answer = question();
        spent_ += sources_.clock() - begin;
        if (!answer) {
            silent_.emplace(url, answer.error());
        }
        return answer;
    }

    const RevocationSources& sources_;
    std::chrono::steady_clock::duration spent_{};
    std::map<std::string, Error> silent_;
};

}  // namespace ae::stores
