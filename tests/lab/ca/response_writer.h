// The PDUs of one response, one after the other ([C706] 12.6.4.10, [MS-RPCE] 2.2.2.11).
//
// For: fragments, padding, trailer and seal, and all that WireFaults wants done wrong with them.
// Lies stand in the sealed header: the client cannot blame the network.
// Not for: sockets. Threads: one object belongs to one thread; `security` must outlive it.
#pragma once

#include "tests/lab/ca/faults.h"
#include "tests/lab/ca/rpc_association.h"

namespace ae::labca {

struct ResponseTarget {
    std::uint32_t call_id = 0;
    std::uint16_t context_id = 0;
    std::uint16_t send_limit = kMaxFragment;
    SecurityContext* security = nullptr;  // null: in clear, without a trailer
    SecTrailer auth{};                    // type, level and id
    bool header_signing = false;
};

class ResponseWriter {
  public:
    ResponseWriter(const ResponseTarget& target, Bytes stub, const WireFaults& faults);

    // The next PDU to send; nothing after the last one.
    std::optional<Bytes> next();

  private:
    std::size_t chunk_size() const;
    Bytes fragment(View stub, std::uint8_t flags);

    ResponseTarget target_;
    Bytes stub_;
    WireFaults faults_;
    std::size_t token_ = 0;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    bool done_ = false;
    std::optional<Bytes> again_{};  // sent a second time
};

}  // namespace ae::labca
