#include "stores/memory_store_win32.h"

#include "engine/base/hresult_table.h"
#include "stores/files_win32.h"
#include "stores/memory_file.h"

namespace ae::stores {
namespace {

// Opened for each use: it is a few times in a pulse, and nothing is made before something is saved.
class LazyFolder final : public MemoryFolder {
  public:
    LazyFolder(std::string path, engine::Scope scope) : path_(std::move(path)), scope_(scope) {}

    [[nodiscard]] std::string path_of(std::string_view name) const override {
        return std::string(path_).append("\\").append(name);
    }
    Result<std::optional<Bytes>> read(std::string_view name, std::size_t largest) override {
        const auto folder = ProtectedFolder::open(path_, scope_);
        if (!folder) {
            if (folder.error().code == kFileNotFound) {
                return std::nullopt;
            }
            return fail(folder.error());
        }
        return folder->read(name, largest);
    }
    Done publish(std::string_view name, ByteView content) override {
        return ProtectedFolder::open_or_create(path_, scope_)
            .and_then(
                [&](const ProtectedFolder& folder) { return folder.publish_file(name, content); });
    }
    Done rename(std::string_view from, std::string_view to) override {
        return ProtectedFolder::open(path_, scope_).and_then([&](const ProtectedFolder& folder) {
            return folder.rename(from, to);
        });
    }
    Done remove(std::string_view name) override {
        return ProtectedFolder::open(path_, scope_).and_then([&](const ProtectedFolder& folder) {
            return folder.remove(name);
        });
    }

  private:
    std::string path_;
    engine::Scope scope_;
};

}  // namespace

std::unique_ptr<engine::MemoryStore> make_memory_store(std::string folder, engine::Scope scope,
                                                       Warn warn) {
    return make_memory_file(std::make_unique<LazyFolder>(std::move(folder), scope),
                            std::move(warn));
}

}  // namespace ae::stores
