// Every rule that a decision went through, in order, with the fact that decided it: what
// `aeclient explain TEMPLATE` prints.  It is recorded by the checks themselves while they decide,
// so that it cannot say anything else than they do.
// Not for: deciding (candidate.h, need_obstacles.h, requirements.h).  Values; one thread.
#pragma once

#include "engine/decision.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::engine {

// In the order in which a template goes through them.
enum class RulePart {
    policy,     // is anything decided at all?
    candidate,  // may this account have a new certificate of it? (E, S)
    renewal,    // may the one that is held be renewed all the same? (A3, Q11)
    need,       // what MY holds of it (Q, D1)
    obstacle,   // what stands against the need (A, D3-D5, R-UI, Q7, B1)
    authority,  // who is asked ("choice")
    supersede,  // does another template replace it? (U)
};
std::string_view to_string(RulePart part);  // "candidate"

enum class RuleOutcome {
    passed,
    settled,      // it ends here, and nothing is wrong: held, pending, published, superseded
    failed,       // it ends here
    not_reached,  // an earlier one ended it
};
std::string_view to_string(RuleOutcome outcome);  // "passed", ..., "not reached"

struct RuleStep {
    RulePart part{};
    std::string rule{};      // "E3"
    std::string question{};  // what the rule demands: "Enroll on the template"
    RuleOutcome outcome{};
    std::string fact{};    // what decided it; empty when it was not reached
    std::string remedy{};  // of one that failed
};
using RuleTrail = std::vector<RuleStep>;

// Whether nothing is wrong with a decision that ends the way to a request.
bool is_settled(Verdict verdict);

// The checks of one part, one after the other; after the first that objects none is asked.
class RuleWalk {
  public:
    // `trail` may be nothing: then no fact is put into words.
    RuleWalk(RulePart part, RuleTrail* trail) : part_(part), trail_(trail) {}

    // `check`: std::optional<Decision>(); `fact`: std::string(), asked when the check passed.
    template <class Check, class Fact>
    RuleWalk& demand(std::string_view rule, std::string_view question, const Check& check,
                     const Fact& fact) {
        const bool reached = !objection_;
        if (reached) {
            objection_ = check();
        }
        if (trail_ != nullptr) {
            trail_->push_back(!reached     ? step(rule, question, RuleOutcome::not_reached, {})
                              : objection_ ? ended(question)
                                           : step(rule, question, RuleOutcome::passed, fact()));
        }
        return *this;
    }

    [[nodiscard]] std::optional<Decision> objection() && { return std::move(objection_); }

  private:
    [[nodiscard]] RuleStep ended(std::string_view question) const {
        return {part_,
                objection_->rule,
                std::string(question),
                is_settled(objection_->verdict) ? RuleOutcome::settled : RuleOutcome::failed,
                objection_->fact,
                objection_->remedy};
    }
    [[nodiscard]] RuleStep step(std::string_view rule, std::string_view question,
                                RuleOutcome outcome, std::string fact) const {
        return {part_, std::string(rule), std::string(question), outcome, std::move(fact), {}};
    }

    RulePart part_;
    RuleTrail* trail_;
    std::optional<Decision> objection_{};
};

}  // namespace ae::engine
