#include "engine/held_review.h"

#include "engine/base/text.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace ae::engine {
namespace {

constexpr int kLifetimeShare = 5;  // rule Q12: the last 20 % of the lifetime

bool newer(const HeldCertificate* left, const HeldCertificate* right) {
    const auto age = [](const HeldCertificate& held) {
        return std::tie(held.facts.not_before, held.facts.not_after, held.thumbprint);
    };
    return age(*left) > age(*right);
}

// Rule Q6.  A certificate that names its template without a version (20.2) cannot be behind.
// The minor version plays no part (rule Q9), nor do key length and provider (rule Q8).
bool is_behind(const Template& wanted, const HeldCertificate& held) {
    const auto& reference = held.facts.template_reference;
    return reference && !reference->oid.empty() && reference->major_version < wanted.major_version;
}

// Rule Q7: compared with the directory's name and only where the template puts it in; with anything
// else the CA would issue the same mismatch for ever.
bool has_other_name(const Template& wanted, const HeldCertificate& held, const Account& account) {
    const bool named_by_ca =
        (wanted.name_flags & (name_flag::kAltNameDns | name_flag::kSubjectDnsAsCn)) != 0;
    if (account.scope != Scope::machine || !named_by_ca || account.dns_host_name.empty()) {
        return false;
    }
    const auto is_ours = [&](const std::string& name) {
        return equal_ignoring_case(name, account.dns_host_name);
    };
    return std::ranges::none_of(held.facts.dns_names, is_ours) &&
           std::ranges::none_of(held.facts.common_names, is_ours);
}

Review satisfied(const Template& wanted, const HeldCertificate& held) {
    std::string fact = named(held) + " is valid until " + ae::to_string(held.facts.not_after);
    const auto with = [&](std::string rule, const std::string& more) {
        return Review{Need::none, std::move(rule), fact + more, {}, &held};
    };
    if (skips_renewal(wanted)) {
        return with("Q13", "; the template excludes automatic renewal");
    }
    fact += "; renewal begins at " + ae::to_string(renew_at(held.facts, wanted.overlap));
    if (held.key == KeyState::unknown) {
        return with("Q5", "; its key cannot be tested now: " + held.key_detail);
    }
    return with("D1", "");
}

Review review_valid(const Template& wanted, const HeldCertificate& held, const Account& account,
                    Time now) {
    const bool renews = !skips_renewal(wanted);
    if (renews && is_behind(wanted, held)) {
        const std::string major = std::to_string(wanted.major_version);
        return {Need::renew, "Q6",
                named(held) + " has major version " +
                    std::to_string(held.facts.template_reference->major_version) +
                    ", the template has " + major,
                "Q6 " + major, &held};
    }
    const Time begins = renew_at(held.facts, wanted.overlap);
    if (renews && now >= begins) {
        return {Need::renew, "Q3",
                named(held) + " is to be renewed since " + ae::to_string(begins) +
                    ", it is valid until " + ae::to_string(held.facts.not_after),
                "Q3", &held};
    }
    if (has_other_name(wanted, held, account)) {
        const std::string name = to_lower(account.dns_host_name);
        return {Need::enroll, "Q7",
                named(held) + " does not name " + name + ", as the directory has it", "Q7 " + name,
                &held};
    }
    return satisfied(wanted, held);
}

Review review_invalid(const HeldCertificate& held, Time now) {
    const auto missing = [&](const std::string& rule, const std::string& why) {
        return Review{Need::enroll, rule, named(held) + why, rule, &held};
    };
    switch (condition_of(held, now)) {
        case Condition::revoked:
            return missing("Q4", " is revoked: " + held.chain.detail);
        case Condition::expired:
            return missing("Q2", " expired at " + ae::to_string(held.facts.not_after));
        case Condition::not_yet_valid:
            return missing("Q10", " is not valid before " + ae::to_string(held.facts.not_before));
        case Condition::key_gone:
            return missing("Q5", " has lost its key: " + held.key_detail);
        case Condition::untrusted:
        case Condition::valid:
            break;
    }
    return missing("Q14", " does not chain to a trusted root: " + held.chain.detail);
}

}  // namespace

