// What became of requests under submission: rules N1-N5, N8, X4.
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
    void deny(const PendingRequest& entry, const CaReply& reply, Decision& decision);
    void install(const Action& action, const PendingRequest& entry, const CaReply& reply,
                 Decision& decision);
    void keep(const PendingRequest& entry, Decision& decision, Error error);
    void reject(const PendingRequest& entry, Decision& decision, std::uint32_t request_id,
                Error error);
    Done drop(const PendingRequest& entry);

    PulseContext& pulse_;
    Disposer& disposer_;
};

}  // namespace ae::engine
