#include "engine/base/hresult_table.h"
#include "policy/agent_settings.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/inventory/certificates.h"
#include "service/look.h"
#include "service/store_keys.h"
#include "stores/context_stores.h"
#include "stores/crypto.h"

namespace ae::service {
namespace {

using Stores = std::unique_ptr<stores::ContextStores>;

Result<Stores> open_to_look(const Sources& sources, engine::Crypto& crypto,
                            std::vector<std::string>& notes) {
    const auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    if (!settings) {
        return tl::unexpected<Error>(settings.error());
    }
    auto opened =
        stores::open_stores({.root = sources.state_dir,
                             .scope = sources.scope,
                             .warn = [&notes](std::string_view text) { notes.emplace_back(text); },
                             .keys = store_keys(*settings)},
                            stores::StoreUse::look, crypto);
    return opened ? std::move(opened) : Result<Stores>(pass(opened, "open the certificate stores"));
}

engine::TrustStore trust_store(ListedStore store) {
    switch (store) {
        case ListedStore::ca:
            return engine::TrustStore::intermediate;
        case ListedStore::nt_auth:
            return engine::TrustStore::nt_auth;
        case ListedStore::my:
        case ListedStore::request:
        case ListedStore::root:
            break;
    }
    return engine::TrustStore::root;
}

class Lister {
  public:
    Lister(const Sources& sources, stores::ContextStores& stores, engine::Crypto& crypto,
           CertificateListing& into)
        : sources_(sources), stores_(stores), crypto_(crypto), into_(into) {}

    Done list() {
        if (into_.store == ListedStore::request) {
            return taken(stores_.certificates().pending(), into_.requests);
        }
        if (into_.store != ListedStore::my) {
            return list_trusted();
        }
        return into_.archived ? list_entries(stores_.archived()) : list_my();
    }

  private:
    template <class T>
    static Done taken(Result<T> from, T& into) {
        if (!from) {
            return pass(from);
        }
        into = std::move(*from);
        return done();
    }

    Done list_entries(Result<std::vector<engine::HeldCertificate>> held) {
        if (!held) {
            return pass(held);
        }
        into_.certificates = certificates_of(
            *held, key_place(),
            [this](const std::string& thumbprint) { return stores_.template_of(thumbprint); });
        return done();
    }

    // Templates and renewal stand in the directory; without it the store has at least the rest.
    Done list_my() {
        const auto preview = look(sources_, {});
        if (!preview) {
            into_.problem = preview.error().sentence();
            return list_entries(stores_.certificates().held());
        }
        into_.certificates = certificates_of(*preview, key_place());
        into_.offline = preview->offline;
        return done();
    }

    Done list_trusted() {
        const auto trusted = stores_.certificates().trusted(trust_store(into_.store));
        if (!trusted) {
            return tl::unexpected<Error>(trusted.error());
        }
        into_.certificates = certificates_of(
            *trusted, [this](ByteView der) { return stores::thumbprint(crypto_, der); },
            into_.notes);
        return done();
    }

    [[nodiscard]] TextOf key_place() const {
        return [this](const std::string& thumbprint) { return stores_.key_place(thumbprint); };
    }

    const Sources& sources_;
    stores::ContextStores& stores_;
    engine::Crypto& crypto_;
    CertificateListing& into_;
};

}  // namespace

int run(const CertsCommand& command) {
    open_quiet_log(command.sources);
    if (command.archived && command.store != ListedStore::my) {
        return complain({kInvalidArgument, "only the store my has archived certificates",
                         "Leave --archived or --store away"});
    }
    const auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    CertificateListing listing{.scope = sources->scope,
                               .store = command.store,
                               .archived = command.archived,
                               .now = wall_clock()};
    const auto crypto = stores::make_crypto();
    const auto stores = open_to_look(*sources, *crypto, listing.notes);
    if (!stores) {
        return complain(stores.error());
    }
    if (Done listed = Lister(*sources, **stores, *crypto, listing).list(); !listed) {
        return complain(listed.error());
    }
    return print_as(
        command.output, [&] { return listing_as_text(listing, style_of_output()); },
        [&] { return listing_as_json(listing); }, 0);
}

}  // namespace ae::service
