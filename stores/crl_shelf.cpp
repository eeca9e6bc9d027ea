#include "stores/crl_shelf.h"

#include "engine/base/hresult_table.h"
#include "engine/held_review.h"
#include "engine/revocation.h"

#include <algorithm>
#include <utility>

namespace ae::stores {
namespace {

using engine::CertificateFacts;
using engine::Crl;

// When the issuer makes the next list: what a cache has is good enough until then.
bool is_next_due(const Crl& list, Time now) {
    if (!list.next_update || list.this_update > now + engine::kClockSkew) {
        return true;
    }
    return now >= std::min(list.next_publish.value_or(*list.next_update), *list.next_update);
}

}  // namespace

Result<const Crl*> CrlShelf::list(const std::string& url, const CertificateFacts& issuer, Time now,
                                  Refresh refresh) {
    Place& place = place_of(url);
    auto newest = newest_of(place, issuer);
    if (!place.was_asked &&
        (refresh == Refresh::always || !newest || is_next_due((*newest)->list, now))) {
        ask(place, url);
        newest = newest_of(place, issuer);
    }
    if (!newest) {
        return pass(newest);
    }
    keep(place, url, **newest, now);
    return &(*newest)->list;
}

const Error* CrlShelf::problem_of(const std::string& url) const {
    const auto at = places_.find(url);
    return at != places_.end() && at->second.problem ? &*at->second.problem : nullptr;
}

CrlShelf::Place& CrlShelf::place_of(const std::string& url) {
    const auto [at, is_new] = places_.try_emplace(url);
    Place& place = at->second;
    if (is_new && cache_ != nullptr) {
        auto octets = cache_->find(url);
        auto list = octets ? engine::parse_crl(*std::move(octets)) : fail(kFileNotFound, "");
        if (list) {
            place.found.push_back({.list = *std::move(list), .origin = Origin::cache});
        }
    }
    return place;
}

void CrlShelf::ask(Place& place, const std::string& url) {
    place.was_asked = true;
    auto list =
        urls_.get(url).and_then([](Bytes octets) { return engine::parse_crl(std::move(octets)); });
    if (list) {
        place.found.push_back({.list = *std::move(list), .origin = Origin::url});
    } else {
        place.problem = std::move(list.error());
    }
}

// Only what somebody signed, what is not older than what that key signed before (whoever answers
// for the URL may have put an old one there), and what is not out of date already.
void CrlShelf::keep(Place& place, const std::string& url, const Found& newest, Time now) {
    const Crl& list = newest.list;
    if (cache_ == nullptr || place.is_kept || newest.origin != Origin::url || !list.next_update) {
        return;
    }
    const Time until = *list.next_update + engine::kClockSkew;
    if (now <= until) {
        cache_->keep(url, list.der, until);
        place.is_kept = true;
    }
}

// Of two of the same time the one that the URL gave.
Result<const CrlShelf::Found*> CrlShelf::newest_of(Place& place, const CertificateFacts& issuer) {
    Result<const Found*> newest =
        fail(place.problem.value_or(Error{kFileNotFound, "nothing is there"}));
    for (Found& one : place.found) {
        auto known = one.by_issuer.find(issuer.der);
        if (known == one.by_issuer.end()) {
            known =
                one.by_issuer.emplace(issuer.der, check_crl_signature(one.list, issuer, crypto_))
                    .first;
        }
        const Done& checked = known->second;
        if (checked && (!newest || one.list.this_update >= (*newest)->list.this_update)) {
            newest = &one;
        }
        if (!checked && !newest && !place.problem) {
            newest = fail(checked.error());
        }
    }
    return newest;
}

}  // namespace ae::stores
