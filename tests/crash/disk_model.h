// What a power cut leaves of a folder.  Beside the real folder this keeps what is on the disk for
// certain: of a file what its last fsync put there, of a folder the names that its last fsync put
// there.  A file that was made and never fsynced is empty there; a new name whose folder was not
// fsynced does not exist; a name that was taken away without it still does.
//
// Not for: what a file system may keep beyond that (journals keep more; a program must not count on
// it).  Changes must be made through the wrappers of crash_points.cpp, or it does not see them.
// One thread.  Linux.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace ae::test {

class DiskModel {
  public:
    // All that is below `root` now is on the disk.
    explicit DiskModel(std::filesystem::path root);

    // `name` came into being in the folder `parent`; unknown folders are passed over.
    void made(int parent, const char* name);
    void synced(int descriptor);

    // Names are kept and the data of files that were not fsynced is gone: what a journal of names
    // without data does.
    void lose_data();
    // Everything that was not fsynced is gone.
    void lose_all();

  private:
    struct Node;
    using NodePtr = std::shared_ptr<Node>;
    using Names = std::map<std::string, NodePtr>;
    using Identity = std::pair<dev_t, ino_t>;
    struct Node {
        mode_t mode = 0;
        uid_t owner = 0;
        gid_t group = 0;
        std::string content{};  // of a file; of a link its target
        Names names{};          // of a folder
    };

    NodePtr node_of(int parent, const char* name);
    NodePtr remember(const std::filesystem::path& path);
    void put_data_back(const std::filesystem::path& folder);
    static void write_out(const Node& folder, const std::filesystem::path& into);

    std::filesystem::path root_;
    std::map<Identity, NodePtr> nodes_{};
    NodePtr top_;  // made of the nodes: after them
};

}  // namespace ae::test
