#include "engine/base/hresult_table.h"
#include "stores/crl_cache_folder.h"
#include "stores/files_posix.h"
#include "stores/store_layout.h"

#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kCacheFolderMode = S_IRWXU;
constexpr mode_t kCacheMode = S_IRUSR | S_IWUSR;

// Opened when it is first needed; nothing is made before something is kept.
class ContextCacheFolder final : public CacheFolder {
  public:
    explicit ContextCacheFolder(std::string context) : context_(std::move(context)) {}

    Result<std::vector<std::string>> names() override {
        if (Done opened = look(); !opened) {
            return opened.error().code == kFileNotFound
                       ? Result<std::vector<std::string>>(std::vector<std::string>{})
                       : pass(opened);
        }
        return folder_->names();
    }
    Result<std::optional<std::size_t>> size_of(std::string_view name) override {
        if (Done opened = look(); !opened) {
            return pass(opened);
        }
        return folder_->size_of(name);
    }
    Result<std::optional<Bytes>> read(std::string_view name, std::size_t largest) override {
        if (Done opened = look(); !opened) {
            return pass(opened);
        }
        return folder_->read(name, largest);
    }
    Done publish(std::string_view name, ByteView content) override {
        if (Done opened = look(); !opened) {
            auto made = Folder::open_path(context_).and_then([](const Folder& context) {
                return context.open_or_create(layout::kCache, kCacheFolderMode);
            });
            if (!made) {
                return pass(made);
            }
            folder_.emplace(std::move(*made));
        }
        return folder_->publish_file(name, content, kCacheMode);
    }
    Done remove(std::string_view name) override {
        if (Done opened = look(); !opened) {
            return pass(opened);
        }
        return folder_->remove(name);
    }

  private:
    Done look() {
        if (!folder_) {
            auto opened = Folder::open_path(context_).and_then(
                [](const Folder& context) { return context.open(layout::kCache); });
            if (!opened) {
                return pass(opened);
            }
            folder_.emplace(std::move(*opened));
        }
        return done();
    }

    std::string context_;
    std::optional<Folder> folder_{};
};

}  // namespace

std::unique_ptr<CrlCache> open_crl_cache(const StoreOptions& options, StoreUse use,
                                         engine::Crypto& crypto) {
    return make_crl_cache(std::make_unique<ContextCacheFolder>(
                              options.root + "/" + std::string(folder_of(options.scope))),
                          use, crypto, options.warn);
}

}  // namespace ae::stores
