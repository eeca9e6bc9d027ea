// A connected socket to a numeric address, for the netlogon ping and for LDAP.  Any thread.
#pragma once

#include "engine/base/result.h"
#include "policy/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace ae::policy {

// `type` is SOCK_DGRAM or SOCK_STREAM.  Waits `limit` at most; the socket blocks afterwards when it
// is a stream.  Errors: kTimeout, kServerUnavailable; the context is a clause: "refused the
// connection".
Result<UniqueFd> connect_socket(const std::string& address, std::uint16_t port, int type,
                                std::chrono::milliseconds limit = std::chrono::seconds(5));

}  // namespace ae::policy
