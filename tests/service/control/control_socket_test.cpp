// The socket in the file system: whose it is, who can reach it, and who came first.
#include "tests/service/control/control_world.h"

#include <fstream>

#include <fcntl.h>
#include <sys/file.h>

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

namespace {

const AccountId kAlice = "1000";

mode_t mode_of(const std::string& path) {
    struct stat facts {};
    REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return facts.st_mode & 07777U;
}

class Umask {
  public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    Umask(Umask&&) = delete;
    Umask& operator=(Umask&&) = delete;
    ~Umask() { ::umask(before_); }

  private:
    mode_t before_;
};

// A socket whose process has crashed.
void leave_stale_socket(const std::string& path) {
    const stores::UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    const sockaddr_un name = socket_name(path).value();
    REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
}

Error problem_of(const ControlAddress& address) {
    const auto opened = ControlSocket::open(address);
    REQUIRE_FALSE(opened);
    CHECK_FALSE(opened.error().remedy.empty());
    return opened.error();
}

}  // namespace

TEST_CASE("the machine's pulse can be run by hand, too, by whoever reads the keytab", "[control]") {
    CHECK_THAT(start_remedy({"/run/aeclient/control.sock", "0"}),
               Catch::EndsWith("aeclient pulse --foreground"));
}

TEST_CASE("modes do not depend on the umask", "[control]") {
    for (const mode_t mask : {0000U, 0022U, 0077U}) {
        const TempFolder folder;
        const Umask umask(mask);
        const auto machine = ControlSocket::open({folder / "machine/control.sock", "0"});
        REQUIRE(machine);
        CHECK(mode_of(folder / "machine") == 0755);
        CHECK(mode_of(folder / "machine/control.sock") == 0666);
        const auto user =
            ControlSocket::open({folder / "user/control.sock", kAlice, engine::Scope::user});
        REQUIRE(user);
        CHECK(mode_of(folder / "user") == 0700);
        CHECK(mode_of(folder / "user/control.sock") == 0600);
    }
}

TEST_CASE("a folder that others may write to is no place for a socket", "[control]") {
    const TempFolder folder;
    std::filesystem::create_directory(folder / "run");
    for (const mode_t mode : {0777U, 01777U, 0775U, 0757U}) {
        ::chmod((folder / "run").c_str(), mode);
        CHECK(problem_of({folder / "run/control.sock", "0"}).code == kAccessDenied);
    }
    ::chmod((folder / "run").c_str(), 0755);
    CHECK(ControlSocket::open({folder / "run/control.sock", "0"}));
}

TEST_CASE("a folder of somebody else is no place for a socket", "[control]") {
    if (::geteuid() != 0) {
        WARN("only root can make one");
        return;
    }
    const TempFolder folder;
    std::filesystem::create_directory(folder / "run");
    REQUIRE(::chown((folder / "run").c_str(), kNobody, kNobody) == 0);
    const Error problem = problem_of({folder / "run/control.sock", "0"});
    CHECK(problem.code == kAccessDenied);
    CHECK_THAT(problem.context, Catch::Contains("65534"));
}

TEST_CASE("a socket that a crash left is replaced", "[control]") {
    const TempFolder folder;
    leave_stale_socket(folder / "control.sock");
    CHECK(ask_status({folder / "control.sock", "0"}).error().code == kServiceNotActive);
    const Service service({folder / "control.sock", own_account()});
    CHECK(ask_status(service.address));
}

TEST_CASE("a second service is told who the first is", "[control]") {
    const TempFolder folder;
    const Service first({folder / "control.sock", own_account()});
    const std::string sentence =
        "another aeclient service runs already, process " + std::to_string(::getpid());
    SECTION("by its lock") {
        const Error problem = problem_of(first.address);
        CHECK(problem.code == kBusy);
        CHECK(problem.context == sentence);
    }
    SECTION("by its socket when the lock was deleted") {
        std::filesystem::remove(folder / "control.sock.lock");
        const Error problem = problem_of(first.address);
        CHECK(problem.code == kBusy);
        CHECK(problem.context == sentence);
    }
    CHECK(ask_status(first.address));
}

