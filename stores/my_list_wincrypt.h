// Lists MY with the state of each key (rule Q5).  Internal to *_wincrypt.cpp.
// An entry that cannot be read is left out and said through StoreContext::warn.  One thread.
#pragma once

#include "stores/store_context_wincrypt.h"

#include <vector>

namespace ae::stores {

enum class Listed { held, archived };  // archived: by Windows' own mark, or by our note

Result<std::vector<engine::HeldCertificate>> list_my(const StoreContext& context, Listed which);

}  // namespace ae::stores
