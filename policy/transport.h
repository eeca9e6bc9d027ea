// Which way requests take to a CA; a setting of the agent (agent_settings.h).
//   com   Windows' own DCOM (ICertRequestD2 through the system's proxies): Windows only
//   dcom  this program's own DCOM: ICertRequestD2 over DCE/RPC and TCP
//   icpr  ICertPassage, the older interface of the same CAs, over DCE/RPC and TCP: no key archival,
//         and the CA tells nothing about itself
// A setting pins the way.  Without one it is the platform's usual way, and ICertPassage at a CA
// whose DCOM lets nobody in.
#pragma once

#include <span>

namespace ae::policy {

enum class Transport { com, dcom, icpr };

// Those of this platform, the usual one first; never empty.
std::span<const Transport> transports_here();

}  // namespace ae::policy
