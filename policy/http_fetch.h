// One HTTP exchange: a GET or a POST and its answer, within hard bounds.
//
// No credentials, no cookies, no redirect is followed (url_source.h decides on them), no encoding
// of the content but what the server sends.  A proxy that the administrator set for the process
// (Linux: http_proxy and its like) or the machine (Windows: netsh winhttp) is used.  TLS is checked
// against the system's own authorities; it protects nothing here, for what comes is signed.
// Errors: kTimeout; kOperationAborted, the stop; kServerUnavailable, no connection or a broken one;
// kInvalidData, too large; kProtocolError, no HTTP; kNotSupported, not built in.
// Blocks for `time` at most and 0.1 s after a stop; a libcurl before 7.87 longer while a name
// server does not answer.  Any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

namespace ae::policy {

struct HttpRequest {
    std::string url{};         // checked (fetch_url.h)
    std::string media_type{};  // of `content`; empty: GET
    Bytes content{};
};

struct HttpLimits {
    std::chrono::milliseconds time{5000};
    std::size_t octets = std::size_t{10} * 1024 * 1024;
    std::stop_token stop{};
};

struct HttpAnswer {
    int status = 0;
    std::string location{};  // of a redirect, as the server wrote it
    Bytes content{};
};

Result<HttpAnswer> exchange(const HttpRequest& request, const HttpLimits& limits);

}  // namespace ae::policy
