#include "stores/chain_checker.h"

#include "stores/chain_builder.h"
#include "stores/crypto.h"
#include "stores/revocation_checker.h"

#include <optional>
#include <utility>

namespace ae::stores {
namespace {

using engine::ChainState;
using engine::ChainStatus;

class PortableChainChecker final : public engine::ChainChecker {
  public:
    PortableChainChecker(std::vector<Bytes> own_roots, RevocationSources sources)
        : own_roots_(std::move(own_roots)) {
        if (sources.urls != nullptr) {
            revocation_.emplace(std::move(sources), *crypto_);
        }
    }

    ChainStatus check(ByteView certificate, const std::vector<Bytes>& extra,
                      const engine::Anchors& trust, Time now) override {
        const engine::Anchors& anchors = with_own_roots(trust);
        BuiltChain built = builder_->build(certificate, extra, anchors, now);
        // Nobody is asked about a chain that does not hold: whoever made it may have put the URLs
        // there.
        if (!revocation_ || built.status.state != ChainState::valid) {
            return std::move(built.status);
        }
        PathStatus found = revocation_->check(built.path, now);
        return found.revoked.value_or(0) == 0
                   ? std::move(found.status)
                   : check_other_ways(certificate, {extra, anchors}, std::move(built), found, now);
    }

  private:
    using PathStatus = RevocationChecker::PathStatus;
    struct Helpers {
        std::vector<Bytes> extra{};
        engine::Anchors anchors{};
    };

    // A CA that was renewed with the same key has several certificates, and the old one may be
    // revoked for that reason alone.  Revoked only when every way leads over one that is.
    ChainStatus check_other_ways(ByteView certificate, Helpers helpers, BuiltChain built,
                                 PathStatus found, Time now) {
        const ChainStatus first = found.status;
        while (found.revoked.value_or(0) != 0) {
            const Bytes bad = built.path[*found.revoked];
            if (std::erase(helpers.extra, bad) + std::erase(helpers.anchors.intermediates, bad) ==
                0) {
                return first;  // the platform had it from elsewhere
            }
            built = builder_->build(certificate, helpers.extra, helpers.anchors, now);
            if (built.status.state != ChainState::valid) {
                return first;
            }
            found = revocation_->check(built.path, now);
        }
        return found.status;
    }

    const engine::Anchors& with_own_roots(const engine::Anchors& trust) {
        if (own_roots_.empty()) {
            return trust;
        }
        if (trust.roots != asked_.roots || trust.intermediates != asked_.intermediates ||
            all_.roots.empty()) {
            asked_ = trust;
            all_ = trust;
            all_.roots.insert(all_.roots.end(), own_roots_.begin(), own_roots_.end());
        }
        return all_;
    }

    std::vector<Bytes> own_roots_;
    std::unique_ptr<engine::Crypto> crypto_ = make_crypto();
    std::optional<RevocationChecker> revocation_{};
    std::unique_ptr<ChainBuilder> builder_ = make_chain_builder();
    engine::Anchors asked_;  // what all_ was made from
    engine::Anchors all_;
};

}  // namespace

std::unique_ptr<engine::ChainChecker> make_chain_checker(std::vector<Bytes> own_roots,
                                                         RevocationSources sources) {
    return std::make_unique<PortableChainChecker>(std::move(own_roots), std::move(sources));
}

}  // namespace ae::stores
