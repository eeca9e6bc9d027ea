// What of libcurl is not the same in every release since 7.61: the only place that looks at its
// version.  Internal to http_fetch_curl.cpp.
//
// false: the library refused; nothing throws.  wait_for_answer() blocks for `longest` and 10 ms at
// most.  Any thread, one at a time for each handle.
// Source: the "AVAILABILITY" sections of libcurl's manual pages.
#pragma once

#include <chrono>
#include <thread>

#include <curl/curl.h>

namespace ae::policy {

// Nothing but http: and https: whatever a URL or a server says.
inline bool allow_http_alone(CURL* easy) {
#if LIBCURL_VERSION_NUM >= 0x075500  // 7.85
    return ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
#else
    return ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                              static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS)) == CURLE_OK;
#endif
}

// A name server that does not answer must not hold the end of an exchange.  Older releases cannot
// be told: there it holds it for as long as the resolver tries (resolv.conf: timeout, attempts).
inline bool leave_resolver_behind([[maybe_unused]] CURL* easy) {
#if LIBCURL_VERSION_NUM >= 0x075700  // 7.87
    return ::curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#else
    return true;
#endif
}

// Until something came, or the library has something to do.
inline bool wait_for_answer(CURLM* multi, std::chrono::milliseconds longest) {
    const int time = static_cast<int>(longest.count());
#if LIBCURL_VERSION_NUM >= 0x074200  // 7.66
    return ::curl_multi_poll(multi, nullptr, 0, time, nullptr) == CURLM_OK;
#else
    int ready = 0;
    if (::curl_multi_wait(multi, nullptr, 0, time, &ready) != CURLM_OK) {
        return false;
    }
    if (ready == 0) {
        // It comes back at once while there is no connection yet: a name is still looked up.
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
#endif
}

}  // namespace ae::policy
