#include "engine/base/hresult_table.h"
#include "stores/memory_json.h"
#include "stores/memory_store.h"
#include "stores/store_context.h"
#include "stores/store_layout.h"

#include <optional>

#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kMemoryFile = S_IRUSR | S_IWUSR;
// Thousands of refusals and warnings fit; forget_old() keeps the real ones far below.
constexpr std::size_t kLargestMemory = std::size_t{16} * 1024 * 1024;

class FileMemoryStore final : public engine::MemoryStore {
  public:
    explicit FileMemoryStore(const StoreContext& context) : context_(context) {}

    engine::Memory load() override {
        Result<std::optional<std::string>> text = read();
        if (text && !*text) {
            return {};
        }
        Result<engine::Memory> memory =
            text ? memory_from_json(**text) : Result<engine::Memory>(pass(text));
        if (!memory) {
            context_.warn(std::move(memory.error())
                              .within(folder().path_of(layout::kMemory))
                              .with_remedy("Nothing needs to be done: a pulse starts a new file "
                                           "when it ends, and keeps this one as " +
                                           std::string(layout::kBadMemory))
                              .sentence());
            return {};
        }
        return std::move(*memory);
    }

    Done save(const engine::Memory& memory) override {
        Done saved = write(to_json(memory));
        if (!saved) {
            return pass(saved, "note for the next pulse what this one did");
        }
        return saved;
    }

  private:
    [[nodiscard]] const Folder& folder() const { return context_.folder(); }

    Result<std::optional<std::string>> read() {
        Result<std::optional<Bytes>> content = folder().read(layout::kMemory, kLargestMemory);
        if (!content) {
            return pass(content);
        }
        if (!*content) {
            return std::nullopt;
        }
        return std::string(as_text(**content));
    }

    Done write(const std::string& text) {
        const Result<std::optional<std::string>> old = read();
        if (old && *old == text) {
            return done();
        }
        if (!old || (*old && !memory_from_json(**old))) {
            if (Done kept = keep_bad(); !kept) {
                return kept;
            }
        }
        if (Done written = folder().publish_file(layout::kMemory, as_bytes(text), kMemoryFile);
            !written) {
            return written;
        }
        return folder().sync();
    }

    // Something of another kind (a folder) may stand in its way.
    Done keep_bad() {
        if (folder().rename(layout::kMemory, layout::kBadMemory)) {
            return done();
        }
        if (Done removed = folder().remove(layout::kBadMemory); !removed) {
            return removed;
        }
        return folder().rename(layout::kMemory, layout::kBadMemory);
    }

    const StoreContext& context_;
};

}  // namespace

std::unique_ptr<engine::MemoryStore> make_memory_store(const StoreContext& context) {
    return std::make_unique<FileMemoryStore>(context);
}

}  // namespace ae::stores
