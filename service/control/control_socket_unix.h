// The socket of a context in the file system, and who is at the other end of one.  Linux.
// Errors: kInvalidArgument for a path that no socket can have; kAccessDenied and the other codes of
// stores/files_posix.h.
#pragma once

#include "engine/base/result.h"
#include "service/control/control_address.h"
#include "stores/files_posix.h"

#include <optional>
#include <string>

#include <sys/types.h>
#include <sys/un.h>

namespace ae::service {

Result<sockaddr_un> socket_name(const std::string& path);
int connect_socket(int descriptor, const sockaddr_un& name);  // 0 or errno

AccountId account_of(uid_t user);
struct SocketPeer {
    Peer who{};
    pid_t process = 0;
};
// Nothing: the kernel does not say, so nobody may be trusted.
std::optional<SocketPeer> peer_of(int descriptor);

// Listens at address.path.  Folder: made when missing, 0755 for the machine and 0700 for a user;
// one that others may write to is refused.  Socket: 0666 and 0600, whatever the umask is.  What a
// crash left behind is replaced; a lock beside it, held for the object's life, keeps two that start
// at once apart.  kBusy: another one listens.
// Destruction removes the socket unless somebody else's has taken its place.  The lock's file
// stays: to remove it would let two hold "the" lock.
class ControlSocket {
  public:
    static Result<ControlSocket> open(const ControlAddress& address);
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ControlSocket(ControlSocket&&) = default;
    ControlSocket& operator=(ControlSocket&&) = delete;
    ~ControlSocket();

    // Does not block.  Whoever takes it may close it before this object goes.
    [[nodiscard]] stores::UniqueFd take_listener() { return std::move(listener_); }

  private:
    ControlSocket(std::string path, stores::UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}
    Done listen(const ControlAddress& address, const sockaddr_un& name);

    std::string path_;
    stores::UniqueFd lock_;  // none: moved from
    stores::UniqueFd listener_{};
    dev_t device_ = 0;
    ino_t inode_ = 0;  // 0: nothing to remove
};

}  // namespace ae::service
