// Puts the metrics where node_exporter's textfile collector looks (MetricsFile, agent_settings.h).
//
// The reader sees the old file or the new one, never half of one: a temporary sibling, whose name
// does not end in ".prom", and one rename.  It is not synchronised with the disk: after a power cut
// the next run writes it again.  Mode 0644.  The folder must exist, and may belong to another
// account (node_exporter's): a link that somebody puts at the file's own place is replaced and
// never followed. Errors, each with a remedy: kInvalidArgument for a path that is not absolute or
// names a folder; kFileNotFound for a folder that is missing; kAccessDenied, kDiskFull,
// kWriteProtected, kWriteFault.  Blocks on the disk; any thread.
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>

namespace ae::service {

Done write_metrics(const std::string& path, std::string_view text);

}  // namespace ae::service
