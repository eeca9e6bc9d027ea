// OpenMetrics text for node_exporter's textfile collector.  docs/service.md names every metric.
//
// The file is read long after it was written, so it holds points in time and no ages: the age of a
// pending request is time() - aeclient_pending_request_submitted_timestamp_seconds.
// Every metric has the label context="machine" or "user"; the files of several contexts may lie
// side by side.  Only managed certificates appear (HeldStatus::template_name).  Foreign text is
// escaped (escape.h), so that no name can break the file.
// Pure, any thread.
#pragma once

#include "service/status.h"

#include <string>

namespace ae::service {

// Ends with "# EOF".  Also valid in the older Prometheus text format, which knows no counter family
// "x" with samples "x_total" and reads those as untyped.
std::string metrics_of(const ContextStatus& status);

}  // namespace ae::service
