#include "service/control/control_address.h"

#include "engine/base/hresult_table.h"

namespace ae::service {
namespace {

constexpr std::uint32_t kRoot = 0;

bool is_machine(const ControlAddress& address) { return address.scope == engine::Scope::machine; }

}  // namespace

Done may_ask(const ControlAddress& address, std::uint32_t client) {
    if (client == kRoot || client == address.owner) {
        return done();
    }
    if (is_machine(address)) {
        return fail(kAccessDenied, "only root may ask for the machine's context",
                    "Run it as root; your own context: aeclient pulse --user, aeclient status "
                    "--user");
    }
    return fail(kAccessDenied,
                "only user id " + std::to_string(address.owner) +
                    " and root may ask for this user's context",
                "Run it as that user, or ask for your own context");
}

Done may_answer(const ControlAddress& address, std::uint32_t server, std::uint32_t client) {
    if (server == kRoot || server == client || server == address.owner) {
        return done();
    }
    return fail(kAccessDenied,
                "whoever listens at " + address.path + " is user id " + std::to_string(server) +
                    ", not the service; nothing was sent",
                "Look who may write into that folder, end that process and restart the service");
}

std::string start_remedy(const ControlAddress& address) {
    return is_machine(address) ? "Start it with: systemctl start aeclient, or run it here with: "
                                 "aeclient pulse --foreground"
                               : "Start it with: systemctl --user start aeclient-user, or run it "
                                 "here with: aeclient pulse --user --foreground";
}

}  // namespace ae::service
