// Who may read the keys of a template's certificates besides their owner: a group that the policy
// names (KeySettings::readers).  On Linux this is what the template's msPKI-Key-Security-Descriptor
// ([MS-CRTD] 2.23) is on Windows: its SIDs are accounts of the domain, which the files of this
// machine do not know, so the administrator of the machine says it instead.
//
// Only keys of MY: one in REQUEST is its owner's alone.  A group that is not known here, or that
// this account may not give files to, is named through Warn once, and the key stays its owner's.
// Blocks on the disk and on the system's list of groups; one thread.
#pragma once

#include "stores/files_posix.h"
#include "stores/warn.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ae::stores {

class KeyReaders {
  public:
    // `groups`: by template, in lower case.
    KeyReaders(std::map<std::string, std::string> groups, Warn warn);

    // Makes the entry's key.pem readable to whom the policy says; writes nothing when it is so
    // already, nor when there is no such file.  Never fails what it is a part of: the key is
    // useful, and closed, without.
    void apply(const Folder& entry, std::string_view template_name);
    // The same for an entry whose template is not known for now: the group that reads it stays, and
    // nobody else does.
    void close_to_others(const Folder& entry);

  private:
    enum class Known { no_group, group, cannot_say };
    struct Wanted {
        Known known = Known::no_group;
        gid_t group = 0;
    };
    void apply(const Folder& entry, const Wanted& wish);
    Wanted wanted(std::string_view template_name);
    Wanted look_up(const std::string& group);
    void warn_once(const std::string& sentence);

    std::map<std::string, std::string> groups_;
    Warn warn_;
    std::map<std::string, Wanted> looked_up_{};  // by name of the group
    std::set<std::string> warned_{};
};

}  // namespace ae::stores
