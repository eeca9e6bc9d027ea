// Events, with the numbers and meanings that Windows gives them (RULES.md "Events").
// One table; text is made here so that log, event log and JSON say the same.
#pragma once

#include <cstdint>
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
    ae_started = 0x10002,
    ae_completed = 0x10003,
    ae_enrollment_called = 0x10004,
    ae_enrollment_returned = 0x10005,
    ae_failed = 0x10006,                 // code, sentence
    ae_directory_unreachable = 0x1000F,  // code, sentence
    // Source CertEnroll
    ce_template_unreadable = 0x30004,    // template, fact
    ce_enrollment_failed = 0x3000D,      // template, CA, request, sentence
    ce_enroll_failed_at_ca = 0x30011,    // template, CA, sentence
    ce_enrolled = 0x30013,               // template, CA, request
    ce_pending = 0x30015,                // template, CA, request
    ce_no_ca = 0x30018,                  // template, fact
    ce_needs_interaction = 0x30026,      // template, fact
    ce_machine_only = 0x3002A,           // template
    ce_request_not_built = 0x3002D,      // template, sentence
    ce_no_ca_issues = 0x3002F,           // template, fact
    ce_signature_requirement = 0x30030,  // (template, reason)
    ce_not_installed = 0x30032,          // template, CA, request, sentence
    ce_user_only = 0x30033,              // template
    ce_ca_not_trusted = 0x30034,         // CA, fact
    ce_provider_missing = 0x30037,       // template, fact
    ce_superseded = 0x30038,             // template, fact
    ce_algorithm_missing = 0x3003A,      // template, fact
};

struct Event {
    EventSource source{};
    std::uint32_t number = 0;  // as administrators know it: 19
    EventLevel level{};
    std::string text{};  // one sentence
};

// Fills the placeholders {0}, {1}, ... of the table's sentence; {0} is always the scope.  An
// argument that is not given leaves its placeholder empty.
Event make_event(EventId id, const std::vector<std::string>& arguments);
std::string_view to_string(EventSource source);  // "AutoEnrollment"
std::string_view to_string(EventLevel level);    // "information"

}  // namespace ae::engine
