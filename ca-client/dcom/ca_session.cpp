#include "ca-client/dcom/ca_session.h"

#include "ca-client/dcom/peer_association.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <random>

namespace ae::ca {
namespace {

// What giving back may cost at each of its two steps: it is a courtesy, the server finds out by
// itself too.
constexpr std::chrono::milliseconds kReleaseLimit = std::chrono::seconds(5);

std::string to_text(const WireCost& cost) {
    return std::to_string(cost.round_trips) + " round trips on " +
           std::to_string(cost.connections) + " connections";
}

}  // namespace

// In wire order: the version stands in octet 7, the variant in octet 8.
Guid random_guid() {
    std::random_device source;
    Guid guid;
    for (std::uint8_t& octet : guid.wire) {
        octet = static_cast<std::uint8_t>(source());
    }
    guid.wire[7] = static_cast<std::uint8_t>((guid.wire[7] & 0x0F) | 0x40);
    guid.wire[8] = static_cast<std::uint8_t>((guid.wire[8] & 0x3F) | 0x80);
    return guid;
}

CaSessions::Held CaSessions::hold(const engine::CaRef& ca) {
    const std::string host = to_lower(ca.dns_host);
    const auto found = sessions_.find(host);
    if (found == sessions_.end()) {
        return open(ca);
    }
    CaSession& session = found->second;
    if (!session.object.ready()) {
        log("the connection to " + printable(host) + " ended meanwhile");
        sessions_.erase(found);
        return open(ca);
    }
    if (world_.now() - session.activated >= kObjectLifetime) {
        release(host, session);
        sessions_.erase(found);
        return open(ca);
    }
    return {.session = &session, .reused = true};
}

CaSessions::Held CaSessions::open(const engine::CaRef& ca) {
    const Peer peer = peer_of(ca, options_, world_);
    const Wanted wanted{.causality = random_guid(),
                        .object_class = kCertRequestClass,
                        .better = iface::kCertRequestD2,
                        .fallback = iface::kCertRequestD};
    // Before the server starts to count, so that we never think it younger than the server does.
    const auto started = world_.now();
    auto activated = activate(peer, wanted);
    if (!activated) {
        return {.session = pass(activated)};
    }
    auto object = RemoteObject::connect(peer, wanted.causality, *activated);
    if (!object) {
        // A server that answers and falls silent would only be silent once more.
        const bool lost = object.error().code == kServerUnavailable;
        return {.session = fail(as_unavailable(std::move(object.error()))), .lost = lost};
    }
    const bool second = activated->chosen == iface::kCertRequestD2;
    log("reached " + printable(ca.dns_host) + " through " +
        (second ? "ICertRequestD2" : "ICertRequestD") + " after " + to_text(object->cost()));
    const auto [session, inserted] = sessions_.insert_or_assign(
        to_lower(ca.dns_host), CaSession{std::move(*object), second, started});
    return {.session = &session->second};
}

void CaSessions::drop(const engine::CaRef& ca) { sessions_.erase(to_lower(ca.dns_host)); }

void CaSessions::release(const std::string& host, CaSession& session) {
    log("leave " + printable(host) + " after " + to_text(session.object.cost()));
    session.object.release(std::min(options_.timeouts.call, kReleaseLimit), options_.log);
}

void CaSessions::release_all() {
    for (auto& [host, session] : sessions_) {
        if (session.object.ready()) {
            release(host, session);
        }
    }
    sessions_.clear();
}

void CaSessions::log(const std::string& text) const {
    if (options_.log) {
        options_.log(text);
    }
}

}  // namespace ae::ca
