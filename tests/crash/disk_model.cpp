#include "tests/crash/disk_model.h"

#include "tests/support/temporary_folder.h"

#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace ae::test {

namespace fs = std::filesystem;

namespace {

std::pair<dev_t, ino_t> identity(const struct stat& facts) { return {facts.st_dev, facts.st_ino}; }

fs::path path_of(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

std::string target_of(const fs::path& link) { return fs::read_symlink(link).string(); }

}  // namespace

DiskModel::DiskModel(fs::path root) : root_(std::move(root)), top_(remember(root_)) {}

// Nothing that was opened stays open: a descriptor of the test's own would change what the product
// sees (locks) and would not survive the end of the process anyway.
DiskModel::NodePtr DiskModel::remember(const fs::path& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) {
        return nullptr;
    }
    auto node = std::make_shared<Node>();
    node->mode = facts.st_mode;
    node->owner = facts.st_uid;
    node->group = facts.st_gid;
    nodes_[identity(facts)] = node;
    if (S_ISREG(facts.st_mode)) {
        node->content = read_text(path);
    } else if (S_ISLNK(facts.st_mode)) {
        node->content = target_of(path);
    } else if (S_ISDIR(facts.st_mode)) {
        for (const auto& item : fs::directory_iterator(path)) {
            node->names[item.path().filename()] = remember(item.path());
        }
    }
    return node;
}

DiskModel::NodePtr DiskModel::node_of(int parent, const char* name) {
    struct stat facts {};
    if (::fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return nullptr;
    }
    const auto at = nodes_.find(identity(facts));
    return at == nodes_.end() ? nullptr : at->second;
}

void DiskModel::made(int parent, const char* name) {
    struct stat folder {};
    struct stat facts {};
    const bool at_cwd = parent == AT_FDCWD;
    const fs::path above = fs::path(name).parent_path();
    if ((at_cwd ? ::stat(above.c_str(), &folder) : ::fstat(parent, &folder)) != 0 ||
        !nodes_.contains(identity(folder)) ||
        ::fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return;
    }
    auto node = std::make_shared<Node>();
    node->mode = facts.st_mode;
    node->owner = facts.st_uid;
    node->group = facts.st_gid;
    if (S_ISLNK(facts.st_mode)) {
        std::array<char, 4096> target{};
        const ssize_t size = ::readlinkat(parent, name, target.data(), target.size());
        node->content.assign(target.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    nodes_[identity(facts)] = std::move(node);  // a number may be used again
}

void DiskModel::synced(int descriptor) {
    struct stat facts {};
    if (::fstat(descriptor, &facts) != 0) {
        return;
    }
    const auto at = nodes_.find(identity(facts));
    if (at == nodes_.end()) {
        return;
    }
    Node& node = *at->second;
    node.mode = facts.st_mode;
    node.owner = facts.st_uid;
    node.group = facts.st_gid;
    if (S_ISREG(facts.st_mode)) {
        node.content = read_text(path_of(descriptor));
        return;
    }
    node.names.clear();
    for (const auto& item : fs::directory_iterator(path_of(descriptor))) {
        const std::string name = item.path().filename();
        if (NodePtr child = node_of(descriptor, name.c_str())) {
            node.names[name] = std::move(child);
        }
    }
}

void DiskModel::lose_data() { put_data_back(root_); }

void DiskModel::put_data_back(const fs::path& folder) {
    for (const auto& item : fs::directory_iterator(folder)) {
        if (item.is_symlink()) {
            continue;
        }
        if (item.is_directory()) {
            put_data_back(item.path());
            continue;
        }
        const NodePtr node = node_of(AT_FDCWD, item.path().c_str());
        if (node && read_text(item.path()) != node->content) {
            write_text(item.path(), node->content);
        }
    }
}

void DiskModel::lose_all() {
    for (const auto& item : fs::directory_iterator(root_)) {
        fs::remove_all(item.path());
    }
    write_out(*top_, root_);
}

void DiskModel::write_out(const Node& folder, const fs::path& into) {
    for (const auto& [name, node] : folder.names) {
        const fs::path path = into / name;
        if (S_ISLNK(node->mode)) {
            fs::create_symlink(node->content, path);
            continue;
        }
        if (S_ISDIR(node->mode)) {
            fs::create_directory(path);
            write_out(*node, path);
        } else {
            write_text(path, node->content);
        }
        static_cast<void>(::chown(path.c_str(), node->owner, node->group));
        static_cast<void>(::chmod(path.c_str(), node->mode & 07777U));
    }
}

}  // namespace ae::test
