// [rtnetlink(7)]: addresses and routes of IPv4 and IPv6.
#include "service/host/descriptor_posix.h"
#include "service/host/watches.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace ae::service {
namespace {

// Router advertisements and DHCP have the same addresses and IPv6 routes told again and again.
// Not so IPv4 routes: they go silently with their link, so that one told again may well be new.
// Beyond this many everything is taken for new: rather one look too many than one too few.
constexpr std::size_t kMostKnown = 256;

// One that says more than this at once is taken for news without reading it.
constexpr std::size_t kLargestMessage = 16384;
// Then others on the loop have their turn.
constexpr int kMostInOneGo = 64;

using Octets = std::span<const char>;

template <class T>
bool read_head(Octets& from, T& to) {
    if (from.size() < sizeof to) {
        return false;
    }
    std::memcpy(&to, from.data(), sizeof to);
    from = from.subspan(std::min<std::size_t>(NLMSG_ALIGN(sizeof to), from.size()));
    return true;
}

template <class Take>
void each_attribute(Octets from, const Take& take) {
    rtattr attribute{};
    while (from.size() >= sizeof attribute) {
        std::memcpy(&attribute, from.data(), sizeof attribute);
        const std::size_t length = attribute.rta_len;
        if (length < sizeof attribute || length > from.size()) {
            return;
        }
        take(attribute.rta_type, from.subspan(sizeof attribute, length - sizeof attribute));
        from = from.subspan(std::min<std::size_t>(RTA_ALIGN(length), from.size()));
    }
}

constexpr std::string_view kRoute4 = "route 4 ";

void add(std::string& identity, unsigned number) {
    identity += std::to_string(number);
    identity += ' ';
}

// The kernel still looks for a double of it, or found one; it is told again when it can be used.
bool is_tentative(Octets content) {
    ifaddrmsg head{};
    return read_head(content, head) && (head.ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0;
}

// What tells one address from another; lifetimes do not.  Empty: it does not count, because nobody
// else can be reached by it (loopback, link-local).
std::string address_identity(Octets content) {
    ifaddrmsg head{};
    if (!read_head(content, head) || head.ifa_scope >= RT_SCOPE_LINK) {
        return {};
    }
    std::string identity = "address ";
    add(identity, head.ifa_family);
    add(identity, head.ifa_index);
    add(identity, head.ifa_prefixlen);
    each_attribute(content, [&](unsigned short kind, Octets value) {
        if (kind == IFA_LOCAL || kind == IFA_ADDRESS) {
            identity.append(value.begin(), value.end());
        }
    });
    return identity;
}

// The same of a route to other hosts.  Those that the kernel makes by itself come with an address
// or belong to a link; what it only remembers (cloned) is no route.
std::string route_identity(Octets content) {
    rtmsg head{};
    if (!read_head(content, head) || head.rtm_type != RTN_UNICAST ||
        head.rtm_protocol == RTPROT_KERNEL || (head.rtm_flags & RTM_F_CLONED) != 0) {
        return {};
    }
    std::string identity(head.rtm_family == AF_INET ? kRoute4 : "route 6 ");
    add(identity, head.rtm_dst_len);
    each_attribute(content, [&](unsigned short kind, Octets value) {
        switch (kind) {
            case RTA_TABLE:
            case RTA_DST:
            case RTA_GATEWAY:
            case RTA_VIA:
            case RTA_OIF:
            case RTA_PRIORITY:
            case RTA_MULTIPATH:
                add(identity, kind);
                identity.append(value.begin(), value.end());
                break;
            default:
                break;
        }
    });
    return identity;
}

class Netlink final : public Watch {
  public:
    Netlink(Loop& loop, UniqueDescriptor socket, Changed changed)
        : changed_(std::move(changed)), socket_(loop, std::move(socket), [this] { read(); }) {}

  private:
    void read() {
        std::array<char, kLargestMessage> buffer;  // NOLINT: filled by recvmsg
        bool news = false;
        for (int turn = 0; turn < kMostInOneGo; ++turn) {
            sockaddr_nl from{};
            iovec part{buffer.data(), buffer.size()};
            msghdr message{};
            message.msg_name = &from;
            message.msg_namelen = sizeof from;
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            const auto count = ::recvmsg(socket_.get(), &message, 0);
            if (count < 0 && errno == ENOBUFS) {
                news = true;  // the kernel dropped some; nobody knows which
                continue;
            }
            if (count <= 0) {
                break;
            }
            if (from.nl_pid != 0) {
                continue;  // not from the kernel
            }
            news = (message.msg_flags & MSG_TRUNC) != 0 || news;
            news = tells_news({buffer.data(), static_cast<std::size_t>(count)}) || news;
        }
        if (news) {
            const auto changed = changed_;
            changed();
        }
    }

    bool tells_news(Octets from) {
        bool news = false;
        nlmsghdr head{};
        while (from.size() >= sizeof head) {
            std::memcpy(&head, from.data(), sizeof head);
            const std::size_t length = head.nlmsg_len;
            if (length < sizeof head || length > from.size()) {
                break;
            }
            const Octets content = from.subspan(NLMSG_HDRLEN, length - NLMSG_HDRLEN);
            switch (head.nlmsg_type) {
                case RTM_NEWADDR:
                    news = (!is_tentative(content) && is_new(address_identity(content))) || news;
                    break;
                case RTM_NEWROUTE:
                    news = is_new(route_identity(content)) || news;
                    break;
                case RTM_DELADDR:
                    known_.erase(address_identity(content));
                    break;
                case RTM_DELROUTE:
                    known_.erase(route_identity(content));
                    break;
                default:
                    break;
            }
            from = from.subspan(std::min<std::size_t>(NLMSG_ALIGN(length), from.size()));
        }
        return news;
    }

    bool is_new(const std::string& identity) {
        if (identity.empty() || known_.contains(identity)) {
            return false;
        }
        if (known_.size() < kMostKnown && !identity.starts_with(kRoute4)) {
            known_.insert(identity);
        }
        return true;
    }

    Changed changed_;
    std::set<std::string> known_{};  // told before
    Readable socket_;
};

}  // namespace

Result<std::unique_ptr<Watch>> watch_network(Loop& loop, Changed changed) {
    const std::string what = "watch the network";
    UniqueDescriptor socket(
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket) {
        return fail(system_error(errno, what));
    }
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups =
        RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(system_error(errno, what));
    }
    return std::make_unique<Netlink>(loop, std::move(socket), std::move(changed));
}

}  // namespace ae::service
