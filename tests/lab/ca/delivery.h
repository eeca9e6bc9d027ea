// How the PDUs of one answer reach the socket: at once, or as WireFaults wants it.
//
// Bounds: blocks as long as the drip takes; the end of the connection ends it.
#pragma once

#include "tests/lab/ca/faults.h"

namespace ae::labca {

class Delivery {
  public:
    Delivery(int fd, const WireFaults& faults) : fd_(fd), faults_(faults) {}

    // False: the connection is over, or shall be.
    bool write(View pdu);

  private:
    bool write_slowly(View bytes) const;

    int fd_;
    WireFaults faults_;
    std::size_t sent_ = 0;
};

}  // namespace ae::labca