TEST_CASE("one that starts at this moment is not disturbed", "[control]") {
    const TempFolder folder;
    const stores::UniqueFd lock(
        ::open((folder / "control.sock.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
    leave_stale_socket(folder / "control.sock");
    const Error problem = problem_of({folder / "control.sock", "0"});
    CHECK(problem.code == kBusy);
    CHECK(problem.context == "another aeclient service runs already");
    CHECK(std::filesystem::exists(folder / "control.sock"));
}

TEST_CASE("a socket whose queue is full is alive", "[control]") {
    const TempFolder folder;
    const stores::UniqueFd busy(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un name = socket_name(folder / "control.sock").value();
    REQUIRE(::bind(busy.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    REQUIRE(::listen(busy.get(), 0) == 0);
    const RawClient first(folder / "control.sock");
    CHECK(problem_of({folder / "control.sock", "0"}).code == kBusy);
}

TEST_CASE("a file that is no socket is never deleted", "[control]") {
    const TempFolder folder;
    const auto make = GENERATE(as<std::string>{}, "file", "folder", "link");
    const std::string path = folder / "control.sock";
    if (make == "file") {
        std::ofstream(path) << "a letter";
    } else if (make == "folder") {
        std::filesystem::create_directory(path);
    } else {
        std::filesystem::create_symlink(folder / "elsewhere", path);
    }
    CHECK(problem_of({path, "0"}).code == kInvalidArgument);
    CHECK(std::filesystem::symlink_status(path).type() != std::filesystem::file_type::not_found);
}

TEST_CASE("the lock's file is not followed to somewhere else", "[control]") {
    const TempFolder folder;
    std::filesystem::create_symlink(folder / "elsewhere", folder / "control.sock.lock");
    CHECK_FALSE(ControlSocket::open({folder / "control.sock", "0"}));
    CHECK_FALSE(std::filesystem::exists(folder / "elsewhere"));
}

TEST_CASE("at its end a service removes its own socket and nobody else's", "[control]") {
    const TempFolder folder;
    const std::string path = folder / "control.sock";
    {
        const auto own = ControlSocket::open({path, "0"});
        REQUIRE(own);
        CHECK(std::filesystem::exists(path));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    {
        const auto replaced = ControlSocket::open({path, "0"});
        REQUIRE(replaced);
        std::filesystem::rename(path, path + ".old");  // so that its inode is not free
        leave_stale_socket(path);
    }
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("after its end the next one starts in its place", "[control]") {
    const TempFolder folder;
    for (int i = 0; i < 3; ++i) {
        const Service service({folder / "control.sock", own_account()});
        CHECK(ask_status(service.address));
    }
}

TEST_CASE("no worker inherits the socket", "[control]") {
    const TempFolder folder;
    auto socket = ControlSocket::open({folder / "control.sock", "0"});
    REQUIRE(socket);
    const auto listener = socket->take_listener();
    CHECK((::fcntl(listener.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a path of 107 octets is the longest", "[control]") {
    const std::string longest = '/' + std::string(106, 'x');
    CHECK(socket_name(longest));
    const auto longer = socket_name(longest + 'x');
    REQUIRE_FALSE(longer);
    CHECK(longer.error().code == kInvalidArgument);
    CHECK_THAT(longer.error().context, Catch::Contains("107 octets"));
    CHECK(ask_status({longest + 'x', "0"}).error().code == kInvalidArgument);
    CHECK(problem_of({longest + 'x', "0"}).code == kInvalidArgument);
}

TEST_CASE("a path that is none is an error", "[control]") {
    for (const std::string& path :
         {std::string(), std::string("/"), std::string("control.sock"), std::string("/a\0b", 4)}) {
        CHECK(socket_name(path).error().code == kInvalidArgument);
    }
}

TEST_CASE("a folder that cannot be made is named", "[control]") {
    const TempFolder folder;
    std::ofstream(folder / "file") << "x";
    CHECK_THAT(ControlSocket::open({folder / "file/run/control.sock", "0"}).error().context,
               Catch::Contains(folder / "file"));
}

TEST_CASE("a socket that nobody listens at any more is told apart", "[control]") {
    const TempFolder folder;
    const ControlAddress address{folder / "control.sock", own_account()};
    { const RawServer dead(address.path); }
    const auto status = ask_status(address);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == kServiceNotActive);
    CHECK_THAT(status.error().context, Catch::Contains("any more"));
}

TEST_CASE("a service whose queue is full is not waited for", "[control]") {
    const TempFolder folder;
    const ControlAddress address{folder / "control.sock", own_account()};
    const RawServer server(address.path);
    REQUIRE(::listen(server.descriptor(), 0) == 0);
    const RawClient first(address.path);
    const auto status = ask_status(address, std::chrono::milliseconds(50));
    REQUIRE_FALSE(status);
    CHECK(status.error().code == kTimeout);
}
