// What the CA does wrong on purpose, set at run time by "labca set KEY=VALUE".
//
// Threads: every method may be called from any thread; a call works with one snapshot.
#pragma once

#include "tests/lab/ca/bytes.h"

#include <chrono>
#include <mutex>
#include <optional>

namespace ae::labca {

struct Faults {
    std::optional<std::uint32_t> deny{};          // HRESULT 0, pdwDisposition = the code
    std::optional<std::uint32_t> deny_hresult{};  // the method fails with the code
    std::optional<std::string> message{};         // disposition message of every answer
    std::chrono::milliseconds delay{0};           // before a request is looked at
    bool pend = false;                            // every request waits for "labca approve"
    bool issue_other_key = false;                 // certificate for a key nobody has
    bool drop_reply = false;                      // the request is processed, the connection closed
    bool wrong_template = false;                  // certificate of another template
    bool extra_root = false;                      // an unknown self-signed root in the bag
    bool no_d2 = false;                           // no ICertRequestD2
    bool not_yet_valid = false;                   // notBefore a day ahead
    bool expired = false;                         // notAfter a day ago
    bool status_mismatch = false;                 // CMC status contradicts pdwDisposition
    bool wrong_hash = false;                      // attribute 21.17 is not the leaf's SHA-1
    bool stale_template = false;  // the CA's template copy is one major version older
};

class FaultSwitch {
  public:
    // "key=value", or "off" for all.  Throws std::invalid_argument with a sentence.
    void set(const std::string& assignment);
    Faults now() const;
    std::string describe() const;  // one "key=value" per line, only what is set

  private:
    mutable std::mutex mutex_{};
    Faults faults_{};
};

}  // namespace ae::labca
