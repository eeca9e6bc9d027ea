#include "tests/stores/file_store.h"

#include <algorithm>

#include <sys/stat.h>

namespace ae::test {

FileStore::FileStore(std::string root, stores::KeySettings settings)
    : root_(std::move(root)), settings_(std::move(settings)), crypto_(stores::make_crypto()) {
    FileStore::reopen();
}

void FileStore::close() {
    memory_.reset();
    certificates_.reset();
    keys_.reset();
    context_.reset();
}

void FileStore::reopen() {
    close();
    warnings_.clear();
    context_ = must(stores::StoreContext::open(
        root_, engine::Scope::machine,
        [this](std::string_view sentence) { warnings_.emplace_back(sentence); },
        std::string(stores::kMachineRoot), settings_));
    keys_ = stores::make_key_store(*context_);
    certificates_ = stores::make_cert_store(*context_, *crypto_);
    memory_ = stores::make_memory_store(*context_);
}

Held::Held() : store(folder.path() / "store") {
    issuer = must(store.keys().create(p256()));
    key = must(store.keys().create(p256()));
    entry = certificate_for(*key, *issuer);
    installed = must(store.certificates().install(entry));
    inside = std::filesystem::path(installed.path).parent_path();
}

engine::HeldCertificate Held::only() {
    auto held = must(store.certificates().held());
    REQUIRE(held.size() == 1);
    return std::move(held[0]);
}

unsigned mode_of(const std::filesystem::path& path) {
    struct stat facts {};
    REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return facts.st_mode & 07777U;
}

std::vector<std::string> picture_of(const std::filesystem::path& folder) {
    std::vector<std::string> lines;
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
        std::string line = item.path().lexically_relative(folder).string();
        if (item.is_regular_file()) {
            line.append("=").append(read_text(item.path()));
        }
        lines.push_back(std::move(line));
    }
    std::ranges::sort(lines);
    return lines;
}

}  // namespace ae::test
