// By which way requests reach a CA here: the setting (agent_settings.h), or the platform's usual
// way when it cannot be read; whoever reads the settings for the log says so.  Blocks on the disk.
#pragma once

#include "ca-client/ca_client.h"
#include "service/options.h"

namespace ae::service {

ca::Transport transport_of(const Sources& sources);

}  // namespace ae::service
