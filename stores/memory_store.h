// What one pulse leaves for the next (engine/ports.h MemoryStore): memory.json in the context's
// folder, format memory_json.h, mode 0600.
//
// load() never fails: what cannot be read or is of a newer version is named through the context's
// Warn and counts as empty, which is harmless (engine/memory.h).  The next save() keeps that file
// beside the new one as memory.json.bad, for whoever wants to know; one from before it is
// overwritten.  save() is atomic and durable, and does not write what the file holds already.
// `context` must outlive the store; one thread.  Errors of save(): those of files_posix.h.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::stores {

class StoreContext;

std::unique_ptr<engine::MemoryStore> make_memory_store(const StoreContext& context);

}  // namespace ae::stores
