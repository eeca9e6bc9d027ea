#include "engine/events.h"

#include <set>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

struct Row {
    EventId id;
    EventSource source;
    std::uint32_t number;
    EventLevel level;
    std::size_t arguments;  // beside the scope
};

// The numbers and levels that administrators know from Windows.
const std::vector<Row> kRows = {
    {EventId::ae_store_download_failed, EventSource::autoenrollment, 1, EventLevel::error, 2},
    {EventId::ae_started, EventSource::autoenrollment, 2, EventLevel::information, 1},
    {EventId::ae_completed, EventSource::autoenrollment, 3, EventLevel::information, 0},
    {EventId::ae_enrollment_called, EventSource::autoenrollment, 4, EventLevel::information, 0},
    {EventId::ae_enrollment_returned, EventSource::autoenrollment, 5, EventLevel::information, 0},
    {EventId::csc_started, EventSource::certificate_services_client, 1, EventLevel::information, 0},
    {EventId::csc_stopped, EventSource::certificate_services_client, 2, EventLevel::information, 0},
    {EventId::csc_network_found, EventSource::certificate_services_client, 3,
     EventLevel::information, 1},
    {EventId::ae_failed, EventSource::autoenrollment, 6, EventLevel::error, 2},
    {EventId::ae_directory_unreachable, EventSource::autoenrollment, 15, EventLevel::warning, 2},
    {EventId::ae_expires, EventSource::autoenrollment, 64, EventLevel::warning, 2},
    {EventId::ce_template_unreadable, EventSource::cert_enroll, 4, EventLevel::information, 2},
    {EventId::ce_pending_denied, EventSource::cert_enroll, 9, EventLevel::error, 3},
    {EventId::ce_old_removed, EventSource::cert_enroll, 10, EventLevel::information, 1},
    {EventId::ce_no_ca_in_forest, EventSource::cert_enroll, 11, EventLevel::warning, 0},
    {EventId::ce_enrollment_failed, EventSource::cert_enroll, 13, EventLevel::error, 4},
    {EventId::ce_pending_received, EventSource::cert_enroll, 14, EventLevel::information, 3},
    {EventId::ce_renewal_failed, EventSource::cert_enroll, 16, EventLevel::error, 4},
    {EventId::ce_enroll_failed_at_ca, EventSource::cert_enroll, 17, EventLevel::warning, 3},
    {EventId::ce_renew_failed_at_ca, EventSource::cert_enroll, 18, EventLevel::warning, 3},
    {EventId::ce_enrolled, EventSource::cert_enroll, 19, EventLevel::information, 3},
    {EventId::ce_renewed, EventSource::cert_enroll, 20, EventLevel::information, 3},
    {EventId::ce_pending, EventSource::cert_enroll, 21, EventLevel::information, 3},
    {EventId::ce_renewal_pending, EventSource::cert_enroll, 22, EventLevel::information, 3},
    {EventId::ce_no_ca_for_renewal, EventSource::cert_enroll, 23, EventLevel::error, 2},
    {EventId::ce_no_ca, EventSource::cert_enroll, 24, EventLevel::error, 2},
    {EventId::ce_not_updated, EventSource::cert_enroll, 25, EventLevel::information, 2},
    {EventId::ce_cancelled, EventSource::cert_enroll, 27, EventLevel::information, 0},
    {EventId::ce_template_cancelled, EventSource::cert_enroll, 30, EventLevel::information, 1},
    {EventId::ce_still_pending, EventSource::cert_enroll, 32, EventLevel::information, 3},
    {EventId::ce_user_certificate_cleaned, EventSource::cert_enroll, 33, EventLevel::information,
     1},
    {EventId::ce_name_mismatch, EventSource::cert_enroll, 35, EventLevel::error, 2},
    {EventId::ce_name_mismatch_given_up, EventSource::cert_enroll, 36, EventLevel::error, 2},
    {EventId::ce_needs_interaction, EventSource::cert_enroll, 38, EventLevel::warning, 2},
    {EventId::ce_enrolls_elsewhere, EventSource::cert_enroll, 41, EventLevel::information, 2},
    {EventId::ce_machine_only, EventSource::cert_enroll, 42, EventLevel::warning, 1},
    {EventId::ce_request_not_built, EventSource::cert_enroll, 45, EventLevel::error, 2},
    {EventId::ce_access_denied, EventSource::cert_enroll, 46, EventLevel::warning, 2},
    {EventId::ce_no_ca_issues, EventSource::cert_enroll, 47, EventLevel::warning, 2},
    {EventId::ce_signature_requirement, EventSource::cert_enroll, 48, EventLevel::warning, 2},
    {EventId::ce_not_installed, EventSource::cert_enroll, 50, EventLevel::warning, 4},
    {EventId::ce_user_only, EventSource::cert_enroll, 51, EventLevel::warning, 1},
    {EventId::ce_ca_not_trusted, EventSource::cert_enroll, 52, EventLevel::warning, 2},
    {EventId::ce_retrieve_failed, EventSource::cert_enroll, 54, EventLevel::warning, 4},
    {EventId::ce_provider_missing, EventSource::cert_enroll, 55, EventLevel::warning, 2},
    {EventId::ce_superseded, EventSource::cert_enroll, 56, EventLevel::information, 2},
    {EventId::ce_algorithm_missing, EventSource::cert_enroll, 58, EventLevel::warning, 2},
    {EventId::ce_policy_loaded, EventSource::cert_enroll, 64, EventLevel::information, 1},
    {EventId::ce_authenticated, EventSource::cert_enroll, 65, EventLevel::information, 1},
};

