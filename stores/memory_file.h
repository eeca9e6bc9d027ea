// memory.json of a context, on whatever keeps its files: what memory_store.h promises, once for all
// platforms.  One thread.
#pragma once

#include "engine/ports.h"
#include "stores/warn.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ae::stores {

// A context's folder, as far as the memory needs it.  `name`: one path component.
class MemoryFolder {
  public:
    virtual ~MemoryFolder() = default;
    [[nodiscard]] virtual std::string path_of(std::string_view name) const = 0;
    virtual Result<std::optional<Bytes>> read(std::string_view name, std::size_t largest) = 0;
    virtual Done publish(std::string_view name, ByteView content) = 0;  // atomic, durable, private
    virtual Done rename(std::string_view from, std::string_view to) = 0;
    virtual Done remove(std::string_view name) = 0;
};

std::unique_ptr<engine::MemoryStore> make_memory_file(std::unique_ptr<MemoryFolder> folder,
                                                      Warn warn);

}  // namespace ae::stores
