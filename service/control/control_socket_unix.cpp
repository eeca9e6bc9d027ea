#include "service/control/control_socket_unix.h"

#include "engine/base/hresult_table.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

using stores::Access;
using stores::file_error;
using stores::Folder;
using stores::UniqueFd;

constexpr int kWaitingConnections = 64;
constexpr std::string_view kLockSuffix = ".lock";
constexpr std::string_view kOnlyOne = "Use it, or stop it first";

struct Modes {
    mode_t folder;
    mode_t socket;
};
// Who asks for the machine's context is decided by the kernel's word, not by the file's mode, so
// that those who may not ask are told so.
Modes modes_of(const ControlAddress& address) {
    return address.scope == engine::Scope::machine ? Modes{0755, 0666} : Modes{0700, 0600};
}

UniqueFd new_socket() {
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

Result<Folder> open_folder(const std::string& path, mode_t mode) {
    Result<Folder> folder = Folder::open_path(path);
    if (folder || folder.error().code != kFileNotFound) {
        return folder;
    }
    folder = Folder::open_or_create_path(path, mode);
    // mkdir took the umask off.
    if (folder && ::chmod(path.c_str(), mode) != 0) {
        return fail(file_error(Access::write, errno, "set the mode of", path));
    }
    return folder;
}

tl::unexpected<Error> fail_busy(std::optional<SocketPeer> other) {
    std::string text = "another aeclient service runs already";
    if (other) {
        text += ", process " + std::to_string(other->process);
    }
    return fail(kBusy, std::move(text), std::string(kOnlyOne));
}

struct Listening {
    bool somebody = false;
    std::optional<SocketPeer> who{};
};
Listening who_listens(const sockaddr_un& name) {
    const UniqueFd probe = new_socket();
    const int problem = probe ? connect_socket(probe.get(), name) : errno;
    // EAGAIN: its queue is full; so somebody has made one.
    return {problem == 0 || problem == EAGAIN,
            problem == 0 ? peer_of(probe.get()) : std::optional<SocketPeer>{}};
}

// Takes away what a crash left; never anything that is no socket.
Done make_way(const std::string& path, const sockaddr_un& name) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) {
        return errno == ENOENT ? done() : fail(file_error(Access::read, errno, "look at", path));
    }
    if (!S_ISSOCK(facts.st_mode)) {
        return fail(kInvalidArgument, path + " is there already and is no socket",
                    "Move it away; it is none of this program's");
    }
    // Somebody without our lock: it was deleted while its holder ran.
    if (const Listening now = who_listens(name); now.somebody) {
        return fail_busy(now.who);
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return fail(file_error(Access::write, errno, "remove the old socket", path));
    }
    return done();
}

}  // namespace

Result<sockaddr_un> socket_name(const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (path.size() < 2 || path.front() != '/' || path.find('\0') != std::string::npos) {
        return fail(kInvalidArgument, "the socket's path \"" + path + "\" does not begin with /",
                    "Name a whole path");
    }
    if (path.size() >= sizeof name.sun_path) {
        return fail(kInvalidArgument,
                    "the socket's path " + path + " is longer than the " +
                        std::to_string(sizeof name.sun_path - 1) + " octets that the system allows",
                    "Use a shorter folder");
    }
    std::memcpy(name.sun_path, path.data(), path.size());
    return name;
}

int connect_socket(int descriptor, const sockaddr_un& name) {
    // POSIX: every socket address is passed as a sockaddr.
    return ::connect(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0
               ? 0
               : errno;
}

AccountId account_of(uid_t user) { return std::to_string(user); }

std::optional<SocketPeer> peer_of(int descriptor) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return std::nullopt;
    }
    return SocketPeer{{account_of(credentials.uid), credentials.uid == 0}, credentials.pid};
}

Result<ControlSocket> ControlSocket::open(const ControlAddress& address) {
    const auto name = socket_name(address.path);
    if (!name) {
        return fail(name.error());
    }
    const std::size_t slash = address.path.rfind('/');
    auto folder =
        open_folder(address.path.substr(0, slash == 0 ? 1 : slash), modes_of(address).folder);
    if (!folder) {
        return pass(folder);
    }
    const std::string lock_name = address.path.substr(slash + 1) + std::string(kLockSuffix);
    auto lock = folder->open_lock(lock_name);
    if (!lock) {
        return pass(lock);
    }
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail_busy(who_listens(*name).who);
        }
        return fail(file_error(Access::write, errno, "lock", folder->path_of(lock_name)));
    }
    if (Done cleared = make_way(address.path, *name); !cleared) {
        return pass(cleared);
    }
    ControlSocket made(address.path, std::move(*lock));
    if (Done listening = made.listen(address, *name); !listening) {
        return pass(listening);
    }
    return made;
}

Done ControlSocket::listen(const ControlAddress& address, const sockaddr_un& name) {
    const auto failed_to = [&](std::string_view what) {
        return fail(file_error(Access::write, errno, what, address.path));
    };
    listener_ = new_socket();
    if (!listener_) {
        return failed_to("make the socket");
    }
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
        return failed_to("make the socket");
    }
    struct stat facts {};
    if (::lstat(path_.c_str(), &facts) != 0) {
        return failed_to("look at");
    }
    device_ = facts.st_dev;
    inode_ = facts.st_ino;
    // Nobody can connect before listen(), whatever mode the umask left until here.
    if (::chmod(path_.c_str(), modes_of(address).socket) != 0) {
        return failed_to("set the mode of");
    }
    if (::listen(listener_.get(), kWaitingConnections) != 0) {
        return failed_to("listen at");
    }
    return done();
}

ControlSocket::~ControlSocket() {
    struct stat facts {};
    if (lock_ && inode_ != 0 && ::lstat(path_.c_str(), &facts) == 0 && facts.st_dev == device_ &&
        facts.st_ino == inode_) {
        ::unlink(path_.c_str());
    }
}

}  // namespace ae::service
