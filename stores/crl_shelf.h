// The lists of revoked certificates that one run needs, each fetched once at most: from the cache
// as long as the next one is not due, from its URL otherwise, and from the cache after all when the
// URL gives nothing better.
//
// What a URL gave is kept whoever signed it: after an authority got a new key, both its
// certificates may name the same URL.  Which list counts, and whether it is due, is decided for
// each issuer by what its own key signed.
// Internal to revocation_checker.h.  Blocks while it fetches; one thread at a time.
#pragma once

#include "engine/crl.h"
#include "engine/ports.h"
#include "stores/chain_checker.h"
#include "stores/crl_cache.h"
#include "stores/url_budget.h"

#include <list>
#include <map>
#include <optional>
#include <string>

namespace ae::stores {

class CrlShelf {
  public:
    // `cache` may be none.  All of them must outlive this.
    CrlShelf(UrlBudget& urls, CrlCache* cache, engine::Crypto& crypto)
        : urls_(urls), cache_(cache), crypto_(crypto) {}

    // A list that `issuer` signed: the newest that is there, lives as long as this.  Error: why
    // there is none.  Whether it is fresh is not asked (engine/revocation.h).
    Result<const engine::Crl*> list(const std::string& url, const engine::CertificateFacts& issuer,
                                    Time now, Refresh refresh);
    // Why the URL gave nothing in this run; nullptr: it was not asked, or gave something.
    [[nodiscard]] const Error* problem_of(const std::string& url) const;

  private:
    enum class Origin { cache, url };
    struct Found {
        engine::Crl list{};
        Origin origin = Origin::cache;
        std::map<Bytes, Done> by_issuer{};  // whether it signed the list; by its certificate
    };
    // What one URL gave, now and in an earlier run.
    struct Place {
        std::list<Found> found{};  // the cached one first
        bool was_asked = false;
        bool is_kept = false;
        std::optional<Error> problem{};  // why it gave nothing
    };

    Place& place_of(const std::string& url);
    void ask(Place& place, const std::string& url);
    void keep(Place& place, const std::string& url, const Found& newest, Time now);
    Result<const Found*> newest_of(Place& place, const engine::CertificateFacts& issuer);

    UrlBudget& urls_;
    CrlCache* cache_;
    engine::Crypto& crypto_;
    std::map<std::string, Place> places_{};
};

}  // namespace ae::stores
