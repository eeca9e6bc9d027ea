#include "stores/memory_file.h"

#include "stores/memory_json.h"
#include "stores/store_layout.h"

namespace ae::stores {
namespace {

// Thousands of refusals and warnings fit; forget_old() keeps the real ones far below.
constexpr std::size_t kLargestMemory = std::size_t{16} * 1024 * 1024;

class MemoryFile final : public engine::MemoryStore {
  public:
    MemoryFile(std::unique_ptr<MemoryFolder> folder, Warn warn)
        : folder_(std::move(folder)), warn_(std::move(warn)) {}

    engine::Memory load() override {
        Result<std::optional<std::string>> text = read();
        if (text && !*text) {
            return {};
        }
        Result<engine::Memory> memory =
            text ? memory_from_json(**text) : Result<engine::Memory>(pass(text));
        if (!memory) {
            warn(std::move(memory.error())
                     .within(folder_->path_of(layout::kMemory))
                     .with_remedy("Nothing needs to be done: a pulse starts a new file when it "
                                  "ends, and keeps this one as " +
                                  std::string(layout::kBadMemory)));
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
    void warn(const Error& error) const {
        if (warn_) {
            warn_(error.sentence());
        }
    }

    Result<std::optional<std::string>> read() {
        Result<std::optional<Bytes>> content = folder_->read(layout::kMemory, kLargestMemory);
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
        return folder_->publish(layout::kMemory, as_bytes(text));
    }

    // Something of another kind (a folder) may stand in its way.
    Done keep_bad() {
        if (folder_->rename(layout::kMemory, layout::kBadMemory)) {
            return done();
        }
        if (Done removed = folder_->remove(layout::kBadMemory); !removed) {
            return removed;
        }
        return folder_->rename(layout::kMemory, layout::kBadMemory);
    }

    std::unique_ptr<MemoryFolder> folder_;
    Warn warn_;
};

}  // namespace

std::unique_ptr<engine::MemoryStore> make_memory_file(std::unique_ptr<MemoryFolder> folder,
                                                      Warn warn) {
    return std::make_unique<MemoryFile>(std::move(folder), std::move(warn));
}

}  // namespace ae::stores
