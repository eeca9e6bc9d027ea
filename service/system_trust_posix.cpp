#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/hooks/hook_process.h"
#include "service/system_trust.h"
#include "stores/crypto.h"
#include "stores/files_posix.h"
#include "stores/my_entry_files.h"
#include "stores/store_layout.h"

#include <algorithm>
#include <map>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

using stores::Folder;

constexpr std::string_view kPrefix = "aeclient-";
constexpr std::string_view kSuffix = ".crt";
constexpr std::string_view kOwed = "owed\n";
constexpr std::string_view kSettled = "settled\n";
constexpr mode_t kPublicFolder = 0755;
constexpr mode_t kPublicFile = 0644;

using Command = std::vector<std::string>;

// How a host keeps what its administrator trusts.  A command that is empty is not needed; `add` and
// `remove` end with the file's path.
struct TrustTool {
    std::string folder{};
    Command add{};
    Command remove{};
    Command refresh{};
};

bool is_program(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

bool is_folder(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

std::optional<TrustTool> find_tool(const SystemTrust& system) {
    const std::string& root = system.root;
    // Debian's and SUSE's tools have one name and read different folders.  SUSE's is on no Debian,
    // and the other may be on a SUSE where somebody followed instructions for Debian.
    if (const std::string tool = root + "/usr/sbin/update-ca-certificates"; is_program(tool)) {
        const std::string suse = root + "/etc/pki/trust/anchors";
        return TrustTool{
            .folder = is_folder(suse) ? suse : root + "/usr/local/share/ca-certificates",
            .refresh = {tool}};
    }
    if (const std::string fedora = root + "/usr/bin/update-ca-trust"; is_program(fedora)) {
        return TrustTool{.folder = root + "/etc/pki/ca-trust/source/anchors", .refresh = {fedora}};
    }
    if (const std::string p11_kit = root + "/usr/bin/trust"; is_program(p11_kit)) {
        const StateFolder state(system.state_dir, engine::Scope::machine);
        return TrustTool{.folder = state.path_of(kPublishedTrust),
                         .add = {p11_kit, "anchor", "--store"},
                         .remove = {p11_kit, "anchor", "--remove"}};
    }
    return std::nullopt;
}

std::string thumbprint_in(std::string_view name) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) ||
        name.size() < kPrefix.size() + kSuffix.size()) {
        return {};
    }
    name.remove_prefix(kPrefix.size());
    name.remove_suffix(kSuffix.size());
    return stores::is_thumbprint(name) ? std::string(name) : std::string{};
}

// Names of temporary_name(); the folder is the system's, so what only begins like one may be
// somebody else's.
bool is_our_temporary(std::string_view name) {
    static const std::size_t size = stores::temporary_name().size();
    constexpr std::string_view kHexDigits = "0123456789abcdef";
    return stores::is_temporary(name) && name.size() == size &&
           name.find_first_not_of(kHexDigits, stores::layout::kTemporary.size()) == name.npos;
}

class Publisher {
  public:
    Publisher(const SystemTrust& system, TrustTool tool, Folder folder, engine::Crypto& crypto)
        : system_(system),
          state_(system.state_dir, engine::Scope::machine),
          tool_(std::move(tool)),
          folder_(std::move(folder)),
          crypto_(crypto) {}

    std::vector<Remark> run(const std::vector<Bytes>& anchors) {
        if (const Done published = publish(anchors); !published) {
            remarks_.push_back({engine::EventLevel::warning,
                                Error(published.error())
                                    .within("the system's trust could not be brought up to date; "
                                            "the next run tries again")
                                    .sentence(),
                                {}});
        }
        return std::move(remarks_);
    }

  private:
    Done publish(const std::vector<Bytes>& anchors) {
        auto names = folder_.names();
        if (!names) {
            return pass(names);
        }
        if (Done cleaned = remove_temporaries(*names); !cleaned) {
            return cleaned;
        }
        std::map<std::string, std::string> wanted;  // by file name: one per thumbprint (rule K5)
        for (const Bytes& anchor : anchors) {
            wanted.emplace(
                std::string(kPrefix).append(stores::thumbprint(crypto_, anchor)).append(kSuffix),
                stores::certificates_to_pem({anchor}));
        }
        const bool owed = is_owed();
        // Nobody knows which of them the tool took before it failed; it takes one twice.
        const bool tell_again = owed && !tool_.add.empty();
        std::erase_if(wanted, [&](const auto& file) {
            return !tell_again && holds(file.first, file.second);
        });
        std::vector<std::string> gone;
        for (const std::string& name : *names) {
            if (!thumbprint_in(name).empty() && !is_anchor(anchors, name) && may_go(name)) {
                gone.push_back(name);
            }
        }
        if (wanted.empty() && gone.empty() && !owed) {
            return done();
        }
        return change(wanted, gone);
    }

    // What a crash in publish_file() left.  Plain files only: it makes nothing else.
    [[nodiscard]] Done remove_temporaries(const std::vector<std::string>& names) const {
        for (const std::string& name : names) {
            if (!is_our_temporary(name) || !folder_.read(name)) {
                continue;
            }
            if (Done removed = folder_.remove(name); !removed) {
                return removed;
            }
        }
        return done();
    }

