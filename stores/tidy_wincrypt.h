// Deletes what this agent made in the Windows stores and nothing needs any more:
// ContextStores::tidy. Internal to *_wincrypt.cpp.
//
// Orphaned keys (rule X4), of the machine only, because a user's keys roam and may come to a host
// before their certificates:
//   - an entry of REQUEST of ours that was never sent to anybody and is older than kAbandoned: the
//     agent that made it has died;
//   - a key container with our name that no certificate names, whatever provider it names with it,
//     in any system store of the machine, of a service on it, of this account or of a user who is
//     logged on, and that has not changed for kAbandoned, where its provider says when it did.
//     When one of those stores cannot be read, none is deleted.
// Archived certificates beyond the cap (archive_cap.h), of those whose keys this agent made.
// Duties of the caller: nobody else works in these stores (context_stores.h).
// Blocks; one thread.  What cannot be deleted is said (StoreContext::warn), stays for the next time
// and keeps nothing else from going.
#pragma once

#include "stores/key_containers_win32.h"
#include "stores/my_store_wincrypt.h"
#include "stores/store_context_wincrypt.h"

#include <chrono>
#include <functional>
#include <vector>

namespace ae::stores {

// Far longer than a run needs from a key to its request.
inline constexpr std::chrono::hours kAbandoned{1};

struct TidyHost {
    Time now{};
    std::function<std::vector<KeyContainer>()> containers{};  // machine_containers()
    std::function<Done(const StoreContext&, const std::string&)> remove = remove_certificate;
};
Tidied tidy_stores(const StoreContext& context, engine::KeyStore& keys, const TidyOptions& options,
                   const TidyHost& host);

}  // namespace ae::stores
