// The CAs that one request goes to, in order: trusted, not in their wait after a denial, own site
// first ("choice 2" to "choice 4", back-off).  Not for: which CAs offer a template (ca_choice.h).
// Pure, any thread.
#pragma once

#include "engine/ca_choice.h"
#include "engine/decision.h"
#include "engine/held_review.h"

#include <map>
#include <optional>
#include <vector>

namespace ae::engine {

// "100.4": a change of it clears the back-off.
std::string version_of(const Template& wanted);

struct CaSelection {
    std::vector<CaRef> cas{};
    std::optional<Decision> obstacle{};  // when `cas` is empty
};

enum class BackOff { holds, ignored };  // ignored: somebody asks by hand (rule M2)

class CaSelector {
  public:
    // `world` must outlive it.
    explicit CaSelector(const Snapshot& world, BackOff back_off = BackOff::holds);
    [[nodiscard]] CaSelection select(const Template& wanted,
                                     std::vector<const EnrollmentService*> offering,
                                     Need need) const;

  private:
    [[nodiscard]] const ChainStatus* trust_in(const CaRef& ca) const;
    [[nodiscard]] std::optional<Time> waits_until(const Template& wanted, const CaRef& ca) const;

    const Snapshot& world_;
    BackOff back_off_;
    std::map<CaRef, const ChainStatus*> trust_{};
};

}  // namespace ae::engine
