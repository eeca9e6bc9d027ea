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
};

// The numbers and levels that administrators know from Windows.
const std::vector<Row> kRows = {
    {EventId::ae_store_download_failed, EventSource::autoenrollment, 1, EventLevel::error},
    {EventId::ae_started, EventSource::autoenrollment, 2, EventLevel::information},
    {EventId::ae_completed, EventSource::autoenrollment, 3, EventLevel::information},
    {EventId::ae_enrollment_called, EventSource::autoenrollment, 4, EventLevel::information},
    {EventId::ae_enrollment_returned, EventSource::autoenrollment, 5, EventLevel::information},
    {EventId::ae_failed, EventSource::autoenrollment, 6, EventLevel::error},
    {EventId::ae_directory_unreachable, EventSource::autoenrollment, 15, EventLevel::warning},
    {EventId::ce_template_unreadable, EventSource::cert_enroll, 4, EventLevel::information},
    {EventId::ce_enrollment_failed, EventSource::cert_enroll, 13, EventLevel::error},
    {EventId::ce_enroll_failed_at_ca, EventSource::cert_enroll, 17, EventLevel::warning},
    {EventId::ce_enrolled, EventSource::cert_enroll, 19, EventLevel::information},
    {EventId::ce_pending, EventSource::cert_enroll, 21, EventLevel::information},
    {EventId::ce_no_ca, EventSource::cert_enroll, 24, EventLevel::error},
    {EventId::ce_needs_interaction, EventSource::cert_enroll, 38, EventLevel::warning},
    {EventId::ce_machine_only, EventSource::cert_enroll, 42, EventLevel::warning},
    {EventId::ce_request_not_built, EventSource::cert_enroll, 45, EventLevel::error},
    {EventId::ce_no_ca_issues, EventSource::cert_enroll, 47, EventLevel::warning},
    {EventId::ce_not_installed, EventSource::cert_enroll, 50, EventLevel::warning},
    {EventId::ce_user_only, EventSource::cert_enroll, 51, EventLevel::warning},
    {EventId::ce_ca_not_trusted, EventSource::cert_enroll, 52, EventLevel::warning},
    {EventId::ce_provider_missing, EventSource::cert_enroll, 55, EventLevel::warning},
    {EventId::ce_superseded, EventSource::cert_enroll, 56, EventLevel::information},
    {EventId::ce_algorithm_missing, EventSource::cert_enroll, 58, EventLevel::warning},
};

TEST_CASE("events have the numbers, sources and levels of Windows", "[events]") {
    for (const Row& row : kRows) {
        const Event event = make_event(row.id, {"machine", "one", "two", "three", "four"});
        INFO(to_string(row.source) << ' ' << row.number);
        CHECK(event.source == row.source);
        CHECK(event.number == row.number);
        CHECK(event.level == row.level);
        CHECK_THAT(event.text, Catch::Contains("machine"));
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
