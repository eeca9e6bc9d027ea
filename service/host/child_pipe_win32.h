// A pipe of which a child process inherits one end, and ours is for overlapped I/O (which an
// anonymous pipe has not).  Nobody else is let in, nobody guesses its name.  Windows only, any
// thread. Source: [CreateNamedPipeW], [Named Pipe Security and Access Rights].
#pragma once

#include "engine/base/win32.h"

namespace ae::service {

enum class PipeFlow { to_child, from_child };

struct ChildPipe {
    UniqueFileHandle ours{};
    UniqueFileHandle childs{};  // inheritable; to be closed as soon as the child has it
};
Result<ChildPipe> make_child_pipe(PipeFlow flow);

}  // namespace ae::service
