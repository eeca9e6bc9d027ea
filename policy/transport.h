// By which way requests reach a CA; a setting of the agent (agent_settings.h).
//   com  Windows' own DCOM (ICertRequestD2 through the system's proxies): Windows only, and its
//   usual rpc  this program's DCE/RPC over TCP: both platforms
#pragma once

#include <span>

namespace ae::policy {

enum class Transport { com, rpc };

// Those of this platform, the usual one first; never empty.
std::span<const Transport> transports_here();

}  // namespace ae::policy
