// A second account at the socket: [peer credentials] decide, whatever it says.
#include "tests/service/control/control_world.h"

#include <grp.h>
#include <sys/wait.h>

using namespace ae;
using namespace ae::service;
using namespace ae::service::test;

namespace {

// Runs it as another account in a process of its own; what it returns comes back.
std::string as_account(std::uint32_t account, const std::function<std::string()>& act) {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::string words = "cannot change the account";
        if (::setgroups(0, nullptr) == 0 && ::setresgid(account, account, account) == 0 &&
            ::setresuid(account, account, account) == 0) {
            words = act();
        }
        static_cast<void>(!::write(ends[1], words.data(), words.size()));
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string words;
    char part[4096];
    for (ssize_t count = 0; (count = ::read(ends[0], part, sizeof part)) > 0;) {
        words.append(part, static_cast<std::size_t>(count));
    }
    ::close(ends[0]);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    return words;
}

template <class T>
std::string outcome(const Result<T>& result) {
    return result ? "answered" : to_hex(result.error().code) + ' ' + result.error().context;
}

bool is_root() {
    if (::geteuid() != 0) {
        WARN("only root can be two accounts");
    }
    return ::geteuid() == 0;
}

// The user's own service would have made it so.
void give_to_nobody(const std::string& path) {
    REQUIRE(::chown(path.c_str(), kNobody, kNobody) == 0);
}

}  // namespace

SCENARIO("another account asks for the machine's context", "[control]") {
    if (!is_root()) {
        return;
    }
    const TempFolder folder;
    Service service({folder / "run/control.sock", "0"});
    const std::string refused = "0x80070005 only root may ask for the machine's context";
    THEN("it gets neither a pulse nor the status, and no run begins") {
        CHECK(as_account(kNobody, [&] {
                  return outcome(
                      ask_pulse(service.address, {.force = true}, [](const ControlAnswer&) {}));
              }) == refused);
        CHECK(as_account(kNobody, [&] { return outcome(ask_status(service.address)); }) == refused);
        CHECK(as_account(kNobody, [&] {
                  return outcome(ask_pulse(service.address,
                                           {.errand = {.kind = engine::Errand::Kind::enroll,
                                                       .template_name = "CorpMachine"}},
                                           [](const ControlAnswer&) {}));
              }) == refused);
        CHECK(as_account(kNobody, [&] {
                  return outcome(ask_inspection(service.address, {.command = Inspection::whoami}));
              }) == refused);
        CHECK(service.on_loop(
            [&] { return service.host.asked.empty() && service.host.inspected.empty(); }));
    }
    THEN("it is told one sentence whatever it says, and closed") {
        const std::string words = as_account(kNobody, [&] {
            RawClient client;
            client.connect(service.address.path);
            client.send(std::string_view("open sesame\n"));
            return client.rest();
        });
        const auto answer = answer_from_line(words);
        REQUIRE(answer);
        REQUIRE(*answer);
        CHECK(std::get<Refused>(**answer).error.code == kAccessDenied);
    }
    THEN("it cannot take root's place, nor remove the socket") {
        CHECK(as_account(kNobody, [&] {
                  std::vector<RawClient> clients(40);
                  for (RawClient& client : clients) {
                      client.connect(service.address.path);
                  }
                  std::size_t busy = 0;
                  for (RawClient& client : clients) {
                      pollfd watched{client.descriptor(), POLLIN, 0};
                      // Those that may stay hear nothing until they have asked.
                      if (client.descriptor() > clients[kMostClientsOfOne - 1].descriptor() &&
                          ::poll(&watched, 1, 5000) == 1) {
                          busy += client.refusal().code == kBusy ? 1U : 0U;
                      }
                  }
                  const bool removed = ::unlink(service.address.path.c_str()) == 0;
                  return std::to_string(busy) + (removed ? " removed" : " kept");
              }) == "32 kept");
        CHECK(ask_status(service.address));
    }
}

SCENARIO("root and the account itself ask for a user's context", "[control]") {
    if (!is_root()) {
        return;
    }
    const TempFolder folder;
    Service service({folder / "run/control.sock", account_of(kNobody), engine::Scope::user});
    CHECK(ask_status(service.address));
    GIVEN("a third account that has come to the socket all the same") {
        ::chmod((folder / "run").c_str(), 0755);
        ::chmod(service.address.path.c_str(), 0666);
        CHECK(as_account(kNobody, [&] { return outcome(ask_status(service.address)); }) ==
              "answered");
        CHECK(as_account(kNobody - 1, [&] { return outcome(ask_status(service.address)); }) ==
              "0x80070005 only user id 65534 and root may ask for this user's context");
    }
    GIVEN("the modes that the service gave") {
        give_to_nobody(folder / "run");
        give_to_nobody(service.address.path);
        CHECK(as_account(kNobody, [&] { return outcome(ask_status(service.address)); }) ==
              "answered");
        CHECK(as_account(kNobody - 1, [&] { return outcome(ask_status(service.address)); }) ==
              "0x80070005 this account may not reach " + service.address.path);
    }
}

SCENARIO("somebody else listens where the service should", "[control]") {
    if (!is_root()) {
        return;
    }
    const TempFolder folder;
    std::filesystem::create_directory(folder / "run");
    give_to_nobody(folder / "run");
    const ControlAddress address{folder / "run/control.sock", "0"};
    int ready[2] = {-1, -1};
    REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
    std::future<std::string> impostor = std::async(std::launch::async, [&] {
        return as_account(kNobody, [&] {
            const stores::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
            const sockaddr_un name = socket_name(address.path).value();
            const bool listens =
                ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
                ::listen(socket.get(), 5) == 0;
            static_cast<void>(!::write(ready[1], listens ? "y" : "n", 1));
            RawClient victim(RawEnd(stores::UniqueFd(::accept(socket.get(), nullptr, nullptr))));
            return "heard \"" + victim.rest() + '"';
        });
    });
    char listens = 'n';
    REQUIRE(::read(ready[0], &listens, 1) == 1);
    REQUIRE(listens == 'y');

    const auto status = ask_status(address);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == kAccessDenied);
    CHECK_THAT(status.error().context, Catch::Contains("user id 65534"));
    CHECK(impostor.get() == "heard \"\"");
    ::close(ready[0]);
    ::close(ready[1]);
}
