// The call log: one JSON line per RPC call, with the same twelve keys in each line.
//
// For: tests that assert what really crossed the wire.  A key that does not apply is null.
//   method          RPC method name                  flags           dwFlags of Request/Request2
//   principal       Kerberos name of the caller      attributes      pwszAttributes
//   auth_type       9 SPNEGO, 16 Kerberos            request_format  pkcs10, pkcs7, cmc
//   auth_level      6 = PKT_PRIVACY                  template        cn of the template
//   header_signing  true, false                      request_id      row of the request database
//   archived_key    true: the request holds one
//   disposition     pdwDisposition, or the HRESULT (or fault) with which the call failed
// Threads: write() may be called from any thread.  Never holds requests, keys or tickets.
#pragma once

#include "tests/lab/ca/rpc_association.h"

#include <mutex>
#include <optional>

#include <nlohmann/json_fwd.hpp>

namespace ae::labca {

struct CallRecord {
    std::string method{};
    std::optional<std::uint32_t> flags{};
    std::optional<std::string> attributes{};
    std::optional<std::string> request_format{};
    std::optional<bool> archived_key{};
    std::optional<std::string> template_name{};
    std::optional<std::uint32_t> request_id{};
    std::optional<std::uint32_t> disposition{};
};

std::string call_line(const CallRecord& record, const Caller& caller);

// The code under which a failed call is logged.  Win32 fault codes become HRESULTs: 5 alone would
// read as "under submission".
std::uint32_t hresult_of(const std::exception& error);

class CallLog {
  public:
    explicit CallLog(std::string path) : path_(std::move(path)) {}
    void write(const CallRecord& record, const Caller& caller);

  private:
    std::string path_;
    std::mutex mutex_{};
};

// Refuses a call below packet privacy as a hardened Windows does ([MS-WCCE] 2.1 note 8, KB5004442).
// Anonymous calls pass only where the method says so.
enum class Anonymous { refused, allowed };
void require_privacy(const Caller& caller, Anonymous anonymous);

}  // namespace ae::labca
