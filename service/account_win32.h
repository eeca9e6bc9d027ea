// Whose a process or a token is.  Windows only; any thread; nothing is looked up over a network.
// Sources: [CheckTokenMembership], [GetTokenInformation] TokenUser, [MS-DTYP] 2.4.2.4.
#pragma once

#include "engine/base/result.h"
#include "engine/base/win32.h"
#include "service/account.h"

namespace ae::service {

inline constexpr const char* kLocalSystem = "S-1-5-18";

// Needs TOKEN_QUERY, and TOKEN_DUPLICATE for one that is no impersonation token.
Result<Peer> peer_of_token(HANDLE token);
// kAccessDenied: another account's, and we are no administrator; kInvalidArgument: there is no such
// process any more.
Result<Peer> peer_of_process(DWORD process);
Result<Peer> own_peer();

}  // namespace ae::service
