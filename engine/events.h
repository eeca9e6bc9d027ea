// Events, with the numbers and meanings that Windows gives them (RULES.md "Events").
// One table; text is made here so that log, event log and JSON say the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::engine {

enum class EventSource { autoenrollment, certificate_services_client, cert_enroll };
enum class EventLevel { information, warning, error };

// Behind each: the arguments of make_event() after the scope.
enum class EventId : std::uint32_t {
    // Source AutoEnrollment
    ae_store_download_failed = 0x10001,  // store, problem
    ae_started = 0x10002,                // trigger
    ae_completed = 0x10003,
    ae_enrollment_called = 0x10004,
    ae_enrollment_returned = 0x10005,
    ae_failed = 0x10006,                 // code, sentence
    ae_directory_unreachable = 0x1000F,  // code, sentence
    ae_expires = 0x10040,                // thumbprint, fact
    // Source CertificateServicesClient
    csc_started = 0x20001,        //
    csc_stopped = 0x20002,        //
    csc_network_found = 0x20003,  // domain controller
    // Source CertEnroll
    ce_template_unreadable = 0x30004,       // template, fact
    ce_pending_denied = 0x30009,            // template, CA, request
    ce_old_removed = 0x3000A,               // list of certificates
    ce_no_ca_in_forest = 0x3000B,           //
    ce_enrollment_failed = 0x3000D,         // template, CA, request, sentence
    ce_pending_received = 0x3000E,          // template, CA, request
    ce_renewal_failed = 0x30010,            // template, CA, request, sentence
    ce_enroll_failed_at_ca = 0x30011,       // template, CA, sentence
    ce_renew_failed_at_ca = 0x30012,        // template, CA, sentence
    ce_enrolled = 0x30013,                  // template, CA, request
    ce_renewed = 0x30014,                   // template, CA, request
    ce_pending = 0x30015,                   // template, CA, request
    ce_renewal_pending = 0x30016,           // template, CA, request
    ce_no_ca_for_renewal = 0x30017,         // template, fact
    ce_no_ca = 0x30018,                     // template, fact
    ce_not_updated = 0x30019,               // template, fact
    ce_cancelled = 0x3001B,                 //
    ce_template_cancelled = 0x3001E,        // template
    ce_still_pending = 0x30020,             // template, CA, request
    ce_user_certificate_cleaned = 0x30021,  // number of values
    ce_name_mismatch = 0x30023,             // template, fact
    ce_name_mismatch_given_up = 0x30024,    // template, fact
    ce_needs_interaction = 0x30026,         // template, fact
    ce_enrolls_elsewhere = 0x30029,         // template, fact
    ce_machine_only = 0x3002A,              // template
    ce_request_not_built = 0x3002D,         // template, sentence
    ce_access_denied = 0x3002E,             // template, fact
    ce_no_ca_issues = 0x3002F,              // template, fact
    ce_signature_requirement = 0x30030,     // (template, reason)
    ce_not_installed = 0x30032,             // template, CA, request, sentence
    ce_user_only = 0x30033,                 // template
    ce_ca_not_trusted = 0x30034,            // CA, fact
    ce_retrieve_failed = 0x30036,           // template, CA, request, sentence
    ce_provider_missing = 0x30037,          // template, fact
    ce_superseded = 0x30038,                // template, fact
    ce_algorithm_missing = 0x3003A,         // template, fact
    ce_policy_loaded = 0x30040,             // where from
    ce_authenticated = 0x30041,             // to whom
};

struct Event {
    EventSource source{};
    std::uint32_t number = 0;  // as administrators know it: 19
    EventLevel level{};
    std::string text{};                     // one sentence
    std::vector<std::string> parameters{};  // %1, %2 ...; the first is always the scope
    std::string template_name{};            // of the parameters, where there is one
    std::string ca{};                       // the same
};

// Fills the placeholders {0}, {1}, ... of the table's sentence; {0} is always the scope.  An
// argument that is not given leaves its placeholder empty.
Event make_event(EventId id, const std::vector<std::string>& arguments);
// Every event that a pulse may record.
std::vector<EventId> all_events();
std::string_view to_string(EventSource source);  // "AutoEnrollment"
std::string_view to_string(EventLevel level);    // "information"

// What a pulse is doing now, for somebody who waits for it.
enum class StepKind { policy, directory, stores, retrieve, enroll, renew, clean };
std::string_view to_string(StepKind kind);  // "policy"
std::optional<StepKind> step_kind_from_string(std::string_view text);
struct Step {
    StepKind kind{};
    std::string template_name{};  // retrieve, enroll, renew
    std::string ca{};             // the same: "host\\name"
    bool operator==(const Step&) const = default;
};

}  // namespace ae::engine
