// The page of one machine, for a ticket: health first, then the certificates on a time line, why
// each template is or is not enrolled, what doctor found, the last run, events.  Pure; any thread.
#pragma once

#include "service/health_report/html.h"
#include "service/health_report/machine_report.h"

#include <string>

namespace ae::service {

std::string machine_page(const MachineReport& report);

// What the pages of one machine and of many share.
std::string name_of(const MachineReport& report);  // "ws1.corp.example.test (machine)"
std::string_view css_class(Severity severity);     // "bad"
// "h2": the level of the sections' headings.
Html machine_sections(const MachineReport& report, unsigned level);

}  // namespace ae::service