TemplateIndex::TemplateIndex(const std::vector<Template>& templates) {
    for (std::size_t i = 0; i < templates.size(); ++i) {
        if (!templates[i].oid.empty()) {
            by_oid_.emplace(templates[i].oid, i);
        }
        by_name_.emplace(to_lower(templates[i].name), i);
    }
}

std::optional<std::size_t> TemplateIndex::find(const CertificateFacts& certificate) const {
    const auto& reference = certificate.template_reference;
    if (!reference) {
        return std::nullopt;
    }
    const bool by_version = !reference->oid.empty();
    const auto& index = by_version ? by_oid_ : by_name_;
    const auto at = index.find(by_version ? reference->oid : to_lower(reference->name));
    return at == index.end() ? std::nullopt : std::optional(at->second);
}

std::optional<std::size_t> TemplateIndex::find_oid(const std::string& oid) const {
    const auto at = by_oid_.find(oid);
    return at == by_oid_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<std::size_t> TemplateIndex::find_name(const std::string& name) const {
    const auto at = by_name_.find(to_lower(name));
    return at == by_name_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<HeldOfTemplate> managed_certificates(const TemplateIndex& index,
                                                 std::size_t template_count,
                                                 const std::vector<HeldCertificate>& my) {
    std::vector<HeldOfTemplate> groups(template_count);
    for (const HeldCertificate& held : my) {
        if (const auto place = index.find(held.facts)) {
            groups[*place].push_back(&held);
        }
    }
    for (HeldOfTemplate& group : groups) {
        std::ranges::sort(group, newer);
    }
    return groups;
}

std::vector<HeldOfTemplate> lineages_of(const HeldOfTemplate& held) {
    std::map<std::pair<Bytes, Bytes>, HeldOfTemplate> by_name;
    for (const HeldCertificate* one : held) {
        by_name[{one->facts.subject_der, one->facts.subject_alt_name}].push_back(one);
    }
    std::vector<HeldOfTemplate> lineages;
    for (auto& [name, members] : by_name) {
        lineages.push_back(std::move(members));
    }
    return lineages;
}

bool skips_renewal(const Template& wanted) {
    return (wanted.enrollment_flags & enrollment_flag::kSkipAutoRenewal) != 0;
}

Time renew_at(const CertificateFacts& certificate, Seconds overlap) {
    const Seconds share = (certificate.not_after - certificate.not_before) / kLifetimeShare;
    return certificate.not_after - std::min(overlap, share);
}

Condition condition_of(const HeldCertificate& certificate, Time now) {
    if (certificate.chain.state == ChainState::revoked) {
        return Condition::revoked;
    }
    if (now > certificate.facts.not_after) {
        return Condition::expired;
    }
    if (certificate.facts.not_before > now + kClockSkew) {
        return Condition::not_yet_valid;
    }
    if (certificate.key == KeyState::gone) {
        return Condition::key_gone;
    }
    return certificate.chain.state == ChainState::valid ? Condition::valid : Condition::untrusted;
}

bool is_valid(const HeldCertificate& certificate, Time now) {
    return condition_of(certificate, now) == Condition::valid;
}

std::string named(const HeldCertificate& certificate) {
    return "certificate " + certificate.thumbprint.substr(0, kShownThumbprint);
}

// `held` comes newest first from managed_certificates().
Review review_held(const Template& wanted, const HeldOfTemplate& held, const Account& account,
                   Time now) {
    if (held.empty()) {
        return {Need::enroll, "Q1", "no certificate of it is in MY", "Q1", nullptr};
    }
    // Rule Q15: of several valid ones the newest decides.  Rule D1: one that needs nothing is
    // enough.
    std::optional<Review> of_newest_valid;
    for (const HeldCertificate* certificate : held) {
        if (!is_valid(*certificate, now)) {
            continue;
        }
        Review review = review_valid(wanted, *certificate, account, now);
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
