// Review of MY: what the certificates that the account holds say about one template.
// Rules Q1-Q10, Q12-Q15, D1.
//
// Not for: AEPolicy gates, pending requests, superseding (requirements.h), what becomes of the
// certificates themselves (disposal.h), or changing anything.  Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ae::engine {

inline constexpr std::chrono::minutes kClockSkew{10};  // rules Q10, I10 [P]
inline constexpr std::size_t kShownThumbprint = 8;

using HeldOfTemplate = std::vector<const HeldCertificate*>;

// Which template a certificate belongs to: 21.7 maps by OID, 20.2 by name.
class TemplateIndex {
  public:
    explicit TemplateIndex(const std::vector<Template>& templates);
    // Its place in `templates`; nothing: the certificate is foreign.
    [[nodiscard]] std::optional<std::size_t> find(const CertificateFacts& certificate) const;
    [[nodiscard]] std::optional<std::size_t> find_oid(const std::string& oid) const;
    [[nodiscard]] std::optional<std::size_t> find_name(const std::string& name) const;

  private:
    std::unordered_map<std::string, std::size_t> by_oid_;
    std::unordered_map<std::string, std::size_t> by_name_;
};

// The managed certificates of each template, by the template's place, newest first.
std::vector<HeldOfTemplate> managed_certificates(const TemplateIndex& index,
                                                 std::size_t template_count,
                                                 const std::vector<HeldCertificate>& my);

// Rule Q15: certificates of one subject and subject alternative name, newest first.
std::vector<HeldOfTemplate> lineages_of(const HeldOfTemplate& held);

// Rule Q13.
bool skips_renewal(const Template& wanted);

// Rule Q12: from the certificate's own dates, because CAs shorten the template's.
Time renew_at(const CertificateFacts& certificate, Seconds overlap);

// What is wrong with a certificate by itself, the most final first.  Rules Q2, Q4, Q5, Q10, Q14.
enum class Condition { valid, revoked, expired, not_yet_valid, key_gone, untrusted };
Condition condition_of(const HeldCertificate& certificate, Time now);
// Rule Q14: within its dates, its key not gone, its chain good.
bool is_valid(const HeldCertificate& certificate, Time now);

std::string named(const HeldCertificate& certificate);  // "certificate 12ab34cd"

enum class Need { none, enroll, renew };
struct Review {
    Need need = Need::none;
    std::string rule{};
    std::string fact{};
    std::string reason{};                      // what the brake compares; empty when none is needed
    const HeldCertificate* decides = nullptr;  // whose state it is; nullptr: nothing is held (Q1)
};
Review review_held(const Template& wanted, const HeldOfTemplate& held, const Account& account,
                   Time now);

}  // namespace ae::engine
