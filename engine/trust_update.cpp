#include "engine/trust_update.h"

#include <algorithm>
#include <set>
#include <utility>

namespace ae::engine {
namespace {

// The earlier reading that found the same emptiness.
const EmptyRead* seen_before(const Memory& memory, TrustStore store) {
    const auto at = std::ranges::find(memory.empty_reads, store, &EmptyRead::store);
    return at == memory.empty_reads.end() ? nullptr : &*at;
}

std::size_t missing_from(const std::vector<Bytes>& wanted, const std::set<Bytes>& there) {
    return static_cast<std::size_t>(
        std::ranges::count_if(wanted, [&](const Bytes& one) { return there.count(one) == 0; }));
}

}  // namespace

TrustUpdate plan_trust(TrustStore store, const TrustSet& directory, std::vector<Bytes> current,
                       const Memory& memory, Time now, bool force) {
    TrustUpdate update{.store = store};
    const std::string note = "store " + std::string(to_string(store)) + ": ";
    for (const std::string& sentence : directory.skipped) {
        update.notes.push_back(note + sentence);
    }
    if (!directory.complete) {
        update.problem = directory.problem;
        update.result = std::move(current);
        return update;
    }
    if (directory.certificates.empty() && !current.empty() && !force) {
        const EmptyRead* before = seen_before(memory, store);
        if (before == nullptr || now - before->first < kSecondRead) {
            update.waits = before == nullptr ? EmptyRead{store, now} : *before;
            update.notes.push_back(note +
                                   "the directory lists no certificate any more; what is "
                                   "there stays until a reading after " +
                                   ae::to_string(update.waits->first + kSecondRead) + " agrees");
            update.result = std::move(current);
            return update;
        }
    }
    update.added = missing_from(directory.certificates, {current.begin(), current.end()});
    update.removed =
        missing_from(current, {directory.certificates.begin(), directory.certificates.end()});
    update.result = directory.certificates;
    return update;
}

std::vector<TrustUpdate> plan_trust_stores(const Replica& replica,
                                           const std::map<TrustStore, std::vector<Bytes>>& current,
                                           const Memory& memory, Time now, bool force) {
    std::vector<TrustUpdate> updates;
    for (const auto& [store, directory] :
         {std::pair(TrustStore::root, &replica.roots),
          std::pair(TrustStore::intermediate, &replica.intermediates),
          std::pair(TrustStore::nt_auth, &replica.nt_auth)}) {
        const auto held = current.find(store);
        updates.push_back(plan_trust(store, *directory,
                                     held == current.end() ? std::vector<Bytes>{} : held->second,
                                     memory, now, force));
    }
    return updates;
}

void note_empty_read(const TrustUpdate& update, Memory& memory) {
    std::erase_if(memory.empty_reads,
                  [&](const EmptyRead& one) { return one.store == update.store; });
    if (update.waits) {
        memory.empty_reads.push_back(*update.waits);
    }
}

}  // namespace ae::engine
