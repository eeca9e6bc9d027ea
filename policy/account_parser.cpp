#include "policy/account_parser.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace ae::policy {
namespace {

const Sid kEveryone{1, {0}};
const Sid kAuthenticatedUsers{5, {11}};
const Sid kEnterpriseDomainControllers{5, {9}};
constexpr std::uint32_t kEnterpriseReadOnlyControllers = 498;

// LDAP integers are signed decimals, also where the bits matter.
std::optional<std::uint32_t> number(const AttributeMap& object, std::string_view name) {
    const auto text = text_of(object, name);
    std::int64_t value = 0;
    if (!text) {
        return std::nullopt;
    }
    const auto* end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || at != end || value < INT32_MIN || value > UINT32_MAX) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(value);
}

std::optional<Sid> whole_sid(ByteView octets) {
    std::size_t used = 0;
    auto sid = Sid::from_wire(octets, &used);
    return used == octets.size() ? sid : std::nullopt;
}

}  // namespace

std::uint32_t user_account_control(const AttributeMap& object) {
    return number(object, "userAccountControl").value_or(0);
}

Result<Sid> object_sid(const AttributeMap& object) {
    const auto& values = values_of(object, "objectSid");
    auto sid = values.empty() ? std::nullopt : whole_sid(values.front());
    if (!sid || sid->sub_authorities.empty()) {
        return fail(kInvalidData, "objectSid is missing or no SID");
    }
    return std::move(*sid);
}

Result<std::vector<Sid>> sids_of_values(const std::vector<Bytes>& groups) {
    std::vector<Sid> sids;
    for (const auto& group : groups) {
        auto sid = whole_sid(group);
        if (!sid) {
            return fail(kInvalidData,
                        "tokenGroups has the value " + to_hex(group) + ", which is no SID");
        }
        sids.push_back(std::move(*sid));
    }
    std::ranges::sort(sids);
    sids.erase(std::unique(sids.begin(), sids.end()), sids.end());
    return sids;
}

Result<std::vector<Sid>> account_sids(const AttributeMap& object, const std::vector<Bytes>& groups,
                                      const std::optional<Sid>& forest_root_domain) {
    auto own = object_sid(object);
    if (!own) {
        return pass(own);
    }
    const auto primary = number(object, "primaryGroupID");
    if (!primary) {
        return fail(kInvalidData, "primaryGroupID is missing or no number");
    }
    std::vector<Sid> sids{*own, own->parent().child(*primary), kEveryone, kAuthenticatedUsers};
    auto granted = sids_of_values(groups);
    if (!granted) {
        return pass(granted);
    }
    std::ranges::move(*granted, std::back_inserter(sids));
    const auto control = user_account_control(object);
    if ((control & kServerTrustAccount) != 0) {
        sids.push_back(kEnterpriseDomainControllers);
    }
    if ((control & kPartialSecretsAccount) != 0 && forest_root_domain) {
        sids.push_back(forest_root_domain->child(kEnterpriseReadOnlyControllers));
    }
    std::sort(sids.begin(), sids.end());
    sids.erase(std::unique(sids.begin(), sids.end()), sids.end());
    return sids;
}

}  // namespace ae::policy
