// Does a certificate chain to the roots that the replica holds, and is one of the chain revoked?
// (engine/ports.h ChainChecker)
//
// Trust is `trust.roots` of each call, and the administrator's own roots, and nothing else: never
// the distribution's bundle, which would make every public authority able to speak for the domain.
// `trust.intermediates` and `extra` only help to build the chain; no certificate of them is ever
// trusted by itself (I13).  Octets among them that are no certificate are passed over.
// One finding is reported, by this rank: malformed, untrusted, expired, revoked.  A certificate
// that becomes valid within 10 minutes counts as valid (rules Q10, I10: clocks differ), later ones
// as expired.  Any purpose is taken, because rules look at the usages themselves; Microsoft's
// application-policy and template extensions may be critical, as on Windows.
//
// Revocation (rules Q14, "choice 3"): asked about every certificate of a chain that holds, but its
// root; by OCSP where the certificate names a responder, else or when that tells nothing by its
// lists.  Only what is signed by the issuer counts (engine/revocation.h).  The worst is reported:
//   revoked                   ChainState::revoked
//   valid, and revocation_problem
//     0x800B010E  the authority's own statement is there and cannot be used: a critical extension
//                 that is not understood, an indirect list, a responder that does not know it
//     0x80092013  nothing came, or nothing that is signed, fresh and about this certificate
//     0x80092012  a certificate names neither list nor responder
// A URL of a list is asked once in a run, and not at all while the cache has a list whose next one
// is not due; a responder that did not answer, or refused to, is not asked again.  All of it takes
// `budget` at most, give or take one answer; after that everything counts as offline.
//
// The anchors of the last call are kept parsed, and compared by content: thousands of calls with
// the same ones parse them once.  Blocks while it fetches.  One thread at a time.
#pragma once

#include "engine/ports.h"
#include "engine/url_source.h"
#include "stores/crl_cache.h"
#include "stores/warn.h"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace ae::stores {

// When the place of a list is asked although the cache has one.
enum class Refresh {
    when_due,  // its issuer makes the next one by now
    always,    // whoever says so has a reason: it was revoked just now
};

struct RevocationSources {
    engine::UrlSource* urls = nullptr;  // nothing: revocation is not looked at
    CrlCache* cache = nullptr;          // nothing: lists are kept for this run alone
    Refresh refresh = Refresh::when_due;
    Warn note{};  // once per issuer and run: why it cannot be told what it revoked
    std::chrono::milliseconds budget{30'000};
    std::function<std::chrono::steady_clock::time_point()> clock = std::chrono::steady_clock::now;
};

// What `sources` points to must outlive what is returned.
// `own_roots`: DER, trusted beside those of every call (stores/own_trust.h).
std::unique_ptr<engine::ChainChecker> make_chain_checker(std::vector<Bytes> own_roots = {},
                                                         RevocationSources sources = {});

}  // namespace ae::stores
