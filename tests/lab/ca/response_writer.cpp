#include "tests/lab/ca/response_writer.h"

#include <algorithm>
#include <utility>

namespace ae::labca {
namespace {

constexpr std::size_t kResponseHeader = 24;
constexpr std::size_t kSealBlock = 16;

std::uint16_t lie_or(const std::optional<std::uint32_t>& lie, std::size_t truth) {
    return static_cast<std::uint16_t>(lie.value_or(static_cast<std::uint32_t>(truth)));
}

}  // namespace

ResponseWriter::ResponseWriter(const ResponseTarget& target, Bytes stub, const WireFaults& faults)
    : target_(target), stub_(std::move(stub)), faults_(faults) {
    if (faults_.unsigned_response) {
        target_.security = nullptr;
    }
    if (target_.security != nullptr) {
        token_ = target_.security->token_size(kSealBlock, target_.header_signing);
    }
}

std::size_t ResponseWriter::chunk_size() const {
    if (faults_.tiny_fragments) {
        return 1;
    }
    const std::size_t overhead =
        kResponseHeader + (target_.security != nullptr ? kTrailerSize + token_ : 0);
    const std::size_t room = (target_.send_limit - overhead) / kSealBlock * kSealBlock;
    // At least three fragments: the middle one is neither first nor last, so only its sequence
    // number tells that it came twice.
    return faults_.replay ? std::clamp<std::size_t>(stub_.size() / 3, 1, room) : room;
}

std::optional<Bytes> ResponseWriter::next() {
    if (again_) {
        return std::exchange(again_, std::nullopt);
    }
    if (done_) {
        return std::nullopt;
    }
    if (faults_.endless_fragments && at_ >= stub_.size()) {
        at_ = 0;
    }
    const std::size_t chunk = std::min(chunk_size(), stub_.size() - at_);
    done_ = at_ + chunk == stub_.size() && !faults_.endless_fragments;
    const auto flags =
        static_cast<std::uint8_t>((count_ == 0 ? kFirstFragment : 0) | (done_ ? kLastFragment : 0));
    Bytes pdu = fragment(View(stub_).subspan(at_, chunk), flags);
    at_ += chunk;
    if (faults_.replay && count_ == 1) {
        again_ = pdu;
    }
    ++count_;
    return pdu;
}

Bytes ResponseWriter::fragment(View stub, std::uint8_t flags) {
    const bool sealed = target_.security != nullptr;
    const std::size_t pad = sealed ? (kSealBlock - stub.size() % kSealBlock) % kSealBlock : 0;
    const std::size_t overhead = kResponseHeader + (sealed ? kTrailerSize + token_ : 0);
    ResponseFragment out;
    out.flags = flags;
    out.call_id = target_.call_id + (faults_.wrong_call_id ? 1U : 0U);
    out.alloc_hint = faults_.alloc_hint.value_or(static_cast<std::uint32_t>(stub_.size() - at_));
    out.context_id =
        static_cast<std::uint16_t>(target_.context_id + (faults_.wrong_context_id ? 1U : 0U));
    out.frag_length = lie_or(faults_.frag_length, overhead + stub.size() + pad);
    out.auth_length = lie_or(faults_.auth_length, token_);
    out.stub = stub;
    Bytes pdu = write_response_start(out);
    if (!sealed) {
        return pdu;
    }
    pdu.insert(pdu.end(), pad, 0);
    const std::size_t trailer = pdu.size();
    pdu.insert(
        pdu.end(),
        {target_.auth.type, target_.auth.level,
         static_cast<std::uint8_t>(faults_.pad_length.value_or(static_cast<std::uint32_t>(pad))),
         0});
    for (unsigned shift = 0; shift < 32; shift += 8) {
        pdu.push_back(static_cast<std::uint8_t>(target_.auth.context_id >> shift));
    }
    pdu.insert(pdu.end(), token_, 0);
    target_.security->wrap(pdu, kResponseHeader, trailer, target_.header_signing);
    if (faults_.broken_seal) {
        pdu[kResponseHeader] ^= 0x01U;
    }
    return pdu;
}

}  // namespace ae::labca
