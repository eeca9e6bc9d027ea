#include "tests/contract/memory_store_contract.h"
#include "tests/stores/file_store.h"
#include "tests/stores/remembering.h"

namespace ae::test {

struct Remembering::Platform {
    FileStore store;
};

Remembering::Remembering() : platform_(new Platform{FileStore(folder() / "store")}) {
    must(memory().save(full_memory()));
}
Remembering::~Remembering() = default;

engine::MemoryStore& Remembering::memory() { return platform_->store.memory(); }
void Remembering::reopen() { platform_->store.reopen(); }
const std::vector<std::string>& Remembering::warnings() const {
    return platform_->store.warnings();
}
std::filesystem::path Remembering::file() const { return platform_->store.path() / "memory.json"; }
std::filesystem::path Remembering::bad() const {
    return platform_->store.path() / "memory.json.bad";
}
engine::Memory Remembering::memory_of_user() {
    const auto user = must(stores::StoreContext::open(folder() / "store", engine::Scope::user, {}));
    return stores::make_memory_store(*user)->load();
}

}  // namespace ae::test
