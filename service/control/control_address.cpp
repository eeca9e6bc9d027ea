#include "service/control/control_address.h"

#include "engine/base/hresult_table.h"
#include "service/control/control_words.h"

namespace ae::service {
namespace {

bool is_machine(const ControlAddress& address) { return address.scope == engine::Scope::machine; }

std::string named(const AccountId& account) { return std::string(kControlWords.account) + account; }

}  // namespace

Done may_ask(const ControlAddress& address, const Peer& client) {
    if (client.administrator || client.account == address.owner) {
        return done();
    }
    const std::string administrators(kControlWords.administrators);
    if (is_machine(address)) {
        return fail(kAccessDenied, "only " + administrators + " may ask for the machine's context",
                    own_context_remedy());
    }
    return fail(kAccessDenied,
                "only " + named(address.owner) + " and " + administrators +
                    " may ask for this user's context",
                "Run it as that user, or ask for your own context");
}

Done may_answer(const ControlAddress& address, const Peer& server) {
    if (server.administrator || server.account == address.owner) {
        return done();
    }
    return fail(kAccessDenied,
                "whoever listens at " + address.path + " is " + named(server.account) +
                    ", not the service; nothing was sent",
                std::string(kControlWords.against_impostor));
}

std::string start_remedy(const ControlAddress& address) {
    return std::string(is_machine(address) ? kControlWords.start_machine
                                           : kControlWords.start_user);
}

std::string own_context_remedy() {
    return std::string(kControlWords.as_administrator) +
           "; your own context: aeclient pulse --user, aeclient status --user";
}

}  // namespace ae::service
