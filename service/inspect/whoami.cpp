#include "service/inspect/whoami.h"

#include "engine/base/text.h"
#include "engine/ticket_age.h"
#include "service/look_parts.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ae::service {
namespace {

struct WellKnown {
    std::string_view sid;
    std::string_view name;
};
// [MS-DTYP] 2.4.2.4: those that an account of a domain has.
constexpr std::array kWellKnown = {
    WellKnown{"S-1-1-0", "Everyone"},
    WellKnown{"S-1-5-2", "Network"},
    WellKnown{"S-1-5-9", "Enterprise Domain Controllers"},
    WellKnown{"S-1-5-11", "Authenticated Users"},
    WellKnown{"S-1-5-15", "This Organization"},
    WellKnown{"S-1-5-32-544", "Administrators"},
    WellKnown{"S-1-5-32-545", "Users"},
    WellKnown{"S-1-5-32-554", "Pre-Windows 2000 Compatible Access"},
    WellKnown{"S-1-5-32-560", "Windows Authorization Access Group"},
    WellKnown{"S-1-5-32-574", "Certificate Service DCOM Access"},
    WellKnown{"S-1-18-1", "Authentication authority asserted identity"},
};

std::string name_of(const Sid& sid, const std::map<Sid, std::string>& names) {
    if (const auto known = names.find(sid); known != names.end()) {
        return known->second;
    }
    const std::string text = sid.to_string();
    const auto* at = std::ranges::find(kWellKnown, text, &WellKnown::sid);
    return at == kWellKnown.end() ? std::string{} : std::string(at->name);
}

bool contains(const std::vector<Sid>& sids, const Sid& sid) {
    return std::ranges::find(sids, sid) != sids.end();
}

void compare(const Preview& preview, Identity& identity) {
    const std::vector<Sid>& granted = preview.world.account.sids;
    const bool asked = preview.session.has_value() && preview.session->has_value();
    const std::vector<Sid> tickets = asked ? **preview.session : std::vector<Sid>{};
    const auto missing = asked ? engine::lacking_in_tickets(granted, tickets) : std::vector<Sid>{};
    const auto surplus = asked ? engine::lacking_in_tickets(tickets, granted) : std::vector<Sid>{};
    identity.missing = missing.size();
    identity.surplus = surplus.size();
    std::vector<Sid> all = granted;
    all.insert(all.end(), tickets.begin(), tickets.end());
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::erase(all, preview.world.account.object_sid);
    for (const Sid& sid : all) {
        Membership seen = Membership::not_compared;
        if (contains(missing, sid)) {
            seen = Membership::directory_only;
        } else if (contains(surplus, sid)) {
            seen = Membership::session_only;
        } else if (contains(granted, sid) && contains(tickets, sid)) {
            seen = Membership::both;
        }
        identity.groups.push_back({sid, name_of(sid, preview.sid_names), seen});
    }
}

std::string_view mark_of(Membership seen) {
    switch (seen) {
        case Membership::both:
            return "both";
        case Membership::directory_only:
            return "directory only";
        case Membership::session_only:
            return "session only";
        case Membership::not_compared:
            break;
    }
    return "not compared";
}

std::string marked(Membership seen, Style style) {
    const std::string_view mark = mark_of(seen);
    switch (seen) {
        case Membership::directory_only:
        case Membership::session_only:
            return style.attention(mark);
        case Membership::both:
            return style.good(mark);
        case Membership::not_compared:
            break;
    }
    return style.faint(mark);
}

std::string difference_text(const Identity& identity) {
    if (!identity.session_problem.empty()) {
        return "the tickets were not compared: " + printable(identity.session_problem) + '\n';
    }
    const std::string remedy = identity.scope == engine::Scope::machine
                                   ? "restart the computer or the service"
                                   : "sign in again";
    if (identity.missing == 0 && identity.surplus == 0) {
        return "the tickets carry the groups that the directory has\n";
    }
    return std::to_string(identity.missing) + " groups of the directory are not in the tickets, " +
           std::to_string(identity.surplus) +
           " of the tickets not in the directory: a CA judges by the tickets (RGT5); " + remedy +
           '\n';
}

}  // namespace

Identity identity_of(const Preview& preview) {
    const engine::Account& account = preview.world.account;
    Identity identity{.scope = account.scope,
                      .account = account.sam_account_name,
                      .domain = account.domain_dns,
                      .distinguished_name = account.distinguished_name,
                      .dns_host_name = account.dns_host_name,
                      .sid = account.object_sid.to_string(),
                      .controller = preview.replica.server.dns_name,
                      .site = preview.world.site,
                      .offline = preview.offline,
                      .now = preview.world.now};
    if (!preview.session) {
        identity.session_problem =
            preview.offline ? "no domain controller answers now" : "nobody asked for them";
    } else if (!*preview.session) {
        identity.session_problem = preview.session->error().sentence();
    }
    compare(preview, identity);
    return identity;
}

std::string identity_as_text(const Identity& identity, Groups groups, Style style) {
    std::vector<std::vector<std::string>> rows{
        {"account",
         printable(identity.account) + " (" + std::string(to_string(identity.scope)) + ')'},
        {"domain", printable(identity.domain)},
        {"SID", identity.sid},
        {"name in the directory", printable(identity.distinguished_name)}};
    if (!identity.dns_host_name.empty()) {
        rows.push_back({"dNSHostName", printable(identity.dns_host_name)});
    }
    rows.push_back({"domain controller", printable(identity.controller)});
    rows.push_back({"site", identity.site.empty() ? "unknown" : printable(identity.site)});
    rows.push_back({"groups", std::to_string(identity.groups.size())});
    std::string text = table(rows);
    if (identity.offline) {
        text += "the directory " + as_of(identity.offline->source, identity.now) +
                ", because none answers now: " + printable(identity.offline->problem) + '\n';
    }
    text += difference_text(identity);
    std::vector<std::vector<std::string>> list{{"GROUP", "SID", "IN"}};
    for (const GroupSeen& group : identity.groups) {
        const bool differs =
            group.seen == Membership::directory_only || group.seen == Membership::session_only;
        if (groups == Groups::all || differs) {
            list.push_back({group.name.empty() ? "(no name)" : printable(group.name),
                            group.sid.to_string(), marked(group.seen, style)});
        }
    }
    return list.size() > 1 ? text + '\n' + table(list) : text;
}

std::string identity_as_json(const Identity& identity, Groups groups) {
    Json json{{"scope", to_string(identity.scope)},
              {"account", identity.account},
              {"domain", identity.domain},
              {"sid", identity.sid},
              {"distinguished_name", identity.distinguished_name},
              {"dns_host_name", identity.dns_host_name},
              {"domain_controller", identity.controller},
              {"site", identity.site},
              {"group_count", identity.groups.size()},
              {"missing_in_session", identity.missing},
              {"only_in_session", identity.surplus},
              {"session_problem", identity.session_problem}};
    Json list = Json::array();
    for (const GroupSeen& group : identity.groups) {
        const bool differs =
            group.seen == Membership::directory_only || group.seen == Membership::session_only;
        if (groups == Groups::all || differs) {
            list.push_back({{"sid", group.sid.to_string()},
                            {"name", group.name},
                            {"in", mark_of(group.seen)}});
        }
    }
    json["groups"] = std::move(list);
    json["offline"] = offline_json(identity.offline, identity.now);
    return json_text(json);
}

}  // namespace ae::service
