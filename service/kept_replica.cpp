#include "service/kept_replica.h"

#include "engine/base/hresult_table.h"
#include "service/capture/capture.h"
#include "service/capture/ustar.h"

#include <array>
#include <utility>

namespace ae::service {
namespace {

class OfflineDirectory final : public engine::Directory {
  public:
    explicit OfflineDirectory(KeptReplica kept) : kept_(std::move(kept)) {}

    Result<engine::Account> read_account(engine::Scope scope) override {
        return policy::account_of(kept_.answers, scope);
    }
    Result<engine::Replica> read_replica() override { return policy::replica_of(kept_.answers); }
    Done unpublish(const std::vector<Bytes>& /*certificates*/) override {
        return fail(kNotSupported, "the directory is not connected");
    }

  private:
    KeptReplica kept_;
};

Result<KeptReplica> from_archive(std::string_view archive) {
    constexpr std::array names{kDirectoryFile, kMachineFile};
    auto files = read_ustar(archive, names);
    if (!files) {
        return pass(files);
    }
    auto captured = parse_capture(
        {(*files)[std::string(kDirectoryFile)], (*files)[std::string(kMachineFile)]}, {});
    if (!captured) {
        return pass(captured);
    }
    return KeptReplica{captured->world.now, std::move(captured->answers)};
}

}  // namespace

bool is_whole(const policy::DirectoryAnswers& answers, engine::Scope scope) {
    if (answers.account.dn.empty() || !policy::account_of(answers, scope)) {
        return false;
    }
    const auto replica = policy::replica_of(answers);
    return replica && replica->roots.complete && replica->intermediates.complete &&
           replica->nt_auth.complete;
}

Done keep_replica(const StateFolder& folder, engine::Scope scope, const KeptReplica& replica) {
    if (!is_whole(replica.answers, scope)) {
        return done();
    }
    Captured captured;
    captured.world.now = replica.read;
    captured.world.account.scope = scope;
    captured.answers = replica.answers;
    captured.program = "aeclient " AE_VERSION;
    const std::string archive = capture_archive(captured);
    if (archive.size() > kLargestStateFile) {
        return fail(kInvalidData,
                    "the replica of the directory is larger than 16 MiB and is not kept for plan "
                    "and status");
    }
    return folder.write(kReplicaFile, archive);
}

Result<std::optional<KeptReplica>> kept_replica(const StateFolder& folder) {
    auto archive = folder.read(kReplicaFile);
    if (!archive) {
        return pass(archive);
    }
    if (!*archive) {
        return std::nullopt;
    }
    auto kept = from_archive(**archive);
    if (!kept) {
        return pass(kept, folder.path_of(kReplicaFile));
    }
    return std::optional(std::move(*kept));
}

std::unique_ptr<engine::Directory> offline_directory(KeptReplica replica) {
    return std::make_unique<OfflineDirectory>(std::move(replica));
}

}  // namespace ae::service
