#include "engine/held_review.h"

#include "engine/base/text.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace ae::engine {
namespace {

constexpr std::chrono::minutes kClockSkew{10};  // rule Q10 [P]
constexpr int kLifetimeShare = 5;               // rule Q12: the last 20 % of the lifetime
constexpr std::size_t kShownThumbprint = 8;

std::string named(const HeldCertificate& held) {
    return "certificate " + held.thumbprint.substr(0, kShownThumbprint);
}

bool newer(const HeldCertificate* left, const HeldCertificate* right) {
    const auto age = [](const HeldCertificate& held) {
        return std::tie(held.facts.not_before, held.facts.not_after, held.thumbprint);
    };
    return age(*left) > age(*right);
}

// Rule Q6.  A certificate that names its template without a version (20.2) cannot be behind.
bool is_behind(const Template& wanted, const HeldCertificate& held) {
    const auto& reference = held.facts.template_reference;
    return reference && !reference->oid.empty() && reference->major_version < wanted.major_version;
}

bool skips_renewal(const Template& wanted) {  // rule Q13
    return (wanted.enrollment_flags & enrollment_flag::kSkipAutoRenewal) != 0;
}

Review satisfied(const Template& wanted, const HeldCertificate& held) {
    std::string fact = named(held) + " is valid until " + ae::to_string(held.facts.not_after);
    if (skips_renewal(wanted)) {
        return {Need::none, "Q13", fact + "; the template excludes automatic renewal"};
    }
    fact += "; renewal begins at " + ae::to_string(renew_at(held.facts, wanted.overlap));
    if (held.key == KeyState::unknown) {
        return {Need::none, "Q5", fact + "; its key cannot be tested now: " + held.key_detail};
    }
    return {Need::none, "D1", std::move(fact)};
}

Review review_valid(const Template& wanted, const HeldCertificate& held, Time now) {
    if (skips_renewal(wanted)) {
        return satisfied(wanted, held);
    }
    if (is_behind(wanted, held)) {
        return {Need::enroll, "Q6",
                named(held) + " has major version " +
                    std::to_string(held.facts.template_reference->major_version) +
                    ", the template has " + std::to_string(wanted.major_version)};
    }
    const Time begins = renew_at(held.facts, wanted.overlap);
    if (now >= begins) {
        return {Need::renew, "Q3",
                named(held) + " is to be renewed since " + ae::to_string(begins) +
                    ", it is valid until " + ae::to_string(held.facts.not_after)};
    }
    return satisfied(wanted, held);
}

Review review_invalid(const HeldCertificate& held, Time now) {
    const auto missing = [&](std::string rule, const std::string& why) {
        return Review{Need::enroll, std::move(rule), named(held) + why};
    };
    if (held.key == KeyState::gone) {
        return missing("Q5", " has lost its key: " + held.key_detail);
    }
    if (now > held.facts.not_after) {
        return missing("Q2", " expired at " + ae::to_string(held.facts.not_after));
    }
    if (held.facts.not_before > now + kClockSkew) {
        return missing("Q10", " is not valid before " + ae::to_string(held.facts.not_before));
    }
    if (held.chain.state == ChainState::revoked) {
        return missing("Q4", " is revoked: " + held.chain.detail);
    }
    return missing("Q14", " does not chain to a trusted root: " + held.chain.detail);
}

}  // namespace

std::vector<HeldOfTemplate> managed_certificates(const std::vector<Template>& templates,
                                                 const std::vector<HeldCertificate>& my) {
    std::unordered_map<std::string, std::size_t> by_oid;
    std::unordered_map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < templates.size(); ++i) {
        if (!templates[i].oid.empty()) {
            by_oid.emplace(templates[i].oid, i);
        }
        by_name.emplace(to_lower(templates[i].name), i);
    }
    std::vector<HeldOfTemplate> groups(templates.size());
    for (const HeldCertificate& held : my) {
        const auto& reference = held.facts.template_reference;
        if (!reference) {
            continue;
        }
        const bool by_version = !reference->oid.empty();
        const auto& index = by_version ? by_oid : by_name;
        const auto at = index.find(by_version ? reference->oid : to_lower(reference->name));
        if (at != index.end()) {
            groups[at->second].push_back(&held);
        }
    }
    for (HeldOfTemplate& group : groups) {
        std::ranges::sort(group, newer);
    }
    return groups;
}

Time renew_at(const CertificateFacts& certificate, Seconds overlap) {
    const Seconds share = (certificate.not_after - certificate.not_before) / kLifetimeShare;
    return certificate.not_after - std::min(overlap, share);
}

bool is_valid(const HeldCertificate& certificate, Time now) {
    return certificate.facts.not_before <= now + kClockSkew && now <= certificate.facts.not_after &&
           certificate.key != KeyState::gone && certificate.chain.state == ChainState::valid;
}

// `held` comes newest first from managed_certificates().
Review review_held(const Template& wanted, const HeldOfTemplate& held, Time now) {
    if (held.empty()) {
        return {Need::enroll, "Q1", "no certificate of it is in MY"};
    }
    // Rule Q15: of several valid ones the newest decides.  Rule D1: one that needs nothing is
    // enough.
    std::optional<Review> of_newest_valid;
    for (const HeldCertificate* certificate : held) {
        if (!is_valid(*certificate, now)) {
            continue;
        }
        Review review = review_valid(wanted, *certificate, now);
        if (review.need == Need::none) {
            return review;
        }
        if (!of_newest_valid) {
            of_newest_valid = std::move(review);
        }
    }
    return of_newest_valid ? *of_newest_valid : review_invalid(*held.front(), now);
}

}  // namespace ae::engine
