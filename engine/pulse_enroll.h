// One request for one template: the order of CAs, the key, the request, the answer, the
// installation. "CA choice" and "Next CA?" of RULES.md, rules W4, W6, W7, X4, checks I1-I13.
//
// Not for: deciding that a certificate is needed (requirements.h), renewals, retrieval.
// Every outcome ends as the decision's verdict and fact, as events, and, when it is no success, as
// errors of the report.
#pragma once

#include "engine/access_check.h"
#include "engine/pulse.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ae::engine {

// Events of one pulse: puts the scope in front of the arguments.
class PulseLog {
  public:
    PulseLog(EventSink& sink, Scope scope) : sink_(sink), scope_(scope) {}
    void record(EventId id, std::vector<std::string> arguments = {}) const;
    // "machine pulse"
    [[nodiscard]] std::string name() const { return std::string(to_string(scope_)) + " pulse"; }

  private:
    EventSink& sink_;
    Scope scope_;
};

class Enroller {
  public:
    // All arguments must outlive the object.
    Enroller(const Ports& ports, const PulseOptions& options, const Snapshot& world,
             const Replica& replica, PulseReport& report);

    // Carries out an `enroll` decision; the outcome replaces its verdict, fact and remedy.
    void carry_out(const Template& wanted, Decision& decision);

  private:
    struct Attempt;
    enum class Step { next_ca, all_failed, finished };
    enum class KeyFate { erase, keep };

    [[nodiscard]] PendingRequest entry_of(const Attempt& attempt,
                                          const EnrollmentService& ca) const;
    std::vector<const EnrollmentService*> trusted_cas(const Template& wanted,
                                                      std::string& untrusted);
    const ChainStatus& trust_in(const EnrollmentService& ca);
    Done prepare(Attempt& attempt);
    Step ask(Attempt& attempt, const EnrollmentService& ca);
    Step take(Attempt& attempt, const EnrollmentService& ca, const CaReply& reply);
    Step wait_for(Attempt& attempt, const EnrollmentService& ca, const CaReply& reply);
    Step refused(Attempt& attempt, std::uint32_t request_id, Error error);
    Step lost_answer(Attempt& attempt, Error error);
    Step rejected(Attempt& attempt, const EnrollmentService& ca, std::uint32_t request_id,
                  Error error, KeyFate fate);
    void give_up(Attempt& attempt);
    void discard_key(Attempt& attempt);
    void fail_decision(Attempt& attempt, Error error);

    const Ports& ports_;
    const PulseOptions& options_;
    const Snapshot& world_;
    const Replica& replica_;
    PulseReport& report_;
    PulseLog log_;
    SidSet account_;
    std::map<CaRef, ChainStatus> trust_{};  // one chain check per CA and pulse
};

}  // namespace ae::engine
