#include "policy/url_source.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <chrono>
#include <optional>
#include <utility>

namespace ae::policy {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int kMostRedirects = 3;

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Done check_status(int status, const std::string& url) {
    if (status == 200) {
        return done();
    }
    const auto said = printable(url) + ": the server answers with status " + std::to_string(status);
    switch (status) {
        case 404:
        case 410:
            return fail(kFileNotFound, said, "Publish what the certificate names at its URL");
        case 401:
        case 403:
        case 407:
            return fail(kAccessDenied, said, "Let everybody read what certificates name");
        default:
            return fail(kProtocolError, said, "Look into the log of that server");
    }
}

class FetchingSource final : public engine::UrlSource {
  public:
    explicit FetchingSource(UrlSourceOptions options) : options_(std::move(options)) {}

    Result<Bytes> get(const std::string& url) override {
        return scheme_of(url) == "ldap" ? from_directory(url) : from_web(url);
    }

    Result<Bytes> post(const std::string& url, const std::string& media_type,
                       ByteView content) override {
        if (auto checked = check_http_url(url); !checked) {
            return pass(checked);
        }
        auto answer = options_.exchange({url, media_type, {content.begin(), content.end()}},
                                        {.stop = options_.stop});
        return answer ? content_of(std::move(*answer), url) : pass(answer, printable(url));
    }

  private:
    static Result<Bytes> content_of(HttpAnswer answer, const std::string& url) {
        if (auto checked = check_status(answer.status, url); !checked) {
            return pass(checked);
        }
        return std::move(answer.content);
    }

    Result<Bytes> from_web(const std::string& first) {
        if (auto checked = check_http_url(first); !checked) {
            return pass(checked);
        }
        HttpLimits limits{.stop = options_.stop};
        const auto deadline = Clock::now() + limits.time;
        std::string url = first;
        for (int redirects = 0;; ++redirects) {
            auto answer = options_.exchange({.url = url}, limits);
            if (!answer) {
                return pass(answer, printable(url));
            }
            if (!is_redirect(answer->status) || answer->location.empty()) {
                return content_of(std::move(*answer), url);
            }
            if (redirects == kMostRedirects) {
                return fail(kProtocolError, printable(first) + ": it redirects without end",
                            "Publish what the certificate names at its URL");
            }
            auto next = redirected(url, answer->location);
            if (!next) {
                return pass(next);
            }
            url = std::move(*next);
            limits.time = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
            if (limits.time <= milliseconds{}) {
                return fail(kTimeout, printable(first) + ": its redirects took too long");
            }
        }
    }

    Result<Bytes> from_directory(const std::string& url) {
        const auto parsed = parse_ldap_url(url);
        if (!parsed) {
            return tl::unexpected<Error>(parsed.error());
        }
        if (!options_.look_up) {
            return fail(kNotSupported, printable(url) + ": no directory is there to ask");
        }
        if (directory_failure_) {
            return fail(*directory_failure_);
        }
        auto answer = options_.look_up(*parsed);
        if (!answer) {
            if (answer.error().code == kTimeout || answer.error().code == kServerUnavailable) {
                directory_failure_ = answer.error();
            }
            return pass(answer, printable(url));
        }
        return value_of(*answer, *parsed, url);
    }

    static Result<Bytes> value_of(SearchAnswer& answer, const LdapUrl& wanted,
                                  const std::string& url) {
        const HttpLimits limits;
        for (auto& entry : answer.entries) {
            for (auto& [name, values] : entry.attributes) {
                const auto options_at = std::min(name.find(';'), name.size());
                if (!equal_ignoring_case(name.substr(0, options_at), wanted.attribute)) {
                    continue;
                }
                for (auto& value : values) {
                    // One zero octet stands for "nothing yet" (rule K4).
                    if (value.size() <= 1) {
                        continue;
                    }
                    if (value.size() > limits.octets) {
                        return fail(kInvalidData, printable(url) + ": it is larger than 10 MiB");
                    }
                    return std::move(value);
                }
            }
        }
        if (!answer.complete) {
            return fail(answer.code, printable(url) + ": " + answer.problem);
        }
        return fail(kFileNotFound, printable(url) + ": the directory has no value there",
                    "Publish what the certificate names in the directory");
    }

    UrlSourceOptions options_;
    std::optional<Error> directory_failure_{};
};

}  // namespace

std::unique_ptr<engine::UrlSource> create_url_source(UrlSourceOptions options) {
    return std::make_unique<FetchingSource>(std::move(options));
}

}  // namespace ae::policy
