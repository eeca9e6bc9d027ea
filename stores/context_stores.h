// The stores of one context (machine or user), opened together: MY, REQUEST, the trust replica, the
// keys and the memory.  The seam between the platforms: a directory of files on Linux, the system's
// certificate stores and key providers on Windows.
//
// Linux: opening to change takes the context's lock and keeps it until the object dies; a second
// agent gets kBusy at once and changes nothing.  Windows: the same with a lock file below `root`,
// because the system's stores keep nobody else away.
// Errors: kBusy; kAccessDenied; those of the platform's stores.  One thread.
#pragma once

#include "engine/ports.h"
#include "stores/key_settings.h"
#include "stores/warn.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ae::stores {

enum class StoreUse {
    change,
    look,  // takes no lock, makes nothing; whoever opened it so must change nothing through it
};

struct StoreOptions {
    std::string root{};  // of the files: /var/lib/aeclient, %ProgramData%\aeclient
    engine::Scope scope = engine::Scope::machine;
    Warn warn{};
    // Rule K1: a user's context reads the machine's trust.  Linux: its root; Windows knows it.
    std::string machine_root{};  // empty: default_store_root() of the machine
    KeySettings keys{};
};

struct TidyOptions {
    // How many archived certificates of one template stay; nothing: all.  Those whose keys may
    // decrypt something stay whatever their number (rule X1).
    std::optional<std::uint32_t> keep_archived{};
};
struct Tidied {
    std::size_t orphaned_keys = 0;  // keys of ours that no certificate and no request needs (X4)
    std::size_t archived = 0;       // archived certificates beyond `keep_archived`
};

class ContextStores {
  public:
    virtual ~ContextStores() = default;
    virtual engine::KeyStore& keys() = 0;
    virtual engine::CertStore& certificates() = 0;
    virtual engine::MemoryStore& memory() = 0;
    // As the store noted it at the installation: a certificate's own extension often has no more
    // than the template's number.  Empty: it does not know.
    virtual std::string template_of(const std::string& thumbprint) = 0;
    // What CertStore::held() leaves out: the archived entries of MY.  To be listed; no rule asks
    // for them.
    virtual Result<std::vector<engine::HeldCertificate>> archived() = 0;
    // Where the key of an entry of MY, archived or not, lies, for people; nothing of the key
    // itself.  Empty: it has none, or nobody knows.
    virtual std::string key_place(const std::string& thumbprint) = 0;
    // Deletes what this agent made and nothing needs any more; only for stores opened to change,
    // after a pulse.  What cannot be deleted is said through Warn, stays for the next time and
    // keeps nothing else from going.
    virtual Result<Tidied> tidy(const TidyOptions& options) = 0;
};

// `crypto` must outlive what is returned.
Result<std::unique_ptr<ContextStores>> open_stores(const StoreOptions& options, StoreUse use,
                                                   engine::Crypto& crypto);

// Where a context's files are when nobody says otherwise: /var/lib/aeclient or
// $XDG_DATA_HOME/aeclient (~/.local/share/aeclient); %ProgramData%\aeclient or
// %LOCALAPPDATA%\aeclient.
Result<std::string> default_store_root(engine::Scope scope);

}  // namespace ae::stores
