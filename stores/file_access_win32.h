// The access lists of our files and folders on Windows (files_win32.h says which).  Any thread.
#pragma once

#include "engine/base/win32.h"
#include "engine/directory.h"
#include "stores/folder_access.h"

#include <string>

namespace ae::stores {

enum class Kind { folder, file };

using UniqueDescriptor = UniqueLocalMemory<PSECURITY_DESCRIPTOR>;

Result<UniqueDescriptor> descriptor_for(Kind kind, engine::Scope scope);

// folder_access.h on an open folder or file.
Done check_only_ours(HANDLE open, const std::string& path, Others others);
// The same with what stands at that path, a link itself and not its target: nobody else may write.
Done check_only_we_write(const std::string& path);

}  // namespace ae::stores
