// Octets that wipe themselves: private keys on their way between two owners.  Never printed.
#pragma once

#include "engine/base/bytes.h"

#include <utility>

namespace ae {

class Secret {
  public:
    Secret() = default;
    explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Secret& operator=(Secret&& other) noexcept {
        wipe();
        bytes_ = std::exchange(other.bytes_, {});
        return *this;
    }
    ~Secret() { wipe(); }

    [[nodiscard]] ByteView view() const { return bytes_; }

  private:
    void wipe() noexcept {
        // volatile: the stores to memory that is about to be freed must not be optimised away.
        volatile std::uint8_t* at = bytes_.data();
        for (std::size_t i = 0; i < bytes_.size(); ++i) {
            at[i] = 0;
        }
    }
    Bytes bytes_;
};

}  // namespace ae
