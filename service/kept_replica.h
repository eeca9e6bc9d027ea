// The last good replica of a context: what the directory answered when a pulse last read all of it.
// `plan` and `status` go on from it when no domain controller answers, and say how old it is.
//
// A file of the context's folder, replica.tar: a capture (docs/capture-format.md) that holds what
// the directory said and nothing of the machine; `now` in it is when that was.
// A user without a Kerberos cache has none: nobody knows then whose it would be.
// Not for: enrolling.  A pulse asks a controller or does nothing (rule C2), and trust stands in the
// stores.  An answer with a part missing is not kept: it would look as if that part were empty
// (K3). Errors: those of StateFolder; kInvalidData when the file is no such capture, or when the
// answer is too large to be kept.  Blocks on the disk; any thread.
#pragma once

#include "engine/ports.h"
#include "policy/directory_answers.h"
#include "service/replica_source.h"
#include "service/state_folder.h"

#include <memory>
#include <optional>
#include <string_view>

namespace ae::service {

inline constexpr std::string_view kReplicaFile = "replica.tar";

struct KeptReplica {
    Time read{};
    policy::DirectoryAnswers answers{};

    [[nodiscard]] ReplicaSource source() const {
        return {read, answers.server_name, answers.invocation_id};
    }
};

// The account, and every search of the replica whole.
bool is_whole(const policy::DirectoryAnswers& answers, engine::Scope scope);

// Replaces the one that is there.  Answers that are not whole change nothing.
Done keep_replica(const StateFolder& folder, engine::Scope scope, const KeptReplica& replica);

// Nothing: no run has read the directory whole yet.
Result<std::optional<KeptReplica>> kept_replica(const StateFolder& folder);

// Answers as the directory did then.  Changes nothing: unpublish() is kNotSupported.
std::unique_ptr<engine::Directory> offline_directory(KeptReplica replica);

}  // namespace ae::service
