#include "engine/base/hresult_table.h"
#include "tests/service/doctor/look_fixture.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using engine::Outcome;

using Complaints = std::vector<std::string>;

Complaints complaints_of(const Examination& seen) { return complaints(trigger_findings(seen)); }

StoredEvent failed_run(Time when) {
    return {when, engine::make_event(engine::EventId::ae_failed,
                                     {"machine", "0x80070020", "open the stores: it is in use"})};
}

engine::Template version(std::uint32_t major, std::uint32_t minor) {
    engine::Template one;
    one.name = "CorpMachine";
    one.major_version = major;
    one.minor_version = minor;
    return one;
}

}  // namespace

TEST_CASE("an agent that runs and has run since the last change is OK", "[doctor][TRG]") {
    CHECK(complaints_of(sound()).empty());
}

TEST_CASE("an agent that does not run is a failure, one that does not tell a warning",
          "[doctor][TRG1]") {
    Examination seen = sound();
    seen.status->host.reset();
    CHECK(complaints_of(seen) == Complaints{"TRG1 FAIL"});
    CHECK_FALSE(found(trigger_findings(seen), "TRG1").remedy.empty());
    seen.status->host_problem = "it does not answer";
    CHECK(complaints_of(seen) == Complaints{"TRG1 WARN"});
}

TEST_CASE("before the first run, and after a change that no run has seen, nothing has triggered",
          "[doctor][TRG2]") {
    Examination seen = sound();
    seen.status->record.last.reset();
    CHECK(complaints_of(seen) == Complaints{"TRG2 WARN"});

    seen = sound();
    seen.status->record.policy_bits.reset();
    CHECK(complaints_of(seen) == Complaints{"TRG2 WARN"});
    CHECK(found(trigger_findings(seen), "TRG2").evidence ==
          Complaints{"AEPolicy was not set then and is 0x7 now"});

    seen = sound();
    seen.kept_templates = {version(100, 2)};
    seen.view->world.templates = {version(100, 2)};
    CHECK(complaints_of(seen).empty());
    seen.view->world.templates = {version(100, 3)};
    CHECK(complaints_of(seen) == Complaints{"TRG2 WARN"});
    seen.view->world.templates = {version(101, 2)};
    CHECK(complaints_of(seen) == Complaints{"TRG2 WARN"});
    // What was read without a controller is the kept replica itself.
    seen.view->offline = Offline{};
    CHECK(complaints_of(seen).empty());
}

TEST_CASE("a last run without a controller that answers now happened before the network was up",
          "[doctor][TRG3][T9]") {
    Examination seen = sound();
    seen.status->record.last->outcome = Outcome::unreachable;
    CHECK(complaints_of(seen) == Complaints{"TRG3 WARN"});
    seen.view->offline = Offline{};
    CHECK(complaints_of(seen).empty());  // ENV2 tells that
}

TEST_CASE("a run that waits for somebody is a note for half an hour, then a warning",
          "[doctor][TRG4][R-UI3]") {
    Examination seen = sound();
    seen.status->host->state = "waiting for the user";
    seen.status->record.needs_user = {"CorpPrompt"};
    const auto begun = [&](Time when) {
        seen.events = {
            {when, engine::make_event(engine::EventId::ae_started, {"machine", "logon"})}};
        return complaints_of(seen);
    };
    CHECK(begun(kNow - 30min) == Complaints{"TRG4 NOTE"});
    CHECK(begun(kNow - 30min - 1s) == Complaints{"TRG4 WARN"});
    CHECK(found(trigger_findings(seen), "TRG4").sentence ==
          "The run is waiting for the user (CorpPrompt).");
}

TEST_CASE("a run that failed at once warns, and fails when the next one would", "[doctor][TRG5]") {
    Examination seen = sound();
    seen.status->record.last->outcome = Outcome::failed;
    CHECK(complaints_of(seen).empty());  // it began, and other findings say what failed
    seen.events = {failed_run(seen.status->record.last->started)};
    CHECK(complaints_of(seen) == Complaints{"TRG5 WARN"});
    seen.events = {failed_run(seen.status->record.last->started - 1s)};
    CHECK(complaints_of(seen).empty());  // an earlier run's

    seen = sound();
    seen.status->record.last->outcome = Outcome::crashed;
    CHECK(complaints_of(seen) == Complaints{"TRG5 WARN"});

    seen = sound();
    seen.view.reset();
    seen.view_problem = Error{kAccessDenied, "open the certificate stores", "Mend the rights"};
    CHECK(complaints_of(seen) == Complaints{"TRG5 FAIL"});
    CHECK(found(trigger_findings(seen), "TRG5").remedy == "Mend the rights");
}

TEST_CASE("a capture says nothing of what runs on its host", "[doctor][TRG]") {
    Examination seen = sound();
    seen.captured = true;
    CHECK(complaints_of(seen) == Complaints{"TRG1 not checked"});
}

}  // namespace ae::service
