// Archives, deletes and unpublishes: what became of old certificates (rules X1, X2, X4), and the
// events 10 and 33 that say so once per pulse.
#pragma once

#include "engine/pulse_context.h"

#include <set>
#include <string>
#include <vector>

namespace ae::engine {

class Disposer {
  public:
    explicit Disposer(PulseContext& pulse) : pulse_(pulse) {}

    void carry_out(const Disposal& disposal);
    [[nodiscard]] bool is_gone(const std::string& thumbprint) const;
    // Once, at the end of the pulse.
    void finish();

  private:
    void settle(const Disposal& disposal, Verdict outcome);

    PulseContext& pulse_;
    std::vector<std::string> disposed_{};  // for the event
    std::set<std::string> gone_{};         // thumbprints
    std::vector<Bytes> unpublished_{};
};

}  // namespace ae::engine
