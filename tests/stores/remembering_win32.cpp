#include "stores/memory_store_win32.h"
#include "tests/contract/memory_store_contract.h"
#include "tests/stores/remembering.h"

namespace ae::test {

struct Remembering::Platform {
    std::vector<std::string> warnings{};
    std::unique_ptr<engine::MemoryStore> store{};
};

Remembering::Remembering() : platform_(std::make_unique<Platform>()) {
    reopen();
    must(memory().save(full_memory()));
}
Remembering::~Remembering() = default;

engine::MemoryStore& Remembering::memory() { return *platform_->store; }
void Remembering::reopen() {
    platform_->warnings.clear();
    platform_->store =
        stores::make_memory_store((folder() / "store" / "machine").string(), engine::Scope::machine,
                                  [&warnings = platform_->warnings](std::string_view sentence) {
                                      warnings.emplace_back(sentence);
                                  });
}
const std::vector<std::string>& Remembering::warnings() const { return platform_->warnings; }
std::filesystem::path Remembering::file() const {
    return folder() / "store" / "machine" / "memory.json";
}
std::filesystem::path Remembering::bad() const {
    return folder() / "store" / "machine" / "memory.json.bad";
}
engine::Memory Remembering::memory_of_user() {
    return stores::make_memory_store((folder() / "store" / "user").string(), engine::Scope::user,
                                     {})
        ->load();
}

}  // namespace ae::test
