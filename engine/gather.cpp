#include "engine/gather.h"

#include "engine/base/text.h"
#include "engine/held_review.h"

#include <array>

namespace ae::engine {
namespace {

constexpr std::array kTrustStores = {TrustStore::root, TrustStore::intermediate,
                                     TrustStore::nt_auth};

Done read_directory(const Ports& ports, const PulseOptions& options, Gathered& into) {
    auto account = ports.directory.read_account(options.scope);
    if (!account) {
        return pass(account, "find the account");
    }
    auto replica = ports.directory.read_replica();
    if (!replica) {
        return pass(replica, "read the Public Key Services");
    }
    into.world.account = std::move(*account);
    into.world.account.scope = options.scope;
    into.replica = std::move(*replica);
    into.world.templates = std::move(into.replica.templates);
    into.world.services = std::move(into.replica.services);
    into.world.site = into.replica.server.site;
    into.world.forest_id = into.replica.server.forest_id;
    return done();
}

// Rules K1-K5; a user inherits the machine's trust.
Done read_trust(const Ports& ports, const PulseOptions& options, Gathered& into) {
    for (const TrustStore store : kTrustStores) {
        auto current = ports.certificates.trusted(store);
        if (!current) {
            return pass(current, "read store " + std::string(to_string(store)));
        }
        into.trust_now[store] = std::move(*current);
    }
    if (options.scope == Scope::user || into.world.policy.disabled()) {
        into.anchors = {into.trust_now[TrustStore::root], into.trust_now[TrustStore::intermediate]};
        return done();
    }
    // By hand --force is about the one thing that was asked for (rule M1).
    const bool at_once = options.force && options.errand.kind == Errand::Kind::none;
    into.trust =
        plan_trust_stores(into.replica, into.trust_now, into.world.memory, options.now, at_once);
    into.anchors = {into.trust[0].result, into.trust[1].result};
    return done();
}

// Of every CA that the forest lists: they help to build chains and are trusted for nothing.
void add_ca_certificates(Gathered& into) {
    for (const EnrollmentService& ca : into.world.services) {
        auto& helpers = into.anchors.intermediates;
        helpers.insert(helpers.end(), ca.certificates.begin(), ca.certificates.end());
    }
}

// The newest certificate that stands decides; a revoked one ends the search, because an older key
// of a CA whose newer one had to be revoked is no better.
ChainStatus trust_in(const EnrollmentService& ca, const Ports& ports, const Gathered& gathered) {
    ChainStatus status{ChainState::untrusted, "the directory lists no certificate for it", {}};
    for (const Bytes& certificate : ca.certificates) {
        status = ports.chains.check(certificate, {}, gathered.anchors, gathered.world.now);
        if (status.state == ChainState::valid || status.state == ChainState::revoked) {
            break;
        }
    }
    return status;
}

void check_cas(const Ports& ports, Gathered& into) {
    for (const EnrollmentService& ca : into.world.services) {
        into.world.ca_trust.push_back({ca.ref(), trust_in(ca, ports, into)});
    }
}

// Rules D4, X2: only managed values matter.
Done read_published(const Ports& ports, Gathered& into) {
    const TemplateIndex index(into.world.templates);
    for (const Bytes& value : into.world.account.user_certificates) {
        auto facts = parse_certificate(value);
        if (!facts || !index.find(*facts)) {
            continue;
        }
        into.world.published.push_back(
            {std::move(*facts), to_hex(ports.crypto.digest(HashAlgorithm::sha1, value)),
             ports.chains.check(value, {}, into.anchors, into.world.now)});
    }
    return done();
}

// Rule X3: further stores by name; MY is always watched.
void read_watched(const Ports& ports, Gathered& into) {
    for (const std::string& name : into.world.policy.warn_stores) {
        for (const TrustStore store : kTrustStores) {
            if (!equal_ignoring_case(name, to_string(store))) {
                continue;
            }
            for (const Bytes& certificate : into.trust_now[store]) {
                if (auto facts = parse_certificate(certificate)) {
                    into.world.watched.push_back(
                        {std::string(to_string(store)),
                         to_hex(ports.crypto.digest(HashAlgorithm::sha1, certificate)),
                         std::move(*facts)});
                }
            }
        }
    }
}

}  // namespace

Done read_stores(const Ports& ports, Gathered& into) {
    // Without them every template would look as if its certificate were missing.
    auto held = ports.certificates.held();
    if (!held) {
        return pass(held, "read MY");
    }
    auto pending = ports.certificates.pending();
    if (!pending) {
        return pass(pending, "read REQUEST");
    }
    into.world.my = std::move(*held);
    into.world.pending = std::move(*pending);
    // Foreign ones too: one of them may sign a request (rule E6).
    for (HeldCertificate& one : into.world.my) {
        one.chain = ports.chains.check(one.facts.der, {}, into.anchors, into.world.now);
    }
    return done();
}

Done gather(const Ports& ports, const PulseOptions& options, Gathered& into) {
    into.world.now = options.now;
    into.world.seed = options.seed;
    into.world.force = options.force;
    into.world.abilities = options.abilities;
    into.world.account.scope = options.scope;
    ports.events.step({.kind = StepKind::policy});
    auto policy = ports.policy.read(options.scope);
    if (!policy) {
        return pass(policy, "read the policy");
    }
    into.world.policy = std::move(*policy);
    const bool whole = options.errand.kind == Errand::Kind::none;
    if (into.world.policy.disabled() && !options.preview && whole) {
        return done();  // rule A1: not even the replica
    }
    into.world.abilities.providers = ports.keys.providers();
    into.world.memory = ports.memory.load();
    forget_the_future(into.world.memory, options.now);
    ports.events.step({.kind = StepKind::directory});
    return read_directory(ports, options, into)
        .and_then([&](auto) { return read_trust(ports, options, into); })
        .and_then([&](auto) {
            add_ca_certificates(into);
            ports.events.step({.kind = StepKind::stores});
            return read_stores(ports, into);
        })
        .and_then([&](auto) {
            check_cas(ports, into);
            read_watched(ports, into);
            return read_published(ports, into);
        });
}

}  // namespace ae::engine
