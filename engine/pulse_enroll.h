// One request for one template: the key, the request, the CAs in order, the answer, the
// installation, and what the new certificate replaces. "CA choice" and "Next CA?" of RULES.md,
// rules W4, W6, W7, S13, X4, B1, J4, checks I1-I13.
//
// Not for: deciding that a certificate is needed (requirements.h), retrieval (pulse_retrieve.h).
// Every outcome ends as the decision's verdict and fact, as events, and, when it is no success, as
// errors of the report.
#pragma once

#include "engine/ca_choice.h"
#include "engine/pulse_dispose.h"
#include "engine/ticket_age.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

class Enroller {
  public:
    Enroller(PulseContext& pulse, Disposer& disposer)
        : pulse_(pulse), disposer_(disposer), tickets_(pulse.ports.session, pulse.ports.ca) {}

    // Carries out one `enroll` or `renew`; the outcome replaces its decision.
    void carry_out(const Action& action);

  private:
    struct Attempt;
    enum class Step { next_ca, all_failed, finished };

    bool enrolled_meanwhile(Attempt& attempt);
    Done prepare(Attempt& attempt);
    Done prepare_key(Attempt& attempt);
    Done build(Attempt& attempt);
    std::optional<Step> build_for(Attempt& attempt, const CaRef& ca);
    Step not_built(Attempt& attempt, Error error);
    std::optional<PendingRequest> take_unanswered(const Attempt& attempt);
    Result<Signer> signer_of(const std::string& thumbprint);
    [[nodiscard]] PendingRequest entry_of(const Attempt& attempt, const CaRef& ca) const;
    Step ask(Attempt& attempt, const CaRef& ca);
    Result<CaReply> submit(Attempt& attempt, const CaRef& ca);
    bool has_fresh_tickets(Attempt& attempt, const CaRef& ca, const CaReply& denial);
    bool is_new_request_now(Attempt& attempt, const CaRef& ca, const CaReply& refusal);
    void tell(Attempt& attempt, const CaRef& ca, const CaReply& reply, const std::string& what);
    Step take(Attempt& attempt, const CaRef& ca, const CaReply& reply);
    Step wait_for(Attempt& attempt, const CaRef& ca, const CaReply& reply);
    Step refused(Attempt& attempt, std::uint32_t request_id, Error error, NextCa next);
    Step no_answer(Attempt& attempt, const CaRef& ca, Error error);
    void note_silence(const CaRef& ca);
    Step lost_answer(Attempt& attempt, Error error);
    Step not_used(Attempt& attempt, const CaRef& ca, std::uint32_t request_id, Error error);
    Step rejected(Attempt& attempt, const CaRef& ca, std::uint32_t request_id, Error error);
    Step kept(Attempt& attempt, const CaRef& ca, std::uint32_t request_id, Error error);
    void installed(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                   InstalledCertificate where, CertificateFacts leaf);
    void give_up(Attempt& attempt);
    void discard_key(Attempt& attempt);
    void fail_attempt(Attempt& attempt, Error error);

    PulseContext& pulse_;
    Disposer& disposer_;
    TicketRepair tickets_;
};

}  // namespace ae::engine
