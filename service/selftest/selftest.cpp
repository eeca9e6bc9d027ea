#include "service/selftest/selftest.h"

#include "engine/base/bytes.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/policy_gates.h"
#include "service/selftest/checks.h"

#include <array>

namespace ae::service {
namespace {

using engine::HashAlgorithm;

struct DigestVector {
    HashAlgorithm algorithm;
    const char* name;
    const char* of_abc;  // FIPS 180-4, examples: the digest of "abc"
};
constexpr std::array<DigestVector, 4> kVectors{{
    {HashAlgorithm::sha1, "SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {HashAlgorithm::sha256, "SHA-256",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {HashAlgorithm::sha384, "SHA-384",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7"},
    {HashAlgorithm::sha512, "SHA-512",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
}};

std::string bits_in_hex(std::uint32_t bits) { return "AEPolicy " + engine::policy_bits_text(bits); }

}  // namespace

void check_crypto(const SelftestParts& parts, Notebook& notes) {
    for (const DigestVector& one : kVectors) {
        const Bytes digest = parts.crypto.digest(one.algorithm, as_bytes("abc"));
        if (to_hex(digest) != one.of_abc) {
            notes.failure("crypto.digest",
                          not_as_expected(std::string(one.name) + " gives " +
                                          (digest.empty() ? "nothing" : "wrong digests")));
            return;
        }
    }
    notes.ok("crypto.digest", "SHA-1, SHA-256, SHA-384 and SHA-512 give the standard's digests");
}

void check_policy(const SelftestParts& parts, Notebook& notes) {
    const auto policy = parts.policy();
    if (!policy) {
        notes.failure("policy", policy.error());
    } else if (!policy->bits) {
        notes.note("policy", "AEPolicy is not set: nothing is enrolled or renewed",
                   "Link the domain's autoenrollment policy to this host, or set AEPolicy");
    } else if (policy->disabled()) {
        notes.note("policy", bits_in_hex(*policy->bits) + " from " + policy->source +
                                 ": autoenrollment is switched off here");
    } else {
        notes.ok("policy", bits_in_hex(*policy->bits) + " from " + policy->source);
    }
}

void check_control(const SelftestParts& parts, Notebook& notes) {
    const auto host = parts.host_status();
    if (host) {
        notes.ok("control", "the service answers: process " + std::to_string(host->process) + ", " +
                                host->state + ", up since " + ae::to_string(host->since));
    } else if (host.error().code == kServiceNotActive) {
        notes.note("control", "no service of this context runs: nothing happens by itself",
                   host.error().remedy);
    } else {
        notes.failure("control", host.error());
    }
}

std::vector<SelftestFinding> run_selftest(const SelftestParts& parts) {
    Notebook notes(parts.gaps);
    for (const auto check : {check_crypto, check_policy, check_stores, check_trial_stores,
                             check_domain, check_events, check_control}) {
        if (parts.stop.stop_requested()) {
            notes.skip("stopped",
                       "the checks that would follow were not tried: it was told to stop");
            break;
        }
        check(parts, notes);
    }
    return notes.take();
}

}  // namespace ae::service
