#include "engine/base/hresult_table.h"
#include "stores/crl_cache_folder.h"
#include "stores/files_win32.h"
#include "stores/store_layout.h"

#include <filesystem>
#include <system_error>

namespace ae::stores {
namespace {

// Opened for each use, as memory_store_win32.cpp does; nothing is made before something is kept.
class ProtectedCacheFolder final : public CacheFolder {
  public:
    ProtectedCacheFolder(std::string path, engine::Scope scope)
        : path_(std::move(path)), scope_(scope) {}

    Result<std::vector<std::string>> names() override {
        const auto folder = open();
        if (!folder) {
            return folder.error().code == kFileNotFound
                       ? Result<std::vector<std::string>>(std::vector<std::string>{})
                       : fail(folder.error());
        }
        std::vector<std::string> names;
        std::error_code problem;
        for (std::filesystem::directory_iterator each(wide(path_), problem), end;
             !problem && each != end; each.increment(problem)) {
            names.push_back(narrow(each->path().filename().wstring()));
        }
        if (problem) {
            return fail(
                file_error(Access::read, static_cast<DWORD>(problem.value()), "list", path_));
        }
        return names;
    }
    Result<std::optional<std::size_t>> size_of(std::string_view name) override {
        return open().and_then([&](const ProtectedFolder& folder) { return folder.size_of(name); });
    }
    Result<std::optional<Bytes>> read(std::string_view name, std::size_t largest) override {
        return open().and_then(
            [&](const ProtectedFolder& folder) { return folder.read(name, largest); });
    }
    Done publish(std::string_view name, ByteView content) override {
        return ProtectedFolder::open_or_create(path_, scope_)
            .and_then(
                [&](const ProtectedFolder& folder) { return folder.publish_file(name, content); });
    }
    Done remove(std::string_view name) override {
        return open().and_then([&](const ProtectedFolder& folder) { return folder.remove(name); });
    }

  private:
    [[nodiscard]] Result<ProtectedFolder> open() const {
        return ProtectedFolder::open(path_, scope_);
    }

    std::string path_;
    engine::Scope scope_;
};

}  // namespace

std::unique_ptr<CrlCache> open_crl_cache(const StoreOptions& options, StoreUse use,
                                         engine::Crypto& crypto) {
    std::string path = options.root + "\\" + std::string(folder_of(options.scope)) + "\\" +
                       std::string(layout::kCache);
    return make_crl_cache(std::make_unique<ProtectedCacheFolder>(std::move(path), options.scope),
                          use, crypto, options.warn);
}

}  // namespace ae::stores
