// Is one of a chain revoked?  (chain_checker.h says how it asks, and what the codes mean.)
// Portable: both platforms' chains are judged by the same rules (engine/revocation.h).
// One object serves one run: what it learned about a certificate or a URL it does not ask again.
// Blocks while it fetches.  One thread at a time.
#pragma once

#include "engine/ports.h"
#include "engine/revocation.h"
#include "stores/chain_checker.h"
#include "stores/crl_shelf.h"
#include "stores/url_budget.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ae::stores {

class RevocationChecker {
  public:
    // `sources` must have `urls`; what it points to and `crypto` must outlive this.
    RevocationChecker(RevocationSources sources, engine::Crypto& crypto);
    RevocationChecker(const RevocationChecker&) = delete;
    RevocationChecker& operator=(const RevocationChecker&) = delete;

    struct PathStatus {
        engine::ChainStatus status{};
        std::optional<std::size_t> revoked{};  // the first of the path that is
    };
    // `path`: of a chain that holds, the certificate first and its root last.
    PathStatus check(const std::vector<Bytes>& path, Time now);

  private:
    using Verdict = engine::RevocationVerdict;

    const Verdict& verdict_on(const Bytes& certificate, const Bytes& issuer, Time now);
    Verdict ask(const engine::CertificateFacts& certificate, const engine::CertificateFacts& issuer,
                Time now);
    Verdict ask_responder(const std::string& url, const engine::CertificateFacts& certificate,
                          const engine::CertificateFacts& issuer, Time now);
    Verdict ask_list(const std::string& url, const engine::CertificateFacts& certificate,
                     const engine::CertificateFacts& issuer, Time now);
    const engine::Crl* delta_to(const engine::Crl& list,
                                const engine::CertificateFacts& certificate,
                                const engine::CertificateFacts& issuer, Time now);
    void note(const engine::CertificateFacts& issuer, const Verdict& verdict);

    RevocationSources sources_;
    engine::Crypto& crypto_;
    UrlBudget urls_{sources_};
    CrlShelf lists_{urls_, sources_.cache, crypto_};
    std::map<Bytes, Verdict> verdicts_{};  // by the certificate's digest
    std::set<Bytes> noted_{};              // names of issuers
};

}  // namespace ae::stores
