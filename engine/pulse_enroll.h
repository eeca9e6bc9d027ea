// One request for one template: the key, the request, the CAs in order, the answer, the
// installation, and what the new certificate replaces. "CA choice" and "Next CA?" of RULES.md,
// rules W4, W6, W7, X4, B1, J4, checks I1-I13.
//
// Not for: deciding that a certificate is needed (requirements.h), retrieval (pulse_retrieve.h).
// Every outcome ends as the decision's verdict and fact, as events, and, when it is no success, as
// errors of the report.
#pragma once

#include "engine/pulse_dispose.h"

#include <memory>
#include <string>
#include <vector>

namespace ae::engine {

class Enroller {
  public:
    Enroller(PulseContext& pulse, Disposer& disposer) : pulse_(pulse), disposer_(disposer) {}

    // Carries out one `enroll` or `renew`; the outcome replaces its decision.
    void carry_out(const Action& action);

  private:
    struct Attempt;
    enum class Step { next_ca, all_failed, finished };
    enum class KeyFate { erase, keep };

    bool enrolled_meanwhile(Attempt& attempt);
    Done prepare(Attempt& attempt);
    Done prepare_key(Attempt& attempt);
    std::string take_unanswered(const Attempt& attempt);
    Result<Signer> signer_of(const std::string& thumbprint);
    [[nodiscard]] PendingRequest entry_of(const Attempt& attempt, const CaRef& ca) const;
    Step ask(Attempt& attempt, const CaRef& ca);
    Step take(Attempt& attempt, const CaRef& ca, const CaReply& reply);
    Step wait_for(Attempt& attempt, const CaRef& ca, const CaReply& reply);
    Step refused(Attempt& attempt, std::uint32_t request_id, Error error);
    Step no_answer(Attempt& attempt, const CaRef& ca, Error error);
    Step lost_answer(Attempt& attempt, Error error);
    Step rejected(Attempt& attempt, const CaRef& ca, std::uint32_t request_id, Error error,
                  KeyFate fate);
    void installed(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                   InstalledCertificate where, CertificateFacts leaf);
    void give_up(Attempt& attempt);
    void discard_key(Attempt& attempt);
    void fail_attempt(Attempt& attempt, Error error);

    PulseContext& pulse_;
    Disposer& disposer_;
};

}  // namespace ae::engine
