// `aeclient report`: this machine or many, as a page or as JSON.
#include "engine/base/text.h"
#include "service/capture/private_file.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/doctor/collect.h"
#include "service/doctor/doctor.h"
#include "service/health_report/machine_page.h"
#include "service/health_report/machine_report_json.h"
#include "service/health_report/report_files.h"
#include "service/look.h"
#include "service/progress.h"

namespace ae::service {
namespace {

int write_page(const ReportCommand& command, const std::string& page, int code) {
    const std::u8string name(command.html.begin(), command.html.end());
    if (Done written = write_private_file(name, page); !written) {
        return complain(written.error());
    }
    return command.output == Output::quiet
               ? code
               : print("wrote " + printable(command.html) +
                           "; it holds names, certificates and permissions of the directory, and "
                           "no private key\n",
                       code);
}

int merge(const ReportCommand& command) {
    const Fleet fleet = read_fleet(command.merge, wall_clock());
    for (const LeftOut& one : fleet.left_out) {
        mention("left out: " + one.file + ": " + one.why);
    }
    if (fleet.machines.empty()) {
        return complain({kInvalidData, "no report is left to put together",
                         "Name files that `aeclient report --json` wrote."});
    }
    return write_page(command, fleet_page(fleet, wall_clock()),
                      fleet.left_out.empty() ? 0 : kFailed);
}

// For whoever typed no more than the command's name.
std::string as_text(const MachineReport& report) {
    std::string text =
        printable(name_of(report)) + ": " + std::string(to_string(severity_of(report))) + '\n';
    for (const std::string& reason : report.reasons) {
        text += "  " + printable(reason) + '\n';
    }
    for (const ReportedFinding& one : report.findings) {
        if (one.verdict == FindingVerdict::fail || one.verdict == FindingVerdict::warn) {
            text += "  " + std::string(to_string(one.verdict)) + ' ' + printable(one.id) + ": " +
                    printable(one.sentence) + '\n';
        }
    }
    return text + "certificates: " + std::to_string(report.certificates.size()) +
           ", decisions: " + std::to_string(report.decisions.size()) +
           ", events: " + std::to_string(report.events.size()) +
           "; the whole report: --html FILE or --json\n";
}

}  // namespace

int run(const ReportCommand& command) {
    if (!command.merge.empty()) {
        return merge(command);
    }
    open_quiet_log(command.sources);
    Progress progress;
    const auto seen = examine({.sources = command.sources, .from = command.from}, wall_clock(),
                              [&progress](std::string_view what) { progress.say(what); });
    progress.wipe();
    if (!seen) {
        return complain(seen.error());
    }
    const MachineReport report = machine_report_of(*seen, diagnose(*seen));
    if (!command.html.empty()) {
        return write_page(command, machine_page(report), 0);
    }
    return print_as(
        command.output, [&] { return as_text(report); },
        [&] { return machine_report_as_json(report); }, 0);
}

}  // namespace ae::service