    // Additions first, so that a certificate that moved is never missing.
    Done change(const std::map<std::string, std::string>& wanted,
                const std::vector<std::string>& gone) {
        if (Done noted = state_.write(kSystemTrustFile, kOwed); !noted) {
            return noted;
        }
        for (const auto& [name, pem] : wanted) {
            if (Done added = add(name, pem); !added) {
                return added;
            }
        }
        for (const std::string& name : gone) {
            if (Done removed = remove(name); !removed) {
                return removed;
            }
        }
        if (Done synced = folder_.sync(); !synced) {
            return synced;
        }
        if (Done refreshed = call(tool_.refresh, {}); !refreshed) {
            return refreshed;
        }
        if (!wanted.empty() || !gone.empty()) {
            remarks_.push_back({engine::EventLevel::information,
                                "the system's trust: " + std::to_string(wanted.size()) +
                                    " certificates added, " + std::to_string(gone.size()) +
                                    " removed in " + printable(tool_.folder),
                                {}});
        }
        return state_.write(kSystemTrustFile, kSettled);
    }

    Done add(const std::string& name, const std::string& pem) {
        Done written = folder_.publish_file(name, as_bytes(pem), kPublicFile);
        return written ? call(tool_.add, folder_.path_of(name)) : std::move(written);
    }

    Done remove(const std::string& name) {
        if (Done told = call(tool_.remove, folder_.path_of(name)); !told) {
            return told;
        }
        return folder_.remove(name);
    }

    Done call(Command command, const std::string& file) const {
        if (command.empty()) {
            return done();
        }
        if (!file.empty()) {
            command.push_back(file);
        }
        const std::string tool = command.front();
        Done ended = run_hook_process({.command = std::move(command),
                                       .environment = hook_environment(engine::Scope::machine),
                                       .input = {},
                                       .limit = system_.limit,
                                       .stop = system_.stop});
        if (!ended) {
            return fail(std::move(ended.error()).within("run " + tool));
        }
        return ended;
    }

    [[nodiscard]] bool holds(const std::string& name, const std::string& pem) const {
        const auto content = folder_.read(name);
        return content && *content && equal(**content, as_bytes(pem));
    }

    bool is_anchor(const std::vector<Bytes>& anchors, std::string_view name) {
        const std::string thumbprint = thumbprint_in(name);
        return std::ranges::any_of(anchors, [&](const Bytes& one) {
            return stores::thumbprint(crypto_, one) == thumbprint;
        });
    }

    // Whoever changed it made it his own.
    bool may_go(const std::string& name) {
        const auto content = folder_.read(name);
        const auto blocks = stores::certificates_from_pem(content && *content ? as_text(**content)
                                                                              : std::string_view{});
        if (blocks && blocks->size() == 1 &&
            stores::thumbprint(crypto_, blocks->front()) == thumbprint_in(name)) {
            return true;
        }
        remarks_.push_back({engine::EventLevel::warning,
                            folder_.path_of(name) +
                                " has one of our names and not the certificate of that name, so "
                                "it stays; remove it if nobody needs it",
                            {}});
        return false;
    }

    [[nodiscard]] bool is_owed() const {
        const auto said = state_.read(kSystemTrustFile);
        return said && *said && **said == kOwed;
    }

    const SystemTrust& system_;
    StateFolder state_;
    TrustTool tool_;
    Folder folder_;
    engine::Crypto& crypto_;
    std::vector<Remark> remarks_{};
};

bool was_used(const SystemTrust& system) {
    const auto said = StateFolder(system.state_dir, engine::Scope::machine).read(kSystemTrustFile);
    return !said || *said;
}

Remark problem(const std::string& sentence) { return {engine::EventLevel::warning, sentence, {}}; }

}  // namespace

std::vector<Remark> publish_trust(const SystemTrust& system, const std::vector<Bytes>& anchors,
                                  engine::Crypto& crypto) {
    auto tool = find_tool(system);
    if (!tool) {
        return anchors.empty()
                   ? std::vector<Remark>{}
                   : std::vector{problem(
                         "PublishTrust is set, and this host has neither update-ca-certificates "
                         "nor update-ca-trust nor trust: install the package ca-certificates or "
                         "p11-kit")};
    }
    auto folder = anchors.empty() ? Folder::open_path(tool->folder)
                                  : Folder::open_or_create_path(tool->folder, kPublicFolder);
    if (!folder) {
        // Nothing is asked for and nothing was ever put there: a folder that is missing, or that
        // others can write to, is not this agent's business.
        const bool never_used = anchors.empty() && !was_used(system);
        return never_used ? std::vector<Remark>{}
                          : std::vector{problem(std::move(folder.error())
                                                    .within("publish the forest's authorities")
                                                    .sentence())};
    }
    return Publisher(system, std::move(*tool), std::move(*folder), crypto).run(anchors);
}

}  // namespace ae::service
