// memory_store.h on Windows, where a context's stores are the system's and only this is a file:
// memory.json in `folder`, which is made when it is first saved to.
// Same promises as there.  Owner: context_stores_wincrypt.cpp.  One thread.  Errors of save():
// those of files_win32.h.
#pragma once

#include "engine/ports.h"
#include "stores/warn.h"

#include <memory>
#include <string>

namespace ae::stores {

// `folder`: the context's own, root\machine or root\user (store_layout.h folder_of()).
std::unique_ptr<engine::MemoryStore> make_memory_store(std::string folder, engine::Scope scope,
                                                       Warn warn);

}  // namespace ae::stores
