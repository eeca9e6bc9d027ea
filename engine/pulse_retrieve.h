// What became of requests under submission, and of those whose answer was lost: rules N1-N5, N8,
// N11, W10, X4.
// Not for: which requests are asked about (plan.h).
#pragma once

#include "engine/pulse_dispose.h"

namespace ae::engine {

class Retriever {
  public:
    Retriever(PulseContext& pulse, Disposer& disposer) : pulse_(pulse), disposer_(disposer) {}

    // Carries out one `retrieve` or `forget`; the outcome replaces its decision.
    void carry_out(const Action& action);

  private:
    void retrieve(const Action& action, const PendingRequest& entry, Decision& decision);
    void reconcile(const Action& action, const PendingRequest& entry, Decision& decision);
    void not_found(const PendingRequest& entry, Decision& decision, const std::string& why);
    Done stands(const PendingRequest& entry, const CaReply& denial);
    void deny(const PendingRequest& entry, const CaReply& reply, Decision& decision);
    void install(const Action& action, const PendingRequest& entry, const CaReply& reply,
                 Decision& decision);
    Result<CertificateFacts> judge(const CaReply& reply, const Template& wanted,
                                   const EnrollmentService& ca, PrivateKey& key,
                                   ByteView archived_key_hash);
    bool settle(const Action& action, const PendingRequest& entry, const Template& wanted,
                const CaRef& ca, const CaReply& reply, CertificateFacts leaf, Decision& decision);
    void keep(const PendingRequest& entry, Decision& decision, Error error);
    void reject(const PendingRequest& entry, Decision& decision, std::uint32_t request_id,
                Error error);
    Done drop(const PendingRequest& entry);
    Done erase_key(const PendingRequest& entry);

    PulseContext& pulse_;
    Disposer& disposer_;
};

}  // namespace ae::engine
