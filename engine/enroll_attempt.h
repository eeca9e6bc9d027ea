// What one template's way through its CAs carries along.  Private to pulse_enroll*.cpp.
#pragma once

#include "engine/base/text.h"
#include "engine/pulse_enroll.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// The same step has one event for a new certificate and another for a renewal.
struct EventPair {
    EventId enroll;
    EventId renew;
};
inline constexpr EventPair kFailedAtCa{EventId::ce_enroll_failed_at_ca,
                                       EventId::ce_renew_failed_at_ca};
inline constexpr EventPair kFailed{EventId::ce_enrollment_failed, EventId::ce_renewal_failed};
inline constexpr EventPair kSucceeded{EventId::ce_enrolled, EventId::ce_renewed};
inline constexpr EventPair kPending{EventId::ce_pending, EventId::ce_renewal_pending};

enum class KeyOrigin { made, kept };

// One template's way through its CAs.
struct Enroller::Attempt {
    const Action& action;
    const Template& wanted;
    Decision& decision;
    std::unique_ptr<PrivateKey> key{};
    KeyOrigin origin = KeyOrigin::made;
    std::optional<Signer> predecessor{};  // renewal, until a CA wants a new request instead
    std::optional<Signer> authority{};
    KeyArchival archival = KeyArchival::none;
    Bytes exchange_certificate{};  // of the CA that is asked, when the key is archived
    EncodedRequest request{};
    std::optional<PendingRequest> lost{};  // the entry of a lost answer, whose key is used again
    TicketRemark tickets{};                // about the latest denial (rule S13)
    std::vector<std::string> story{};      // clauses that belong to a success, too
    std::vector<Error> errors{};           // one per CA that refused
    std::string last_ca{};
    std::uint32_t last_request_id = 0;

    [[nodiscard]] bool renews() const { return action.kind == ActionKind::renew; }
    // "; the ticket lacked ..., which ...": empty when nothing happened on the way.
    [[nodiscard]] std::string how() const {
        return story.empty() ? std::string() : "; " + join(story, "; ");
    }
    [[nodiscard]] EventId event(const EventPair& pair) const {
        return renews() ? pair.renew : pair.enroll;
    }
};

}  // namespace ae::engine
