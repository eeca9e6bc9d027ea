// [NotifyUnicastIpAddressChange], [NotifyRouteChange2]: addresses and routes of IPv4 and IPv6.
#include "engine/base/win32.h"
#include "service/host/watches.h"

#include <atomic>
#include <utility>

#include <boost/asio/post.hpp>
// In this order.
// clang-format off
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <netioapi.h>
// clang-format on

namespace ae::service {
namespace {

struct NotificationTraits {
    using value_type = HANDLE;
    static value_type none() noexcept { return nullptr; }
    // Returns when no callback is under way any more.
    static void close(value_type handle) noexcept { ::CancelMibChangeNotify2(handle); }
};
using UniqueNotification = UniqueHandle<NotificationTraits>;

// Nobody else can be reached by such an address: loopback, link-local.
bool is_local(const SOCKADDR_INET& address) {
    if (address.si_family == AF_INET) {
        const auto& octets = address.Ipv4.sin_addr.S_un.S_un_b;
        return octets.s_b1 == 127 || (octets.s_b1 == 169 && octets.s_b2 == 254);
    }
    return IN6_IS_ADDR_LOOPBACK(&address.Ipv6.sin6_addr) != 0 ||
           IN6_IS_ADDR_LINKLOCAL(&address.Ipv6.sin6_addr) != 0;
}

// Routes without a gateway belong to an address or a link, which is told by itself.
bool has_gateway(const SOCKADDR_INET& next_hop) {
    return next_hop.si_family == AF_INET ? next_hop.Ipv4.sin_addr.s_addr != INADDR_ANY
                                         : IN6_IS_ADDR_UNSPECIFIED(&next_hop.Ipv6.sin6_addr) == 0;
}

class NetworkWatch final : public Watch {
  public:
    NetworkWatch(Loop& loop, Changed changed)
        : loop_(loop), inside_(std::make_shared<Inside>(std::move(changed))) {}

    Done open() {
        constexpr BOOLEAN kNotAtOnce = FALSE;
        const std::string what = "watch the network";
        if (const DWORD code = ::NotifyUnicastIpAddressChange(AF_UNSPEC, &NetworkWatch::on_address,
                                                              this, kNotAtOnce, addresses_.put());
            code != NO_ERROR) {
            return fail(win32_error(code, what));
        }
        if (const DWORD code = ::NotifyRouteChange2(AF_UNSPEC, &NetworkWatch::on_route, this,
                                                    kNotAtOnce, routes_.put());
            code != NO_ERROR) {
            return fail(win32_error(code, what));
        }
        return done();
    }

  private:
    struct Inside {
        explicit Inside(Changed to_call) : changed(std::move(to_call)) {}
        Changed changed;
        std::atomic<bool> posted{false};
    };

    // Both on a thread of the system's.  Only what is new counts: an address that is prolonged is a
    // MibParameterNotification.
    static void CALLBACK on_address(void* watch, MIB_UNICASTIPADDRESS_ROW* row,
                                    MIB_NOTIFICATION_TYPE what) noexcept {
        if (what == MibAddInstance && row != nullptr && !is_local(row->Address)) {
            static_cast<NetworkWatch*>(watch)->tell();
        }
    }

    static void CALLBACK on_route(void* watch, MIB_IPFORWARD_ROW2* row,
                                  MIB_NOTIFICATION_TYPE what) noexcept {
        if (what == MibAddInstance && row != nullptr && has_gateway(row->NextHop)) {
            static_cast<NetworkWatch*>(watch)->tell();
        }
    }

    // What comes until the loop has time for it is one call.
    void tell() {
        if (inside_->posted.exchange(true)) {
            return;
        }
        boost::asio::post(loop_, [held = std::weak_ptr(inside_)] {
            if (const auto alive = held.lock()) {
                alive->posted = false;
                alive->changed();
            }
        });
    }

    Loop& loop_;
    std::shared_ptr<Inside> inside_;
    UniqueNotification addresses_{};  // closed before the rest goes
    UniqueNotification routes_{};
};

}  // namespace

Result<std::unique_ptr<Watch>> watch_network(Loop& loop, Changed changed) {
    auto watch = std::make_unique<NetworkWatch>(loop, std::move(changed));
    if (Done opened = watch->open(); !opened) {
        return pass(opened);
    }
    return watch;
}

}  // namespace ae::service
