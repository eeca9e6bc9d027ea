// One line for each template that was wanted and is not enrolled, so that the default LogLevel says
// why.  Windows says many of these reasons nowhere.
//
// Wanted: the account may autoenroll and AEPolicy lets it, or it holds a certificate whose renewal
// is due.  What AEPolicy switches off and what nobody granted is not.  Pure, any thread.
#pragma once

#include "engine/pulse.h"
#include "service/system_log.h"

#include <vector>

namespace ae::service {

// "template X: not enrolled: <fact> (rule E10); <remedy>", a warning.  At most one for each
// template, in the order of the decisions; none about a template of which an event of this run
// (`events`) warned already.
std::vector<Remark> reason_lines(const engine::PulseReport& report,
                                 const std::vector<engine::Event>& events);

}  // namespace ae::service
