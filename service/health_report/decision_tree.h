// Why each template is or is not enrolled: template, then its certificates and requests.
// Pure; any thread.
#pragma once

#include "service/health_report/html.h"
#include "service/health_report/machine_report.h"

#include <vector>

namespace ae::service {

// What concerns the account first; templates that it is simply not meant for are one table.
Html decision_tree(const std::vector<ReportedDecision>& decisions);

}  // namespace ae::service
