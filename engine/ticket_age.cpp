#include "engine/ticket_age.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <iterator>

namespace ae::engine {
namespace {

constexpr std::size_t kNamedSids = 3;
constexpr std::uint64_t kNtAuthority = 5;
constexpr std::uint32_t kNonUnique = 21;  // [MS-DTYP] 2.4.2.4: SECURITY_NT_NON_UNIQUE

constexpr const char* kTemplateRemedy =
    "Look at the template's permissions as the CA sees them: its domain controller may lag behind "
    "the one that this machine reads; a user signs out and in again first";
constexpr const char* kRenewRemedy =
    "Sign out and in again (a machine: restart it), then run: aeclient pulse --force";

bool is_of_domain(const Sid& sid) {
    return sid.authority == kNtAuthority && !sid.sub_authorities.empty() &&
           sid.sub_authorities.front() == kNonUnique;
}

std::string list_of(const std::vector<Sid>& sids) {
    std::vector<std::string> names;
    for (const Sid& sid : sids) {
        if (names.size() == kNamedSids) {
            names.push_back(std::to_string(sids.size() - kNamedSids) + " more");
            break;
        }
        names.push_back(sid.to_string());
    }
    return join(names, ", ");
}

}  // namespace

std::vector<Sid> lacking_in_tickets(const std::vector<Sid>& granted,
                                    const std::vector<Sid>& tickets) {
    std::vector<Sid> lacking;
    std::ranges::copy_if(granted, std::back_inserter(lacking), [&](const Sid& sid) {
        return is_of_domain(sid) && !std::ranges::binary_search(tickets, sid);
    });
    return lacking;
}

TicketRemark TicketRepair::after_denial(const Account& account) {
    if (!known_) {
        TicketRemark first = examine(account);
        known_ = first;
        if (first.next == TicketRemark::Next::ask_again) {
            known_ = {.fact = "the tickets were renewed earlier in this pulse",
                      .remedy = kTemplateRemedy};
        }
        return first;
    }
    return *known_;
}

TicketRemark TicketRepair::examine(const Account& account) {
    if (session_ == nullptr) {
        return {};
    }
    std::string suspicion = "the tickets may be older than a group membership";
    if (const auto carried = session_->sids()) {
        const auto lacking = lacking_in_tickets(account.sids, *carried);
        if (lacking.empty()) {
            return {.fact =
                        "the ticket carries every group that the directory grants, so it is "
                        "not the cause",
                    .remedy = kTemplateRemedy};
        }
        suspicion = "the ticket lacked " + list_of(lacking) + ", which the directory grants";
    }
    if (const Done renewed = session_->renew(); !renewed) {
        const Error& error = renewed.error();
        return {.fact = suspicion + "; no fresh tickets: " + error.context + ": " +
                        describe(error.code),
                .remedy = error.remedy.empty() ? kRenewRemedy : error.remedy};
    }
    ca_.disconnect();
    return {.next = TicketRemark::Next::ask_again,
            .fact = suspicion + "; took fresh tickets and asked again",
            .remedy = kTemplateRemedy};
}

}  // namespace ae::engine
