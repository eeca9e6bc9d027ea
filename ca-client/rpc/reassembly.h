// Puts the fragments of one reply together and holds a hostile server to the rules: one call, one
// context, first and last in order, bounded in size and number.  Pure; one object per call.
#pragma once

#include "ca-client/rpc/pdu.h"

namespace ae::ca {

inline constexpr std::size_t kMaxReplySize = std::size_t{16} << 20;
inline constexpr std::size_t kMaxReplyFragments = 8192;

class ReplyAssembler {
  public:
    ReplyAssembler(std::uint32_t call_id, std::uint16_t context_id)
        : call_id_(call_id), context_id_(context_id) {}

    // Takes one unsealed fragment in arrival order.  True: the reply is complete.
    Result<bool> add(const PacketHeader& header, const Response& fragment);
    [[nodiscard]] Bytes take() { return std::move(stub_); }

  private:
    std::uint32_t call_id_;
    std::uint16_t context_id_;
    std::size_t count_ = 0;
    Bytes stub_{};
};

}  // namespace ae::ca
