#include "stores/memory_file.h"
#include "stores/memory_store.h"
#include "stores/store_context.h"

#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kMemoryMode = S_IRUSR | S_IWUSR;

class ContextFolder final : public MemoryFolder {
  public:
    explicit ContextFolder(const StoreContext& context) : context_(context) {}

    [[nodiscard]] std::string path_of(std::string_view name) const override {
        return folder().path_of(name);
    }
    Result<std::optional<Bytes>> read(std::string_view name, std::size_t largest) override {
        return folder().read(name, largest);
    }
    Done publish(std::string_view name, ByteView content) override {
        if (Done written = folder().publish_file(name, content, kMemoryMode); !written) {
            return written;
        }
        return folder().sync();
    }
    Done rename(std::string_view from, std::string_view to) override {
        return folder().rename(from, to);
    }
    Done remove(std::string_view name) override { return folder().remove(name); }

  private:
    [[nodiscard]] const Folder& folder() const { return context_.folder(); }

    const StoreContext& context_;
};

}  // namespace

std::unique_ptr<engine::MemoryStore> make_memory_store(const StoreContext& context) {
    return make_memory_file(std::make_unique<ContextFolder>(context),
                            [&context](std::string_view sentence) { context.warn(sentence); });
}

}  // namespace ae::stores
