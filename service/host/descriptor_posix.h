// What the host's Linux parts are made of: a descriptor that is waited for and a delay, both on the
// loop.  Their callbacks may destroy them, or that which holds them; after that nothing is called.
// The last thing that such a callback touches of its own object must then be a copy.
// One thread, that of the loop; never throws.
#pragma once

#include "engine/base/unique_handle.h"
#include "service/host/loop.h"

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

namespace ae::service {

struct DescriptorTraits {
    using value_type = int;
    static value_type none() noexcept { return -1; }
    static void close(value_type descriptor) noexcept { ::close(descriptor); }
};
using UniqueDescriptor = UniqueHandle<DescriptorTraits>;

// errno as one of ours: "do this (No space left on device)".
Error system_error(int number, const std::string& what);

// Calls `ready` each time there is something to read, or an end of it.  What `ready` leaves unread
// is told again: an end that is never read away has to be answered by destroying this.
class Readable {
  public:
    Readable() = default;  // waits for nothing
    Readable(Loop& loop, UniqueDescriptor descriptor, Changed ready);
    Readable(const Readable&) = delete;
    Readable& operator=(const Readable&) = delete;
    Readable(Readable&&) noexcept = default;
    Readable& operator=(Readable&&) noexcept = default;
    ~Readable() = default;

    [[nodiscard]] int get() const;  // -1: none
    void reset() { inside_.reset(); }

  private:
    struct Inside;
    static void wait(const std::shared_ptr<Inside>& inside);

    std::shared_ptr<Inside> inside_{};
};

// One callback after a while, by the clock that neither jumps nor counts suspended time.
class Delay {
  public:
    explicit Delay(Loop& loop) : timer_(loop) {}

    void start(std::chrono::steady_clock::duration after, Changed then);  // replaces the one before
    void start_until(std::chrono::steady_clock::time_point when, Changed then);
    void cancel();
    [[nodiscard]] bool pending() const { return call_ != nullptr && !call_->made; }

  private:
    struct Call {
        Changed then{};
        bool made = false;
    };
    boost::asio::steady_timer timer_;
    std::shared_ptr<Call> call_{};
};

}  // namespace ae::service
