#include "policy/socket_posix.h"

#include "engine/base/hresult_table.h"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace ae::policy {
namespace {

constexpr std::chrono::seconds kLongestStall{30};

struct AddrinfoTraits {
    using value_type = addrinfo*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type list) noexcept { ::freeaddrinfo(list); }
};

tl::unexpected<Error> fail_with_errno(int error) {
    if (error == ECONNREFUSED) {
        return fail(kServerUnavailable, "refused the connection");
    }
    if (error == ETIMEDOUT) {
        return fail(kTimeout, "timed out");
    }
    return fail(kServerUnavailable, "cannot be reached: " + std::system_category().message(error));
}

}  // namespace

Result<UniqueFd> connect_socket(const std::string& address, std::uint16_t port, int type,
                                std::chrono::milliseconds limit) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = type;
    UniqueHandle<AddrinfoTraits> target;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, target.put()) != 0) {
        return fail(kServerUnavailable, "has the unusable address " + address);
    }
    UniqueFd fd(::socket(target.get()->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) {
        return fail_with_errno(errno);
    }
    if (::connect(fd.get(), target.get()->ai_addr, target.get()->ai_addrlen) != 0) {
        if (errno != EINPROGRESS) {
            return fail_with_errno(errno);
        }
        pollfd wait{fd.get(), POLLOUT, 0};
        const int ready = ::poll(&wait, 1, static_cast<int>(limit.count()));
        if (ready <= 0) {
            return fail_with_errno(ready == 0 ? ETIMEDOUT : errno);
        }
        int error = 0;
        socklen_t size = sizeof error;
        if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
            return fail_with_errno(error != 0 ? error : errno);
        }
    }
    if (type == SOCK_STREAM) {
        // Small requests must not wait for the acknowledgement of the one before.
        const int on = 1;
        ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        // The SASL layer reads a sealed packet to its end without asking poll() again.
        const timeval stall{kLongestStall.count(), 0};
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall);
        ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof stall);
        ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
    }
    return fd;
}

}  // namespace ae::policy
