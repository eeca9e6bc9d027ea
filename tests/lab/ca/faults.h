// What the CA does wrong on purpose, set at run time by "labca set KEY=VALUE".
//
// Threads: every method may be called from any thread; a call works with one snapshot.
#pragma once

#include "tests/lab/ca/bytes.h"

#include <chrono>
#include <mutex>
#include <optional>

namespace ae::labca {

// How an answer crosses the wire.  For Request and Request2; with on_activation for activation too.
struct WireFaults {
    enum class Silence { none, call, bind };
    bool tiny_fragments = false;                 // one octet of stub per fragment
    bool endless_fragments = false;              // none of them is the last one
    bool replay = false;                         // three fragments, the middle one twice
    bool wrong_call_id = false;                  // of another call
    bool wrong_context_id = false;               // of another presentation context
    bool unsigned_response = false;              // no security trailer
    bool broken_seal = false;                    // one octet changed after sealing
    std::optional<std::uint32_t> frag_length{};  // lies, under the seal
    std::optional<std::uint32_t> auth_length{};
    std::optional<std::uint32_t> pad_length{};
    std::optional<std::uint32_t> alloc_hint{};
    std::optional<std::uint32_t> cut_response{};  // so many octets, then the connection closes
    std::uint32_t tcp_bytes = 0;                  // octets per write, 0: all
    std::chrono::milliseconds drip{0};            // after each write of `tcp_bytes`, or of 1
    Silence silence = Silence::none;              // the call, or all after connect, is not answered
};

enum class ArchivedHash { right, wrong, missing };
// What activation answers: the object, class not registered, access denied, a server that cannot be
// started, or an exporter that is not there.
enum class Dcom { offered, absent, denied, stopped, unreachable };

struct Faults : WireFaults {
    std::optional<std::uint32_t> deny{};          // HRESULT 0, pdwDisposition = the code
    std::optional<std::uint32_t> deny_hresult{};  // the method fails with the code
    std::optional<std::string> message{};         // disposition message of every answer
    std::optional<std::string> cdp{};   // URLs of the CDP extension, blanks between them; or "none"
    std::optional<std::string> ocsp{};  // a URL in the authority information as well
    std::chrono::milliseconds delay{0};  // before a request is looked at
    bool pend = false;                   // every request waits for "labca approve"
    bool issue_other_key = false;        // certificate for a key nobody has
    bool drop_reply = false;             // the request is processed, the connection closed
    bool wrong_template = false;         // certificate of another template
    bool extra_root = false;             // an unknown self-signed root in the bag
    bool no_d2 = false;                  // no ICertRequestD2
    bool not_yet_valid = false;          // notBefore a day ahead
    bool expired = false;                // notAfter a day ago
    bool status_mismatch = false;        // CMC status contradicts pdwDisposition
    bool wrong_hash = false;             // attribute 21.17 is not the leaf's SHA-1
    bool stale_template = false;         // the CA's template copy is one major version older
    bool on_activation = false;          // the wire faults hit activation as well
    bool untrusted_chain = false;        // leaf and bag of a CA of our name below an unknown root
    bool wrong_signer = false;           // the full response is signed by another key than the CA's
    bool no_full_response = false;       // the response blob is empty
    bool no_certificate = false;         // the certificate blob is empty
    std::optional<std::uint32_t> disposition{};     // pdwDisposition, whatever was done
    std::optional<std::uint32_t> bad_status{};      // cMCStatus
    std::optional<std::uint32_t> blob_length{};     // cb and max_count of the certificate blob
    std::optional<std::uint32_t> blob_count{};      // max_count alone
    std::optional<std::uint32_t> message_length{};  // of so many letters
    ArchivedHash archived_hash = ArchivedHash::right;
    Dcom dcom = Dcom::offered;
    bool no_icpr = false;  // ICertPassage is not registered
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
