#include "engine/base/hresult_table.h"
#include "engine/base/left_thread.h"
#include "engine/base/win32.h"
#include "policy/http_fetch.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

// After windows.h.
#include <winhttp.h>

namespace ae::policy {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLook{50};  // from one look at the stop token to the next
constexpr milliseconds kSlack{1000};
constexpr DWORD kChunk = 64 * 1024;

struct InternetTraits {
    using value_type = HINTERNET;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type handle) noexcept { ::WinHttpCloseHandle(handle); }
};
using UniqueInternet = UniqueHandle<InternetTraits>;

// One exchange, as its own thread and the one that waits for it share it.  A call of WinHTTP cannot
// be cut short and its limits hold for each step alone, so the one that waits may leave the thread
// behind; that owns what it uses and ends with its next step.
struct Exchange {
    HttpRequest request{};
    Clock::time_point deadline{};
    std::size_t most = 0;

    std::mutex guard{};
    std::condition_variable changed{};
    bool abandoned = false;
    std::optional<Result<HttpAnswer>> answer{};

    bool is_over() {
        const std::lock_guard lock(guard);
        return abandoned || Clock::now() >= deadline;
    }
};

Hresult code_of(DWORD error) {
    switch (error) {
        case ERROR_WINHTTP_TIMEOUT:
            return kTimeout;
        case ERROR_WINHTTP_INVALID_URL:
        case ERROR_WINHTTP_UNRECOGNIZED_SCHEME:
        case ERROR_WINHTTP_HEADER_SIZE_OVERFLOW:
        case ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW:
            return kInvalidData;
        case ERROR_WINHTTP_INVALID_SERVER_RESPONSE:
            return kProtocolError;
        default:
            return kServerUnavailable;
    }
}

tl::unexpected<Error> fail_with(DWORD error, std::string_view doing) {
    return fail(code_of(error),
                "HTTP: " + std::string(doing) + ": error " + std::to_string(error) + " of WinHTTP",
                code_of(error) == kServerUnavailable
                    ? "Check the name, the server and the network between here and there"
                    : "");
}
tl::unexpected<Error> fail_last(std::string_view doing) {
    const DWORD error = ::GetLastError();
    return fail_with(error, doing);
}

struct Target {
    std::wstring host{};
    std::wstring path{};  // with the query
    INTERNET_PORT port = 0;
    bool secure = false;
};

Result<Target> target_of(const std::string& url) {
    const std::wstring text = wide(url);
    URL_COMPONENTS parts{};
    parts.dwStructSize = sizeof(parts);
    parts.dwHostNameLength = parts.dwUrlPathLength = parts.dwExtraInfoLength =
        static_cast<DWORD>(-1);
    if (::WinHttpCrackUrl(text.c_str(), static_cast<DWORD>(text.size()), 0, &parts) == FALSE) {
        return fail_last("read the URL");
    }
    Target target{.host = {parts.lpszHostName, parts.dwHostNameLength},
                  .path = {parts.lpszUrlPath, parts.dwUrlPathLength},
                  .port = parts.nPort,
                  .secure = parts.nScheme == INTERNET_SCHEME_HTTPS};
    const std::wstring extra(parts.lpszExtraInfo, parts.dwExtraInfoLength);
    target.path += extra.substr(0, std::min(extra.find(L'#'), extra.size()));
    return target;
}

std::optional<DWORD> number_header(HINTERNET request, DWORD which) {
    DWORD value = 0;
    DWORD size = sizeof(value);
    const BOOL found =
        ::WinHttpQueryHeaders(request, which | WINHTTP_QUERY_FLAG_NUMBER,
                              WINHTTP_HEADER_NAME_BY_INDEX, &value, &size, WINHTTP_NO_HEADER_INDEX);
    return found != FALSE ? std::optional(value) : std::nullopt;
}

std::string location_of(HINTERNET request) {
    DWORD size = 0;
    ::WinHttpQueryHeaders(request, WINHTTP_QUERY_LOCATION, WINHTTP_HEADER_NAME_BY_INDEX, nullptr,
                          &size, WINHTTP_NO_HEADER_INDEX);
    std::wstring text(size / sizeof(wchar_t), L'\0');
    if (text.empty() ||
        ::WinHttpQueryHeaders(request, WINHTTP_QUERY_LOCATION, WINHTTP_HEADER_NAME_BY_INDEX,
                              text.data(), &size, WINHTTP_NO_HEADER_INDEX) == FALSE) {
        return {};
    }
    text.resize(size / sizeof(wchar_t));
    return narrow(text);
}

Result<Bytes> read_content(HINTERNET request, Exchange& exchange) {
    Bytes content;
    Bytes chunk(kChunk);
    for (;;) {
        if (exchange.is_over()) {
            return fail(kTimeout, "HTTP: the answer does not come to its end in time");
        }
        DWORD ready = 0;
        DWORD count = 0;
        // Asked first: a read would wait until the whole buffer is full.
        if (::WinHttpQueryDataAvailable(request, &ready) == FALSE ||
            (ready != 0 &&
             ::WinHttpReadData(request, chunk.data(), std::min(ready, kChunk), &count) == FALSE)) {
            return fail_last("read the answer");
        }
        if (count == 0) {
            return content;
        }
        if (count > exchange.most - content.size()) {
            return fail(kInvalidData, "the answer is larger than the limit of " +
                                          std::to_string(exchange.most) + " octets");
        }
        content.insert(content.end(), chunk.begin(), chunk.begin() + count);
    }
}

