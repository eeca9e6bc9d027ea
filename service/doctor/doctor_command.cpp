#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/doctor/collect.h"
#include "service/doctor/doctor.h"
#include "service/doctor/doctor_report.h"
#include "service/look.h"
#include "service/progress.h"

namespace ae::service {
namespace {

constexpr int kCouldNotRun = 3;  // O5 of docs/doctor.md

}  // namespace

int run(const DoctorCommand& command) {
    open_quiet_log(command.sources);
    Progress progress;
    const auto seen =
        examine(command, wall_clock(), [&progress](std::string_view what) { progress.say(what); });
    progress.wipe();
    if (!seen) {
        complain(seen.error());
        return kCouldNotRun;
    }
    const Diagnosis diagnosis = diagnose(*seen);
    return print_as(
        command.output, [&] { return diagnosis_as_text(*seen, diagnosis, style_of_output()); },
        [&] { return diagnosis_as_json(*seen, diagnosis); }, exit_code(diagnosis));
}

}  // namespace ae::service
