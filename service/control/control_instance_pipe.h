// Instances of a context's pipe, and who is at the other end of one.  Windows only; one thread at a
// time.  Sources: [CreateNamedPipeW], [Named Pipe Security and Access Rights],
// [ImpersonateNamedPipeClient].
#pragma once

#include "engine/base/result.h"
#include "engine/base/win32.h"
#include "service/control/control_address.h"

#include <optional>
#include <string>

namespace ae::service {

// Written out in full; nothing is inherited.  No network.  Machine: SYSTEM and administrators
// everything, whoever is logged on here may connect and no more (0x12019b is reading and writing
// without FILE_CREATE_PIPE_INSTANCE, with which anybody could answer as the service; GRGW has it).
// User: that user and SYSTEM.
std::string pipe_security(const ControlAddress& address);

enum class PipeInstance {
    first,   // kBusy: the name is somebody's already
    further  // only while we hold another one, so that the name stays ours
};
// Local clients only, for overlapped use, a stream of octets.
Result<UniqueFileHandle> make_pipe(const ControlAddress& address, PipeInstance which);

// Who has connected, as the system has it from the client's own thread.  Before something was read
// the system may not tell.
std::optional<Peer> client_of(HANDLE pipe);
// The account of the process that connected.  Its number may be another's by now.
std::optional<Peer> client_process_of(HANDLE pipe);

}  // namespace ae::service