bool set_bounds(HINTERNET request, Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    // Longer than anybody waits, so that an exchange that is late is told as such; WinHTTP has
    // other names for it.
    const int each = static_cast<int>(std::max(left + kSlack, milliseconds(1)).count());
    DWORD off =
        WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_COOKIES | WINHTTP_DISABLE_AUTHENTICATION;
    DWORD nobody = WINHTTP_AUTOLOGON_SECURITY_LEVEL_HIGH;
    DWORD headers = static_cast<DWORD>(each);
    return ::WinHttpSetTimeouts(request, each, each, each, each) != FALSE &&
           // The first octet of an answer has a limit of its own.
           ::WinHttpSetOption(request, WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT, &headers,
                              sizeof(headers)) != FALSE &&
           ::WinHttpSetOption(request, WINHTTP_OPTION_DISABLE_FEATURE, &off, sizeof(off)) !=
               FALSE &&
           ::WinHttpSetOption(request, WINHTTP_OPTION_AUTOLOGON_POLICY, &nobody, sizeof(nobody)) !=
               FALSE;
}

Result<HttpAnswer> carry_out(Exchange& exchange) {
    const auto target = target_of(exchange.request.url);
    if (!target) {
        return tl::unexpected<Error>(target.error());
    }
    const UniqueInternet session(::WinHttpOpen(L"aeclient", WINHTTP_ACCESS_TYPE_DEFAULT_PROXY,
                                               WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS, 0));
    const UniqueInternet connection(
        session ? ::WinHttpConnect(session.get(), target->host.c_str(), target->port, 0) : nullptr);
    const bool posts = !exchange.request.media_type.empty();
    const UniqueInternet request(
        connection
            ? ::WinHttpOpenRequest(connection.get(), posts ? L"POST" : L"GET", target->path.c_str(),
                                   nullptr, WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES,
                                   target->secure ? WINHTTP_FLAG_SECURE : 0)
            : nullptr);
    if (!request || !set_bounds(request.get(), exchange.deadline)) {
        return fail_last("set up the request");
    }
    const std::wstring header =
        posts ? L"Content-Type: " + wide(exchange.request.media_type) : std::wstring();
    const auto size = static_cast<DWORD>(exchange.request.content.size());
    if (::WinHttpSendRequest(request.get(), posts ? header.c_str() : WINHTTP_NO_ADDITIONAL_HEADERS,
                             static_cast<DWORD>(header.size()),
                             posts ? exchange.request.content.data() : WINHTTP_NO_REQUEST_DATA,
                             size, size, 0) == FALSE ||
        ::WinHttpReceiveResponse(request.get(), nullptr) == FALSE) {
        return fail_last("ask the server");
    }
    auto content = read_content(request.get(), exchange);
    if (!content) {
        return pass(content);
    }
    // Not every version minds a connection that ends too early.
    const auto announced = number_header(request.get(), WINHTTP_QUERY_CONTENT_LENGTH);
    if (announced && *announced != content->size()) {
        return fail(kServerUnavailable, "HTTP: the answer ends before its end",
                    "Check the server and the network between here and there");
    }
    const auto status = number_header(request.get(), WINHTTP_QUERY_STATUS_CODE);
    return HttpAnswer{static_cast<int>(status.value_or(0)), location_of(request.get()),
                      std::move(*content)};
}

}  // namespace

Result<HttpAnswer> exchange(const HttpRequest& request, const HttpLimits& limits) {
    auto shared = std::make_shared<Exchange>();
    shared->request = request;
    shared->deadline = Clock::now() + limits.time;
    shared->most = limits.octets;
    std::thread worker;
    try {
        worker = std::thread([shared]() noexcept {
            auto answer = carry_out(*shared);
            const std::lock_guard lock(shared->guard);
            shared->answer = std::move(answer);
            shared->changed.notify_all();
        });
    } catch (const std::system_error&) {
        return fail(kServerUnavailable, "HTTP: no thread can be started",
                    "Look at the load of this machine");
    }
    std::unique_lock lock(shared->guard);
    while (!shared->answer && !limits.stop.stop_requested() && Clock::now() < shared->deadline) {
        shared->changed.wait_until(lock, std::min(shared->deadline, Clock::now() + kLook));
    }
    if (!shared->answer) {
        shared->abandoned = true;
        lock.unlock();
        leave_running(std::move(worker));
        return limits.stop.stop_requested()
                   ? fail(kOperationAborted, "stopped while it waited for an answer")
                   : fail(kTimeout, "HTTP: no whole answer in time");
    }
    auto answer = std::move(*shared->answer);
    lock.unlock();
    worker.join();
    return answer;
}

}  // namespace ae::policy
