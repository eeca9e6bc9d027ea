#include "service/inventory/cas.h"

#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "service/console.h"

#include <algorithm>

namespace ae::service {
namespace {

SiteMatch site_of(const engine::EnrollmentService& service, const std::string& own) {
    if (service.sites.empty() || own.empty()) {
        return SiteMatch::none;
    }
    const bool same = std::ranges::any_of(
        service.sites, [&](const std::string& one) { return equal_ignoring_case(one, own); });
    return same ? SiteMatch::own : SiteMatch::other;
}

engine::AccessAnswer enroll_right(const engine::EnrollmentService& service,
                                  const engine::SidSet& sids) {
    if (!service.security_descriptor) {
        return {.reason = "the directory returned no security descriptor"};
    }
    const auto object = engine::parse_security_descriptor(*service.security_descriptor);
    return object ? engine::check_access(*object, engine::Right::enroll, sids)
                  : engine::AccessAnswer{.reason = object.error().context};
}

std::vector<CaCertificate> certificates_of(const engine::EnrollmentService& service,
                                           const engine::Replica& replica, const Sha1& sha1,
                                           std::vector<std::string>& notes) {
    std::vector<CaCertificate> all;
    for (const Bytes& der : service.certificates) {
        auto facts = engine::parse_certificate(der);
        if (!facts) {
            notes.push_back("a certificate of " + service.name +
                            " cannot be read: " + facts.error().sentence());
            continue;
        }
        const bool logon = std::ranges::find(replica.nt_auth.certificates, der) !=
                           replica.nt_auth.certificates.end();
        all.push_back({std::move(*facts), sha1(der), logon});
    }
    return all;
}

ListedCa listed(const engine::EnrollmentService& service, const Preview& preview,
                const engine::SidSet& sids, const Sha1& sha1, std::vector<std::string>& notes) {
    const engine::Snapshot& world = preview.world;
    ListedCa one{.service = service,
                 .site = site_of(service, world.site),
                 .enroll = enroll_right(service, sids),
                 .certificates = certificates_of(service, preview.replica, sha1, notes)};
    const auto trust = std::ranges::find(world.ca_trust, service.ref(), &engine::CaTrust::ca);
    if (trust != world.ca_trust.end()) {
        one.chain = trust->chain;
        one.trusted = engine::is_trusted(trust->chain);
    }
    return one;
}

}  // namespace

std::string_view to_string(SiteMatch match) {
    switch (match) {
        case SiteMatch::own:
            return "own site";
        case SiteMatch::other:
            return "another site";
        case SiteMatch::none:
            break;
    }
    return "no site";
}

CaListing list_cas(const Preview& preview, const Sha1& sha1) {
    const engine::Snapshot& world = preview.world;
    CaListing listing{.scope = world.account.scope,
                      .now = world.now,
                      .account = world.account.sam_account_name,
                      .site = world.site,
                      .offline = preview.offline,
                      .notes = preview.notes};
    const engine::SidSet sids(world.account.sids);
    std::vector<const engine::EnrollmentService*> all;
    for (const engine::EnrollmentService& one : world.services) {
        all.push_back(&one);
    }
    for (const engine::EnrollmentService* one : engine::order_of_cas(std::move(all), {}, world)) {
        listing.cas.push_back(listed(*one, preview, sids, sha1, listing.notes));
    }
    return listing;
}

int exit_code(const CaListing& listing) {
    return std::ranges::any_of(
               listing.cas, [](const ListedCa& one) { return one.probe && one.probe->failed_at; })
               ? kFailed
               : 0;
}

}  // namespace ae::service
