#include "ca-client/icpr/passage_session.h"

#include "ca-client/dcom/peer_association.h"
#include "ca-client/rpc/endpoint_mapper.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

constexpr std::uint16_t kContext = 0;

std::string at(const Peer& peer, std::uint16_t port) {
    return printable(peer.host) + ':' + std::to_string(port);
}

// Connected, and `interface` accepted.
Result<Association> reach(const Peer& peer, std::uint16_t port, const Interface& interface,
                          std::string_view name) {
    auto bound = open_association(peer, peer.host, port, interface);
    if (!bound) {
        return pass(bound);
    }
    if (auto accepted = require_accepted(bound->context, name); !accepted) {
        return pass(accepted);
    }
    return std::move(bound->association);
}

Result<Bytes> call(Association& mapper, const Peer& peer, std::uint16_t opnum, ByteView stub) {
    return mapper.call(
        {.context_id = kContext, .opnum = opnum, .stub = stub, .timeout = peer.timeouts.call});
}

Result<MappedEndpoints> ask_mapper(const Peer& peer) {
    auto mapper = reach(peer, peer.mapper_port, iface::kEndpointMapper, "the endpoint mapper");
    if (!mapper) {
        return pass(mapper);
    }
    const auto reply = call(*mapper, peer, opnum::kEptMap, encode_ept_map(iface::kCertPassage));
    if (!reply) {
        return fail(reply.error());
    }
    auto found = decode_ept_map(*reply, iface::kCertPassage);
    if (found && !found->handle.empty()) {
        // [MS-RPCE] 2.2.1.2.5: a search that is left early is closed.  The end of the connection
        // closes it too, so nothing depends on the answer.
        static_cast<void>(call(*mapper, peer, opnum::kEptLookupHandleFree,
                               encode_ept_lookup_handle_free(found->handle)));
    }
    return found;
}

}  // namespace

Result<PassageSession> PassageSessions::open(const engine::CaRef& ca) const {
    const Peer peer = peer_of(ca, options_, world_);
    const auto found = ask_mapper(peer);
    if (!found) {
        return fail(as_unavailable(found.error())
                        .within("look up ICertPassage on " + at(peer, peer.mapper_port)));
    }
    // The mapper's order; the first that can be reached.
    Result<PassageSession> session = fail(kEndpointNotRegistered, "no port");
    for (const std::uint16_t port : found->ports) {
        auto association = reach(peer, port, iface::kCertPassage, "ICertPassage");
        if (association) {
            return PassageSession{std::move(*association), "on " + at(peer, port), {}};
        }
        const bool next_port = association.error().code == kServerUnavailable;  // and not silence
        session = fail(as_unavailable(std::move(association.error()))
                           .within("connect to ICertPassage on " + at(peer, port)));
        if (!next_port) {
            break;
        }
    }
    return session;
}

PassageSessions::Held PassageSessions::hold(const engine::CaRef& ca) {
    const std::string host = to_lower(ca.dns_host);
    const auto kept = sessions_.find(host);
    if (kept != sessions_.end()) {
        PassageSession& session = kept->second;
        if (session.association.ready() && world_.now() - session.used < kPassageIdleLimit) {
            session.used = world_.now();
            return {.session = &session, .reused = true};
        }
        log("the connection to " + printable(host) + " is over");
        sessions_.erase(kept);
    }
    auto opened = open(ca);
    if (!opened) {
        return {.session = fail(std::move(opened.error()))};
    }
    opened->used = world_.now();
    log("ask " + printable(ca.config()) + " through ICertPassage " + opened->where);
    const auto [session, inserted] = sessions_.insert_or_assign(host, std::move(*opened));
    return {.session = &session->second};
}

void PassageSessions::drop(const engine::CaRef& ca) { sessions_.erase(to_lower(ca.dns_host)); }

void PassageSessions::drop_all() { sessions_.clear(); }

void PassageSessions::log(const std::string& text) const {
    if (options_.log) {
        options_.log(text);
    }
}

}  // namespace ae::ca
