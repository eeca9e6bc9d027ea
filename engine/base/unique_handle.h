// Owner of one C handle.  Traits: value_type, none(), close(value) noexcept.
// Move-only; no raw close call stands anywhere else.
#pragma once

#include <utility>

namespace ae {

template <class Traits>
class UniqueHandle {
  public:
    using value_type = typename Traits::value_type;

    UniqueHandle() noexcept = default;
    explicit UniqueHandle(value_type value) noexcept : value_(value) {}
    UniqueHandle(const UniqueHandle&) = delete;
    UniqueHandle& operator=(const UniqueHandle&) = delete;
    UniqueHandle(UniqueHandle&& other) noexcept : value_(other.release()) {}
    UniqueHandle& operator=(UniqueHandle&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~UniqueHandle() { reset(); }

    [[nodiscard]] value_type get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return value_ != Traits::none(); }

    // For C functions that fill a handle in.
    [[nodiscard]] value_type* put() noexcept {
        reset();
        return &value_;
    }
    [[nodiscard]] value_type release() noexcept { return std::exchange(value_, Traits::none()); }
    void reset(value_type value = Traits::none()) noexcept {
        const value_type old = std::exchange(value_, value);
        if (old != Traits::none() && old != value) {
            Traits::close(old);
        }
    }

  private:
    value_type value_ = Traits::none();
};

}  // namespace ae
