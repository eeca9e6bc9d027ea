// One connection to a message bus ([sd-bus(3)]) on the loop.  It waits for the bus only when there
// is something to wait for, and for a time only while an answer is outstanding.
// One thread, that of the loop; never throws.
#pragma once

#include "engine/base/unique_handle.h"
#include "service/host/loop.h"

#include <memory>

#include <systemd/sd-bus.h>

namespace ae::service {

struct BusTraits {
    using value_type = sd_bus*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type bus) noexcept { ::sd_bus_close_unref(bus); }
};
using UniqueBus = UniqueHandle<BusTraits>;

struct MessageTraits {
    using value_type = sd_bus_message*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::sd_bus_message_unref(message); }
};
using UniqueMessage = UniqueHandle<MessageTraits>;

enum class BusKind { system, session };

// -errno of sd-bus, or what a bus or a peer answered, as one of ours.
Error bus_error(int number, const std::string& what);
Error bus_error(sd_bus_message* answer, const std::string& what);  // an error answer

class Bus {
  public:
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;
    Bus(Bus&&) noexcept = default;
    Bus& operator=(Bus&&) noexcept = default;
    ~Bus() = default;

    // `lost`: once, when the bus went away; the connection is of no use any more.
    // Addresses: DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS, else the usual sockets.
    static Result<Bus> connect(Loop& loop, BusKind kind, Trouble lost);

    // For sd_bus_*_async and the like, never for one that waits.  Slots belong to the connection
    // (pass nullptr): all callbacks end with it, and they return 0.
    [[nodiscard]] sd_bus* get() const;
    // After something was sent from elsewhere than such a callback.
    void sent();

  private:
    struct Inside;
    explicit Bus(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {}
    std::shared_ptr<Inside> inside_;
};

}  // namespace ae::service
