#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/unique_handle.h"
#include "policy/curl_options.h"
#include "policy/http_fetch.h"

#include <string_view>

#include <curl/curl.h>

namespace ae::policy {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLook{50};  // from one look at the stop token to the next

struct EasyTraits {
    using value_type = CURL*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type easy) noexcept { ::curl_easy_cleanup(easy); }
};
using UniqueEasy = UniqueHandle<EasyTraits>;

struct MultiTraits {
    using value_type = CURLM*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type multi) noexcept { ::curl_multi_cleanup(multi); }
};
using UniqueMulti = UniqueHandle<MultiTraits>;

struct HeadersTraits {
    using value_type = curl_slist*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type list) noexcept { ::curl_slist_free_all(list); }
};
using UniqueHeaders = UniqueHandle<HeadersTraits>;

struct Received {
    Bytes content{};
    std::string location{};
    std::size_t most = 0;
    std::size_t header_octets = 0;
    bool too_large = false;
};

std::size_t on_content(char* data, std::size_t size, std::size_t count, void* context) noexcept {
    auto& received = *static_cast<Received*>(context);
    const std::size_t octets = size * count;
    if (octets > received.most - received.content.size()) {
        received.too_large = true;
        return 0;
    }
    const auto chunk = as_bytes({data, octets});
    received.content.insert(received.content.end(), chunk.begin(), chunk.end());
    return octets;
}

// The headers count as well: a server may send them without end.
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) noexcept {
    constexpr std::size_t kMostHeaderOctets = std::size_t{64} * 1024;
    constexpr std::string_view kLocation = "location:";
    auto& received = *static_cast<Received*>(context);
    const std::string_view line(data, size * count);
    received.header_octets += line.size();
    if (received.header_octets > kMostHeaderOctets) {
        received.too_large = true;
        return 0;
    }
    if (equal_ignoring_case(line.substr(0, kLocation.size()), kLocation)) {
        received.location = trim(line.substr(kLocation.size()));
    }
    return line.size();
}

Hresult code_of(CURLcode code) {
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return kTimeout;
        case CURLE_URL_MALFORMAT:
            return kInvalidData;
        case CURLE_UNSUPPORTED_PROTOCOL:  // what is no HTTP counts as HTTP 0.9
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_HTTP2:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_CHUNK_FAILED:
            return kProtocolError;
        default:
            return kServerUnavailable;
    }
}

tl::unexpected<Error> fail_with(CURLcode code, const Received& received) {
    if (received.too_large) {
        return fail(kInvalidData, "the answer is larger than the limit of " +
                                      std::to_string(received.most) + " octets");
    }
    return fail(code_of(code), std::string("HTTP: ") + ::curl_easy_strerror(code),
                code_of(code) == kServerUnavailable
                    ? "Check the name, the server and the network between here and there"
                    : "");
}

template <class Value>
bool set(CURL* easy, CURLoption option, Value value) {
    return ::curl_easy_setopt(easy, option, value) == CURLE_OK;
}

bool set_up(CURL* easy, const HttpRequest& request, const HttpLimits& limits, Received& received,
            curl_slist* headers) {
    bool ok =
        set(easy, CURLOPT_URL, request.url.c_str()) && allow_http_alone(easy) &&
        set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) && set(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
        set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.time.count())) &&
        set(easy, CURLOPT_NOSIGNAL, 1L) && leave_resolver_behind(easy) &&
        set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
        set(easy, CURLOPT_HTTPHEADER, headers) && set(easy, CURLOPT_WRITEFUNCTION, &on_content) &&
        set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&received)) &&
        set(easy, CURLOPT_HEADERFUNCTION, &on_header) &&
        set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&received));
    if (ok && !request.media_type.empty()) {
        ok = set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.content.size())) &&
             // Nothing at all would make it read from standard input.
             set(easy, CURLOPT_POSTFIELDS,
                 request.content.empty() ? static_cast<const void*>("") : request.content.data());
    }
    return ok;
}

// Keeps the easy handle out of the multi handle once it ends.
class Transfer {
  public:
    Transfer(CURLM* multi, CURL* easy)
        : multi_(multi), easy_(easy), added_(::curl_multi_add_handle(multi, easy) == CURLM_OK) {}
    ~Transfer() {
        if (added_) {
            ::curl_multi_remove_handle(multi_, easy_);
        }
    }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    Transfer(Transfer&&) = delete;
    Transfer& operator=(Transfer&&) = delete;

    Done run(const HttpLimits& limits, const Received& received) {
        const auto deadline = Clock::now() + limits.time;
        int running = added_ ? 1 : 0;
        while (running != 0) {
            if (limits.stop.stop_requested()) {
                return fail(kOperationAborted, "stopped while it waited for an answer");
            }
            // The library's own limit does not end every kind of waiting.
            if (Clock::now() > deadline + kLook) {
                return fail_with(CURLE_OPERATION_TIMEDOUT, received);
            }
            if (::curl_multi_perform(multi_, &running) != CURLM_OK ||
                (running != 0 && !wait_for_answer(multi_, kLook))) {
                break;
            }
        }
        int left = 0;
        const CURLMsg* message = ::curl_multi_info_read(multi_, &left);
        if (message == nullptr || message->msg != CURLMSG_DONE) {
            return fail(kUnexpected, "HTTP: the transfer did not end");
        }
        return message->data.result == CURLE_OK ? done()
                                                : Done(fail_with(message->data.result, received));
    }

  private:
    CURLM* multi_;
    CURL* easy_;
    bool added_;
};

// Not freed: what other libraries of the process use of it must last as long as they do.
bool start_library() {
    static const bool started = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return started;
}

}  // namespace

Result<HttpAnswer> exchange(const HttpRequest& request, const HttpLimits& limits) {
    const UniqueMulti multi(start_library() ? ::curl_multi_init() : nullptr);
    const UniqueEasy easy(multi ? ::curl_easy_init() : nullptr);
    UniqueHeaders headers;
    if (!request.media_type.empty()) {
        headers.reset(
            ::curl_slist_append(nullptr, ("Content-Type: " + request.media_type).c_str()));
    }
    Received received{.most = limits.octets};
    if (!easy || !set_up(easy.get(), request, limits, received, headers.get())) {
        return fail(
            kNotSupported, "HTTP: the library cannot be set up",
            "Install a libcurl with HTTP that is not older than the one this was built with");
    }
    Transfer transfer(multi.get(), easy.get());
    if (Done ended = transfer.run(limits, received); !ended) {
        return pass(ended);
    }
    long status = 0;
    ::curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return HttpAnswer{static_cast<int>(status), std::move(received.location),
                      std::move(received.content)};
}

}  // namespace ae::policy
