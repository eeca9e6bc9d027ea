// The system's own trust in the forest's authorities (setting PublishTrust): what the replica holds
// is also given to the programs of this host that know nothing of aeclient.
//
// Linux, the first of these that the host has:
//   update-ca-certificates  Debian's: /usr/local/share/ca-certificates/aeclient-<thumbprint>.crt
//                           SUSE's: /etc/pki/trust/anchors/aeclient-<thumbprint>.crt, where that
//                           folder is
//   update-ca-trust         Fedora's: /etc/pki/ca-trust/source/anchors/aeclient-<thumbprint>.crt
//   trust                   p11-kit's: told of each certificate; what it was told stands in
//                           published-trust/ of the context's folder
// Windows has the replica where programs look for it: nothing is done.
//
// Only files of exactly that name are ours, and the temporaries that a crash left of them; no other
// is read or touched, and a link is never followed.  What a crash or a failed tool left undone is
// made up for by the next run, because system-trust of the context's folder says that it is owed.
// Not for: users, and not for deciding what the replica holds (rules K2, K3).
// Blocks for the tool's time, two minutes at most; one thread.  Nothing fails for its sake: what
// there is to say is a remark.
#pragma once

#include "engine/ports.h"
#include "service/state_folder.h"
#include "service/system_log.h"
#include "stores/chain_checker.h"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::service {

inline constexpr std::chrono::minutes kTrustToolTime{2};
inline constexpr std::string_view kSystemTrustFile = "system-trust";
inline constexpr std::string_view kPublishedTrust = "published-trust";

struct SystemTrust {
    std::string root{};  // the folder that stands for "/"; empty: the host's own
    std::string state_dir{};
    std::chrono::milliseconds limit = kTrustToolTime;
    std::stop_token stop{};
};

// Makes the system trust exactly `anchors` for our sake; none: withdraws all that is ours.
std::vector<Remark> publish_trust(const SystemTrust& system, const std::vector<Bytes>& anchors,
                                  engine::Crypto& crypto);

// What of the replica may become an anchor: every root, and the intermediates that a root without
// restrictions vouches for.  Not those that are restricted (name constraints, extended key usage),
// nor what only they lead to: a system that takes each of its files for an anchor forgets the
// restriction.  Pure but for the checker.
std::vector<Bytes> publishable(const engine::Anchors& replica, engine::ChainChecker& chains,
                               Time now);

// The checker for publishable(): it trusts the roots of each call alone.  Never the run's own,
// which trusts the administrator's roots too (stores/own_trust.h): what only those vouch for was
// not replicated, and must not become an anchor of every program.  What was revoked is no anchor
// either.
std::unique_ptr<engine::ChainChecker> replica_checker(stores::RevocationSources sources);

// After a pulse of the machine.  What `sources` points to outlives the call.
enum class Publish { withdrawn, asked };
std::vector<Remark> follow_replica(const SystemTrust& system, Publish publish,
                                   engine::CertStore& stores, stores::RevocationSources sources,
                                   engine::Crypto& crypto, Time now);

}  // namespace ae::service
