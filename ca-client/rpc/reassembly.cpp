#include "ca-client/rpc/reassembly.h"

#include "engine/base/hresult_table.h"

namespace ae::ca {

Result<bool> ReplyAssembler::add(const PacketHeader& header, const Response& fragment) {
    const auto malformed = [](const char* why) {
        return fail(kInvalidData, std::string("malformed reply: ") + why);
    };
    const bool first = (header.flags & pfc::kFirst) != 0;
    const bool last = (header.flags & pfc::kLast) != 0;
    if (header.call_id != call_id_) {
        return malformed("it answers another call");
    }
    if (fragment.context_id != context_id_) {
        return malformed("it comes from another presentation context");
    }
    if (first != (count_ == 0)) {
        return malformed("its fragments are out of order");
    }
    if (fragment.stub.empty() && !last) {
        return malformed("a fragment that is not the last one is empty");
    }
    if (++count_ > kMaxReplyFragments) {
        return malformed("it has more than 8192 fragments");
    }
    if (fragment.stub.size() > kMaxReplySize - stub_.size()) {
        return malformed("it exceeds 16 MiB");
    }
    stub_.insert(stub_.end(), fragment.stub.begin(), fragment.stub.end());
    return last;
}

}  // namespace ae::ca
