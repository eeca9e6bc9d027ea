#include "tests/lab/ca/delivery.h"

#include "tests/lab/ca/rpc_server.h"

#include <algorithm>
#include <thread>

namespace ae::labca {

bool Delivery::write(View pdu) {
    const bool cut = faults_.cut_response && sent_ + pdu.size() > *faults_.cut_response;
    const View now = cut ? pdu.first(*faults_.cut_response - sent_) : pdu;
    sent_ += now.size();
    return write_slowly(now) && !cut;
}

bool Delivery::write_slowly(View bytes) const {
    const bool whole = faults_.tcp_bytes == 0 && faults_.drip.count() == 0;
    const std::size_t step = whole ? bytes.size() : std::max<std::size_t>(faults_.tcp_bytes, 1);
    while (!bytes.empty()) {
        const View part = bytes.first(std::min(step, bytes.size()));
        if (!write_all(fd_, part)) {
            return false;
        }
        bytes = bytes.subspan(part.size());
        std::this_thread::sleep_for(faults_.drip);
    }
    return true;
}

}  // namespace ae::labca
