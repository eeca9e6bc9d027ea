#include "engine/base/der.h"
#include "stores/chain_builder.h"
#include "stores/chain_verdict_wincrypt.h"
#include "stores/system_store_wincrypt.h"

#include <span>
#include <utility>

namespace ae::stores {
namespace {

using engine::ChainState;
using engine::ChainStatus;

struct ChainTraits {
    using value_type = PCCERT_CHAIN_CONTEXT;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type chain) noexcept { ::CertFreeCertificateChain(chain); }
};
using UniqueChain = UniqueHandle<ChainTraits>;

// Nothing is fetched: what may help is in the store that we give.  All chains that can be built, so
// that the one we trust is among them whatever the system thinks of it.
constexpr DWORD kFlags = CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL | CERT_CHAIN_DISABLE_AIA |
                         CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE |
                         CERT_CHAIN_DISABLE_PASS1_QUALITY_FILTERING |
                         CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS;

FILETIME filetime_of(Time time) {
    constexpr std::int64_t kSecondsFrom1601 = 11'644'473'600;
    constexpr std::int64_t kTicksPerSecond = 10'000'000;
    const auto ticks = static_cast<std::uint64_t>(
        (time.time_since_epoch().count() + kSecondsFrom1601) * kTicksPerSecond);
    return {static_cast<DWORD>(ticks & 0xFFFFFFFFU), static_cast<DWORD>(ticks >> 32U)};
}

UniqueCertStore memory_store() {
    return UniqueCertStore(::CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
}

// The system would overlook octets behind a certificate.
bool is_one_element(ByteView der) {
    der::Reader reader(der);
    return reader.expect(der::Tag::sequence) && reader.at_end();
}

// Octets that are no certificate are passed over.
bool add_all(const UniqueCertStore& store, const std::vector<Bytes>& certificates) {
    for (const Bytes& der : certificates) {
        if (is_one_element(der)) {
            ::CertAddEncodedCertificateToStore(store.get(), X509_ASN_ENCODING, der.data(),
                                               static_cast<DWORD>(der.size()),
                                               CERT_STORE_ADD_USE_EXISTING, nullptr);
        }
    }
    return static_cast<bool>(store);
}

std::vector<ChainLink> links_of(const CERT_SIMPLE_CHAIN& chain) {
    std::vector<ChainLink> links;
    for (const PCERT_CHAIN_ELEMENT element : std::span(chain.rgpElement, chain.cElement)) {
        links.push_back({element->pCertContext, element->TrustStatus.dwErrorStatus,
                         (element->TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED) != 0});
    }
    return links;
}

std::vector<Bytes> path_of(const std::vector<ChainLink>& links) {
    std::vector<Bytes> path;
    for (const ChainLink& link : links) {
        const std::span octets(link.certificate->pbCertEncoded, link.certificate->cbCertEncoded);
        path.emplace_back(octets.begin(), octets.end());
    }
    return path;
}

// The best first; among equals the one that the system prefers.
int rank_of(const ChainStatus& status) {
    return status.state == ChainState::valid ? 0 : status.state == ChainState::expired ? 1 : 2;
}

class WincryptChainBuilder final : public ChainBuilder {
  public:
    BuiltChain build(ByteView certificate, const std::vector<Bytes>& extra,
                     const engine::Anchors& trust, Time now) override {
        const auto leaf = certificate_from_der(certificate);
        if (!leaf || !is_one_element(certificate)) {
            return {{ChainState::malformed, "it is not one whole certificate", {}}, {}};
        }
        const UniqueCertStore helpers = remember(trust) ? with_anchors(extra) : UniqueCertStore();
        UniqueChain chains;
        FILETIME when = filetime_of(now);
        CERT_CHAIN_PARA parameters{};
        parameters.cbSize = sizeof(parameters);
        if (!helpers ||
            ::CertGetCertificateChain(nullptr, leaf->get(), &when, helpers.get(), &parameters,
                                      kFlags, nullptr, chains.put()) == FALSE) {
            return {{ChainState::untrusted, "the chain could not be checked", {}}, {}};
        }
        return best_of(*chains.get(), {trust, extra}, now);
    }

  private:
    static BuiltChain best_of(const CERT_CHAIN_CONTEXT& found, const KnownCertificates& known,
                              Time now) {
        // The first simple chain alone: further ones belong to trust lists, which we do not use.
        std::vector<ChainLink> links = links_of(*found.rgpChain[0]);
        ChainStatus best = verdict_on(links, known, now);
        for (const PCCERT_CHAIN_CONTEXT other :
             std::span(found.rgpLowerQualityChainContext, found.cLowerQualityChainContext)) {
            std::vector<ChainLink> others = links_of(*other->rgpChain[0]);
            ChainStatus status = verdict_on(others, known, now);
            if (rank_of(status) < rank_of(best)) {
                best = std::move(status);
                links = std::move(others);
            }
        }
        const bool holds = best.state == ChainState::valid;
        return {std::move(best), holds ? path_of(links) : std::vector<Bytes>()};
    }

    bool remember(const engine::Anchors& trust) {
        if (anchors_ && trust.roots == trust_.roots &&
            trust.intermediates == trust_.intermediates) {
            return true;
        }
        anchors_ = memory_store();
        trust_ = trust;
        return add_all(anchors_, trust.roots) && add_all(anchors_, trust.intermediates);
    }

    // Gone with this question, so that it does not help the next.
    UniqueCertStore with_anchors(const std::vector<Bytes>& extra) {
        const UniqueCertStore own = memory_store();
        UniqueCertStore all(::CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0, 0, nullptr));
        if (!all || !add_all(own, extra) ||
            ::CertAddStoreToCollection(all.get(), anchors_.get(), 0, 0) == FALSE ||
            ::CertAddStoreToCollection(all.get(), own.get(), 0, 0) == FALSE) {
            return {};
        }
        return all;
    }

    engine::Anchors trust_;  // what anchors_ was made from
    UniqueCertStore anchors_;
};

}  // namespace

std::unique_ptr<ChainBuilder> make_chain_builder() {
    return std::make_unique<WincryptChainBuilder>();
}

}  // namespace ae::stores
