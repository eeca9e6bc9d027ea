#include "service/system_trust.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ae::service {
namespace {

// id-ce-nameConstraints and id-ce-extKeyUsage, with tag and length.
constexpr std::array<std::array<std::uint8_t, 5>, 2> kRestrictions{
    {{0x06, 0x03, 0x55, 0x1D, 0x1E}, {0x06, 0x03, 0x55, 0x1D, 0x25}}};

// Wherever the octets stand: an intermediate too many that is left out does no harm.
bool is_restricted(const Bytes& certificate) {
    return std::ranges::any_of(kRestrictions, [&](const auto& oid) {
        return !std::ranges::search(certificate, oid).empty();
    });
}

}  // namespace

std::vector<Bytes> publishable(const engine::Anchors& replica, engine::ChainChecker& chains,
                               Time now) {
    std::vector<Bytes> accepted = replica.roots;
    // Only what was accepted may help to build a chain, so the order of the directory must not
    // matter: until a pass adds nothing.  A root that is restricted vouches for nobody: what it
    // vouches for would be trusted beyond its restriction.
    engine::Anchors trust;
    std::ranges::copy_if(replica.roots, std::back_inserter(trust.roots),
                         [](const Bytes& one) { return !is_restricted(one); });
    std::vector<Bytes> left;
    std::ranges::copy_if(replica.intermediates, std::back_inserter(left), [](const Bytes& one) {
        const auto facts = engine::parse_certificate(one);
        return facts && facts->is_ca && !is_restricted(one);
    });
    for (bool again = true; again;) {
        const auto good = [&](const Bytes& one) {
            return chains.check(one, {}, trust, now).state == engine::ChainState::valid;
        };
        const auto rest = std::stable_partition(left.begin(), left.end(), good);
        trust.intermediates.insert(trust.intermediates.end(), left.begin(), rest);
        again = rest != left.begin();
        left.erase(left.begin(), rest);
    }
    accepted.insert(accepted.end(), trust.intermediates.begin(), trust.intermediates.end());
    return accepted;
}

std::unique_ptr<engine::ChainChecker> replica_checker(stores::RevocationSources sources) {
    return stores::make_chain_checker({}, std::move(sources));
}

std::vector<Remark> follow_replica(const SystemTrust& system, Publish publish,
                                   engine::CertStore& stores, stores::RevocationSources sources,
                                   engine::Crypto& crypto, Time now) {
    if (publish == Publish::withdrawn) {
        return publish_trust(system, {}, crypto);
    }
    auto roots = stores.trusted(engine::TrustStore::root);
    auto intermediates = stores.trusted(engine::TrustStore::intermediate);
    for (const auto* read : {&roots, &intermediates}) {
        if (!*read) {
            return {{engine::EventLevel::warning,
                     "the system's trust stays as it is: " + read->error().sentence(),
                     {}}};
        }
    }
    const auto chains = replica_checker(std::move(sources));
    return publish_trust(
        system, publishable({std::move(*roots), std::move(*intermediates)}, *chains, now), crypto);
}

}  // namespace ae::service
