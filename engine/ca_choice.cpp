#include "engine/ca_choice.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <random>

namespace ae::engine {
namespace {

bool stands_in(const EnrollmentService& service, const std::string& site) {
    return !site.empty() && std::ranges::any_of(service.sites, [&](const std::string& name) {
        return equal_ignoring_case(name, site);
    });
}

// Rule S12: an unreadable descriptor lets the CA decide for itself.
AccessAnswer may_enroll_at(const EnrollmentService& service, const SidSet& account) {
    if (!service.security_descriptor) {
        return {true, "its security cannot be read, so the CA decides"};
    }
    const auto object = parse_security_descriptor(*service.security_descriptor);
    if (!object) {
        return {true, "its security cannot be read, so the CA decides"};
    }
    return check_access(*object, Right::enroll, account);
}

// What its object lacks, whoever asks.
std::string defect_of(const EnrollmentService& service) {
    if (service.dns_host.empty()) {
        return "it has no dNSHostName";
    }
    return service.certificates.empty() ? "it has no cACertificate" : "";
}

// FNV-1a: the name's share of the seed, the same on every platform.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    return hash;
}

// std::shuffle may differ between libraries; a replayed capture must not.
template <class Iterator>
void shuffle(Iterator first, Iterator last, std::mt19937_64& random) {
    for (auto left = static_cast<std::uint64_t>(last - first); left > 1; --left) {
        std::swap(first[static_cast<std::ptrdiff_t>(random() % left)],
                  first[static_cast<std::ptrdiff_t>(left - 1)]);
    }
}

// "Next CA?" says no: the request, the account or the template is at fault, not this CA.
constexpr std::array kSameEverywhere = {
    hresult(0x80070002), hresult(0x8007000D), hresult(0x8007052E), hresult(0x8007054B),
    hresult(0x800703E3),  // we were told to stop
    hresult(0x80090003), hresult(0x8009000D), hresult(0x8009000F), hresult(0x80090010),
    hresult(0x80090016), hresult(0x8009001D), hresult(0x8009001E), hresult(0x80090022),
    hresult(0x80090023), hresult(0x80090027), hresult(0x80090029), hresult(0x80090030),
    hresult(0x80091004), hresult(0x80092004), hresult(0x8009200E), hresult(0x80094001),
    hresult(0x80094003), hresult(0x80094004), hresult(0x8009400C), hresult(0x8009400E),
    hresult(0x80094014), hresult(0x80094801), hresult(0x80094802), hresult(0x80094804),
    hresult(0x80094806), hresult(0x80094809), hresult(0x8009480A), hresult(0x8009480B),
    hresult(0x8009480C), hresult(0x8009480D), hresult(0x8009480E), hresult(0x8009480F),
    hresult(0x80094810), hresult(0x80094811), hresult(0x80094812), hresult(0x80094815),
    hresult(0x80094816), hresult(0x80094817), hresult(0x8009481A), hresult(0x8010002E),
    hresult(0x8010006E),
};

constexpr std::array kRenewalOnly = {
    hresult(0x8009400E),  // CERTSRV_E_BAD_RENEWAL_CERT_ATTRIBUTE
    hresult(0x80094816),  // CERTSRV_E_RENEWAL_BAD_PUBLIC_KEY
};

}  // namespace

CaOffers::CaOffers(const std::vector<EnrollmentService>& services, const SidSet& account) {
    entries_.reserve(services.size());
    for (const EnrollmentService& service : services) {
        for (const std::string& name : service.templates) {
            auto& places = by_template_[to_lower(name)];
            if (places.empty() || places.back() != entries_.size()) {
                places.push_back(entries_.size());
            }
        }
        Entry entry{&service, defect_of(service)};
        if (const AccessAnswer answer = may_enroll_at(service, account);
            entry.obstacle.empty() && !answer.granted) {
            entry.obstacle = answer.reason;
            entry.by_security = true;
        }
        entries_.push_back(std::move(entry));
    }
}

CaOffer CaOffers::of(const std::string& template_name) const {
    CaOffer offer;
    const auto at = by_template_.find(to_lower(template_name));
    if (at == by_template_.end()) {
        return offer;
    }
    for (const std::size_t place : at->second) {
        const auto& [service, obstacle, by_security] = entries_[place];
        if (obstacle.empty()) {
            offer.open.push_back(service);
        } else {
            offer.closed.push_back(
                (service->dns_host.empty() ? service->name : service->ref().config()) + ": " +
                obstacle);
            if (by_security) {
                offer.refusing.push_back({service, obstacle});
            }
        }
    }
    return offer;
}

bool is_trusted(const ChainStatus& chain) {
    return chain.state == ChainState::valid &&
           (!chain.revocation_problem || *chain.revocation_problem == kNoRevocationCheck ||
            *chain.revocation_problem == kRevocationOffline);
}

std::vector<const EnrollmentService*> order_of_cas(std::vector<const EnrollmentService*> services,
                                                   const std::string& template_name,
                                                   const Snapshot& world) {
    std::ranges::sort(services, {},
                      [](const EnrollmentService* service) { return service->ref(); });
    const auto others = std::stable_partition(
        services.begin(), services.end(),
        [&](const EnrollmentService* service) { return stands_in(*service, world.site); });
    std::mt19937_64 random(world.seed ^ hash_of(to_lower(template_name)));
    const auto answered = [&](const EnrollmentService* service) {
        return !was_unreachable(world.memory, service->ref(), world.now);
    };
    const auto arrange = [&](auto first, auto last) {
        shuffle(first, last, random);
        std::stable_partition(first, last, answered);
    };
    arrange(services.begin(), others);
    arrange(others, services.end());
    return services;
}

NextCa next_ca(Hresult code) {
    if (code == kCallFailed) {
        return NextCa::unknown;
    }
    const bool same = std::ranges::find(kSameEverywhere, code) != kSameEverywhere.end();
    return same ? NextCa::stop : NextCa::ask;
}

bool may_renew_anew(Hresult code) {
    return std::ranges::find(kRenewalOnly, code) != kRenewalOnly.end();
}

}  // namespace ae::engine