TEST_CASE("events have the numbers, sources and levels of Windows", "[events]") {
    for (const Row& row : kRows) {
        const std::vector<std::string> given = {"machine", "<1>", "<2>", "<3>", "<4>"};
        const Event event = make_event(row.id, given);
        INFO(to_string(row.source) << ' ' << row.number);
        CHECK(event.source == row.source);
        CHECK(event.number == row.number);
        CHECK(event.level == row.level);
        CHECK_THAT(event.text, Catch::Contains("machine"));
        CHECK_THAT(event.text, Catch::EndsWith(".") || Catch::EndsWith(">"));
        // Every argument that the sender names stands in the sentence, but for bare codes.
        const bool has_code =
            row.id == EventId::ae_failed || row.id == EventId::ae_directory_unreachable;
        for (std::size_t i = has_code ? 2 : 1; i < given.size(); ++i) {
            const bool stands = event.text.find(given[i]) != std::string::npos;
            CHECK(stands == (i <= row.arguments));
        }
        CHECK_THAT(event.text, !Catch::Contains("{"));
    }
}

TEST_CASE("an event's sentence is filled in; what is missing stays empty", "[events]") {
    CHECK(make_event(EventId::ce_enrolled, {"machine", "CorpMachine", "ca1\\Corp CA", "17"}).text ==
          "Enrollment for the machine: received a certificate of template CorpMachine from "
          "ca1\\Corp CA (request 17).");
    CHECK(make_event(EventId::ae_failed, {"user"}).text == "Autoenrollment for the user failed: ");
}

TEST_CASE("braces in an argument are text", "[events]") {
    CHECK_THAT(make_event(EventId::ae_failed, {"user", "0x80004005", "{0}"}).text,
               Catch::EndsWith("failed: {0}"));
}

TEST_CASE("sources and levels have names", "[events]") {
    CHECK(to_string(EventSource::autoenrollment) == "AutoEnrollment");
    CHECK(to_string(EventSource::certificate_services_client) == "CertificateServicesClient");
    CHECK(to_string(EventSource::cert_enroll) == "CertEnroll");
    CHECK(to_string(EventLevel::information) == "information");
    CHECK(to_string(EventLevel::warning) == "warning");
    CHECK(to_string(EventLevel::error) == "error");
}

}  // namespace
}  // namespace ae::engine
