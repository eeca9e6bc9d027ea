#include "engine/events.h"

#include <algorithm>
#include <array>

namespace ae::engine {
namespace {

using enum EventLevel;

struct Row {
    EventId id;
    EventLevel level;
    std::string_view text;
    std::string_view fields = {};  // of each argument after the scope: T template, C CA, - another
};

// Numbers, levels and meanings: rules of "Events" in RULES.md.  The sentences are our own.
constexpr std::array kRows = {
    Row{EventId::ae_store_download_failed, error,
        "Autoenrollment for the {0}: store {1} keeps its content, the directory's set is not "
        "complete: {2}."},
    Row{EventId::ae_started, information, "Autoenrollment for the {0} started ({1})."},
    Row{EventId::ae_completed, information, "Autoenrollment for the {0} completed."},
    Row{EventId::ae_enrollment_called, information,
        "Autoenrollment for the {0}: enrollment is called."},
    Row{EventId::ae_enrollment_returned, information,
        "Autoenrollment for the {0}: enrollment returned."},
    Row{EventId::ae_failed, error, "Autoenrollment for the {0} failed: {2}"},
    Row{EventId::ae_directory_unreachable, warning,
        "Autoenrollment for the {0} did nothing, the directory cannot be reached: {2}"},
    Row{EventId::ae_expires, warning, "Autoenrollment for the {0}: certificate {1} {2}."},
    Row{EventId::csc_started, information, "The certificate services client for the {0} started."},
    Row{EventId::csc_stopped, information, "The certificate services client for the {0} stopped."},
    Row{EventId::csc_network_found, information,
        "The certificate services client for the {0} found the network: {1}."},
    Row{EventId::ce_template_unreadable, information,
        "Enrollment for the {0}: template {1} is not understood: {2}.", "T"},
    Row{EventId::ce_pending_denied, error,
        "Enrollment for the {0}: {2} denied the pending request {3} for template {1}.", "TC"},
    Row{EventId::ce_old_removed, information,
        "Enrollment for the {0}: old certificates were archived or deleted: {1}."},
    Row{EventId::ce_no_ca_in_forest, warning,
        "Enrollment for the {0}: the forest has no certification authority."},
    Row{EventId::ce_enrollment_failed, error,
        "Enrollment for the {0}: no certificate of template {1} from {2} (request {3}): {4}", "TC"},
    Row{EventId::ce_pending_received, information,
        "Enrollment for the {0}: received the pending certificate of template {1} from {2} "
        "(request {3}).",
        "TC"},
    Row{EventId::ce_renewal_failed, error,
        "Enrollment for the {0}: the certificate of template {1} is not renewed by {2} (request "
        "{3}): {4}",
        "TC"},
    Row{EventId::ce_enroll_failed_at_ca, warning,
        "Enrollment for the {0}: template {1} failed at {2}: {3}", "TC"},
    Row{EventId::ce_renew_failed_at_ca, warning,
        "Enrollment for the {0}: renewal for template {1} failed at {2}: {3}", "TC"},
    Row{EventId::ce_enrolled, information,
        "Enrollment for the {0}: received a certificate of template {1} from {2} (request {3}).",
        "TC"},
    Row{EventId::ce_renewed, information,
        "Enrollment for the {0}: renewed the certificate of template {1} at {2} (request {3}).",
        "TC"},
    Row{EventId::ce_pending, information,
        "Enrollment for the {0}: the request for template {1} waits at {2} (request {3}).", "TC"},
    Row{EventId::ce_renewal_pending, information,
        "Enrollment for the {0}: the renewal for template {1} waits at {2} (request {3}).", "TC"},
    Row{EventId::ce_no_ca_for_renewal, error,
        "Enrollment for the {0}: no certification authority is left to renew template {1}: {2}.",
        "T"},
    Row{EventId::ce_no_ca, error,
        "Enrollment for the {0}: no certification authority is left for template {1}: {2}.", "T"},
    Row{EventId::ce_not_updated, information,
        "Enrollment for the {0}: the certificate of template {1} is not updated: {2}.", "T"},
    Row{EventId::ce_cancelled, information, "Enrollment for the {0} was cancelled by the user."},
    Row{EventId::ce_template_cancelled, information,
        "Enrollment for the {0}: the user cancelled template {1}.", "T"},
    Row{EventId::ce_still_pending, information,
        "Enrollment for the {0}: the request for template {1} is still pending at {2} (request "
        "{3}).",
        "TC"},
    Row{EventId::ce_user_certificate_cleaned, information,
        "Enrollment for the {0}: {1} old values were removed from userCertificate."},
    Row{EventId::ce_name_mismatch, error,
        "Enrollment for the {0}: the certificate of template {1} has another DNS name: {2}.", "T"},
    Row{EventId::ce_name_mismatch_given_up, error,
        "Enrollment for the {0}: no further certificate of template {1} is requested: {2}.", "T"},
    Row{EventId::ce_needs_interaction, warning,
        "Enrollment for the {0}: template {1} is refused: {2}.", "T"},
    Row{EventId::ce_enrolls_elsewhere, information,
        "Enrollment for the {0}: template {1} is left out: {2}.", "T"},
    Row{EventId::ce_machine_only, warning,
        "Enrollment for the {0}: template {1} is for machines only.", "T"},
    Row{EventId::ce_request_not_built, error,
        "Enrollment for the {0}: the request for template {1} cannot be built: {2}", "T"},
    Row{EventId::ce_access_denied, warning,
        "Enrollment for the {0}: the account may autoenroll, and not enroll, for template {1}: "
        "{2}.",
        "T"},
    Row{EventId::ce_no_ca_issues, warning,
        "Enrollment for the {0}: no certification authority issues template {1}: {2}.", "T"},
    Row{EventId::ce_signature_requirement, warning,
        "Enrollment for the {0}: the signature requirement of template {1} is not met: {2}.", "T"},
    Row{EventId::ce_not_installed, warning,
        "Enrollment for the {0}: the answer for template {1} from {2} (request {3}) is not "
        "installed: {4}",
        "TC"},
    Row{EventId::ce_user_only, warning, "Enrollment for the {0}: template {1} is for users only.",
        "T"},
    Row{EventId::ce_ca_not_trusted, warning,
        "Enrollment for the {0}: the certificate of {1} is not trusted: {2}.", "C"},
    Row{EventId::ce_retrieve_failed, warning,
        "Enrollment for the {0}: the pending request for template {1} at {2} (request {3}) could "
        "not be fetched, it is tried again: {4}",
        "TC"},
    Row{EventId::ce_provider_missing, warning,
        "Enrollment for the {0}: template {1} needs a provider that is not here: {2}.", "T"},
    Row{EventId::ce_superseded, information,
        "Enrollment for the {0}: template {1} is left out: {2}.", "T"},
    Row{EventId::ce_algorithm_missing, warning,
        "Enrollment for the {0}: template {1} needs an algorithm that is not here: {2}.", "T"},
    // Windows gives these two the severity of a warning and the meaning of a success; the meaning
    // counts here, or each pulse would warn twice.
    Row{EventId::ce_policy_loaded, information,
        "Enrollment for the {0}: the policy was loaded from {1}."},
    Row{EventId::ce_authenticated, information, "Enrollment for the {0}: authenticated to {1}."},
};

constexpr std::array<std::string_view, 7> kStepNames = {  // in the order of StepKind
    "policy", "directory", "stores", "retrieve", "enroll", "renew", "clean"};

constexpr std::uint32_t kNumberMask = 0xFFFF;
constexpr unsigned kSourceShift = 16;

// The upper half of an EventId: 1, 2, 3 in the order of EventSource.
EventSource source_of(EventId id) {
    return static_cast<EventSource>((static_cast<std::uint32_t>(id) >> kSourceShift) - 1);
}

std::string filled(std::string_view pattern, const std::vector<std::string>& arguments) {
    std::string text;
    while (!pattern.empty()) {
        const bool placeholder = pattern.size() > 2 && pattern[0] == '{' && pattern[2] == '}';
        if (!placeholder) {
            text += pattern.front();
            pattern.remove_prefix(1);
            continue;
        }
        const auto index = static_cast<std::size_t>(pattern[1] - '0');
        if (index < arguments.size()) {
            text += arguments[index];
        }
        pattern.remove_prefix(3);
    }
    return text;
}

}  // namespace

Event make_event(EventId id, const std::vector<std::string>& arguments) {
    const auto row = std::ranges::find(kRows, id, &Row::id);
    Event event{.source = source_of(id),
                .number = static_cast<std::uint32_t>(id) & kNumberMask,
                .level = row->level,
                .text = filled(row->text, arguments),
                .parameters = arguments};
    for (std::size_t i = 0; i < row->fields.size() && i + 1 < arguments.size(); ++i) {
        if (row->fields[i] == 'T') {
            event.template_name = arguments[i + 1];
        } else if (row->fields[i] == 'C') {
            event.ca = arguments[i + 1];
        }
    }
    return event;
}

std::vector<EventId> all_events() {
    std::vector<EventId> ids;
    for (const Row& row : kRows) {
        ids.push_back(row.id);
    }
    return ids;
}

std::string_view to_string(EventSource source) {
    switch (source) {
        case EventSource::autoenrollment:
            return "AutoEnrollment";
        case EventSource::certificate_services_client:
            return "CertificateServicesClient";
        case EventSource::cert_enroll:
            break;
    }
    return "CertEnroll";
}

std::string_view to_string(StepKind kind) { return kStepNames.at(static_cast<std::size_t>(kind)); }

std::optional<StepKind> step_kind_from_string(std::string_view text) {
    const auto at = std::ranges::find(kStepNames, text);
    return at == kStepNames.end() ? std::nullopt
                                  : std::optional(static_cast<StepKind>(at - kStepNames.begin()));
}

std::string_view to_string(EventLevel level) {
    switch (level) {
        case information:
            return "information";
        case warning:
            return "warning";
        case error:
            break;
    }
    return "error";
}

}  // namespace ae::engine
