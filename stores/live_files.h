// The stable names under which other programs find a template's certificate: live/<template>, a
// relative link to the entry of MY that is the template's newest (store_layout.h).
//
// What a link has to say follows from MY alone: of the entries that this agent enrolled for, one
// that is not archived before all that are, then the one that was installed last; the higher
// request id, then the higher thumbprint where two were installed in the same second.  So whatever
// a crash leaves, mend() puts right, and it writes nothing when all is right.
// An archived entry has the name only until something replaces it: a certificate is archived before
// that when it is revoked or its template is withdrawn (rules Q4, X1), and the enrollment may fail;
// a server that finds no files does not start, which is worse than an old certificate.
// An entry whose entry.json cannot be read keeps the name that it has: a web server needs it more
// than the template's name.  Names in live/ that are no links of the store's are left alone.
// For stores opened to change.  `context` must outlive it.  Blocks on the disk; one thread.
// Errors: those of files_posix.h; what was not switched is so at the next mend().
#pragma once

#include "stores/entry_json.h"
#include "stores/my_entry_files.h"
#include "stores/store_context.h"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ae::stores {

// A template's name as the name of a folder: letters, digits, "-", "_", "." but not first, and
// what is no ASCII and can be printed; every other octet is %XX (RFC 3986 2.1).  No two templates
// share one.  Pure.
std::string live_name(std::string_view template_name);

class LiveFiles {
  public:
    explicit LiveFiles(const StoreContext& context) : context_(context) {}

    // `entries`: all of MY.
    Done mend(const std::vector<NamedEntry>& entries);
    // An entry was put into MY.  Whether the template's name is now its name.
    Result<bool> add(const std::string& thumbprint, const MyEntry& entry);
    // An entry was archived: the name goes to another that is not, or stays.
    Done archive(const std::string& thumbprint);
    // An entry is about to be deleted.
    Done drop(const std::string& thumbprint);

    [[nodiscard]] std::string path_of(const MyEntry& entry) const;

  private:
    enum class Rank { archived, in_use };
    struct Candidate {
        Rank rank = Rank::in_use;
        Time installed{};
        std::uint32_t request_id = 0;
        std::string thumbprint{};
        auto operator<=>(const Candidate&) const = default;
    };
    static Candidate candidate(const std::string& thumbprint, const MyEntry& entry);
    void forget(const std::string& thumbprint);
    // The names that the entry has, to the best candidates.
    Done pass_names_on(const std::string& thumbprint) const;
    Result<bool> switch_to_best(const Folder& live, const std::string& name) const;
    Done remove_stale(const Folder& live, const std::set<std::string>& unread) const;
    [[nodiscard]] Result<std::string> entry_named(const Folder& live,
                                                  const std::string& name) const;

    const StoreContext& context_;
    std::map<std::string, std::set<Candidate>> candidates_{};  // by name in live/
};

}  // namespace ae::stores
