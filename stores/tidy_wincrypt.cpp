#include "stores/tidy_wincrypt.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/archive_cap.h"
#include "stores/container_name.h"
#include "stores/store_entry_wincrypt.h"

#include <set>
#include <string_view>
#include <utility>

namespace ae::stores {
namespace {

using Names = std::vector<std::wstring>;

BOOL WINAPI take_name(const void* name, DWORD /*flags*/, PCERT_SYSTEM_STORE_INFO /*info*/,
                      void* /*reserved*/, void* names) {
    static_cast<Names*>(names)->emplace_back(static_cast<const wchar_t*>(name));
    return TRUE;
}

Result<Names> stores_of(DWORD location) {
    Names names;
    if (::CertEnumSystemStore(location, nullptr, &names, take_name) == 0) {
        const DWORD code = ::GetLastError();
        if (code != ERROR_FILE_NOT_FOUND) {  // no such location: no such store
            return fail(win32_error(code, "list the certificate stores"));
        }
    }
    return names;
}

// The directory's copy of a user's certificates: it has no keys, and is asked over the network.
bool is_in_directory(const std::wstring& store) {
    constexpr std::string_view kUserDs = "userds";
    const std::string name = to_lower(narrow(store));
    return name == kUserDs || name.ends_with("\\" + std::string(kUserDs));
}

// The containers that certificates of one store name.
Done add_containers(DWORD location, const std::wstring& name, std::set<std::string>& used) {
    UniqueCertStore store(::CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                                          location | CERT_STORE_READONLY_FLAG |
                                              CERT_STORE_OPEN_EXISTING_FLAG |
                                              CERT_STORE_ENUM_ARCHIVED_FLAG,
                                          name.c_str()));
    if (!store) {
        const DWORD code = ::GetLastError();
        return code == ERROR_FILE_NOT_FOUND
                   ? done()
                   : fail(win32_error(code, "read the certificate store " + narrow(name)));
    }
    UniqueCertContext each;
    while (next_certificate(store, each)) {
        if (const std::string container = container_of(each.get()); !container.empty()) {
            used.insert(to_lower(container));
        }
    }
    return done();
}

Result<std::set<std::string>> used_containers() {
    std::set<std::string> used;
    for (const DWORD location :
         {DWORD{CERT_SYSTEM_STORE_LOCAL_MACHINE}, DWORD{CERT_SYSTEM_STORE_SERVICES},
          DWORD{CERT_SYSTEM_STORE_CURRENT_USER}, DWORD{CERT_SYSTEM_STORE_USERS}}) {
        auto names = stores_of(location);
        if (!names) {
            return pass(names);
        }
        std::erase_if(*names, is_in_directory);
        for (const std::wstring& name : *names) {
            if (Done read = add_containers(location, name, used); !read) {
                return pass(read);
            }
        }
    }
    return used;
}

bool is_ours(PCCERT_CONTEXT certificate) {
    const auto where = key_location_of(certificate);
    return where && is_own_container(where->container);
}

// Of REQUEST: whoever made the key did not come to send it.
bool is_abandoned(PCCERT_CONTEXT entry, Time now) {
    const auto facts = engine::parse_certificate(der_of(entry));
    return is_ours(entry) && !property_of(entry, CERT_ENROLLMENT_PROP_ID) && facts &&
           facts->not_before + kAbandoned < now;
}

Done erase_requests(const StoreContext& context, engine::KeyStore& keys, Time now, Tidied& tidied) {
    auto requests = context.request();
    if (!requests) {
        return pass(requests);
    }
    std::vector<std::string> abandoned;
    UniqueCertContext each;
    while (next_certificate(*requests, each)) {
        if (is_abandoned(each.get(), now)) {
            abandoned.push_back(thumbprint_of(each.get()));
        }
    }
    for (const std::string& reference : abandoned) {
        const Done erased = keys.erase(reference);
        if (erased) {
            ++tidied.orphaned_keys;
        } else if (erased.error().code != kBusy) {  // a certificate has the key: it stays
            context.warn(erased.error().sentence());
        }
    }
    return done();
}

Done erase_containers(const StoreContext& context, std::vector<KeyContainer> containers, Time now,
                      Tidied& tidied) {
    std::erase_if(containers, [now](const KeyContainer& one) {
        return !is_own_container(one.where.container) ||
               (one.changed && *one.changed + kAbandoned >= now);
    });
    if (containers.empty()) {
        return done();
    }
    const auto used = used_containers();
    if (!used) {
        return fail(used.error());
    }
    for (const auto& [where, changed] : containers) {
        if (used->contains(to_lower(where.container))) {
            continue;
        }
        if (const Done erased = context.providers().erase(where)) {
            ++tidied.orphaned_keys;
        } else {
            context.warn(erased.error().sentence());
        }
    }
    return done();
}

Done remove_archived(const StoreContext& context, std::uint32_t keep, const TidyHost& host,
                     Tidied& tidied) {
    auto my = context.my();
    if (!my) {
        return pass(my);
    }
    std::vector<ArchivedCertificate> archived;
    UniqueCertContext each;
    while (next_certificate(*my, each)) {
        auto facts = engine::parse_certificate(der_of(each.get()));
        if (is_archived(each.get()) && is_autoenrolled(each.get()) && is_ours(each.get()) &&
            facts) {
            archived.push_back({thumbprint_of(each.get()),
                                text_property_of(each.get(), CERT_AUTO_ENROLL_PROP_ID),
                                std::move(*facts)});
        }
    }
    for (const std::string& thumbprint : beyond_cap(std::move(archived), keep)) {
        if (const Done removed = host.remove(context, thumbprint)) {
            ++tidied.archived;
        } else {
            context.warn(removed.error().sentence());
        }
    }
    return done();
}

}  // namespace

Tidied tidy_stores(const StoreContext& context, engine::KeyStore& keys, const TidyOptions& options,
                   const TidyHost& host) {
    Tidied tidied;
    // What one duty cannot do does not hold up the others.
    const auto warn_unless = [&](Done performed, std::string_view what) {
        if (!performed) {
            context.warn(std::move(performed.error()).within(what).sentence());
        }
    };
    if (options.keep_archived) {
        warn_unless(remove_archived(context, *options.keep_archived, host, tidied),
                    "delete archived certificates");
    }
    if (context.scope() == engine::Scope::user) {
        return tidied;
    }
    warn_unless(erase_requests(context, keys, host.now, tidied),
                "delete keys that were never used");
    warn_unless(erase_containers(context, host.containers(), host.now, tidied),
                "delete keys that no certificate has");
    return tidied;
}

}  // namespace ae::stores
