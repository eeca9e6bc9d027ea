#include "engine/base/text.h"
#include "service/inventory/cas.h"
#include "service/inventory/listing_parts.h"
#include "service/inventory/probe_report.h"

namespace ae::service {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string trust_word(const ListedCa& one, const Style& style) {
    if (!one.chain) {
        return style.attention("not known");
    }
    return one.trusted ? style.good("trusted") : style.bad(to_string(one.chain->state));
}

std::string step_word(CaStep step) {
    switch (step) {
        case CaStep::resolve:
            return "no address";
        case CaStep::mapper:
            return "TCP 135";
        case CaStep::activate:
            return "activation";
        case CaStep::ping:
            return "Ping2";
        case CaStep::property:
            break;
    }
    return "property 6";
}

std::string reach_word(const ListedCa& one, const Style& style) {
    if (!one.probe) {
        return "not asked";
    }
    if (one.probe->failed_at) {
        return style.bad("no: " + step_word(*one.probe->failed_at));
    }
    return one.probe->by_icertpassage ? style.attention("by ICertPassage") : style.good("answers");
}

std::string overview(const CaListing& listing, const Style& style) {
    Rows rows{{"CA", "SITE", "TRUST", "MAY ENROLL", "REACHED", "TEMPLATES"}};
    for (const ListedCa& one : listing.cas) {
        rows.push_back({printable(one.service.ref().config()), std::string(to_string(one.site)),
                        trust_word(one, style),
                        one.enroll.granted ? style.good("yes") : style.bad("no"),
                        reach_word(one, style), std::to_string(one.service.templates.size())});
    }
    return table(rows);
}

void add_identity(const ca::CaIdentity& identity, Rows& rows) {
    rows.push_back(
        {"  says of itself",
         "name " + printable(identity.name) +
             (identity.dns_name.empty() ? "" : ", host " + printable(identity.dns_name)) +
             (identity.version.empty() ? "" : ", version " + printable(identity.version))});
}

std::string details(const ListedCa& one, const Style& style) {
    Rows rows;
    rows.push_back({"  sites", one.service.sites.empty()
                                   ? "none is named"
                                   : printable(join(one.service.sites, ", "))});
    if (one.chain && !one.chain->detail.empty()) {
        rows.push_back({"  trust", printable(one.chain->detail)});
    }
    rows.push_back({"  may enroll", printable(one.enroll.reason)});
    for (const CaCertificate& each : one.certificates) {
        rows.push_back(
            {"  certificate", each.thumbprint + ", " + printable(each.facts.subject) + ", until " +
                                  ae::to_string(each.facts.not_after) +
                                  (each.in_nt_auth ? ", in NTAuth" : ", not in NTAuth")});
    }
    rows.push_back({"  templates", one.service.templates.empty()
                                       ? "none"
                                       : printable(join(one.service.templates, ", "))});
    if (one.probe) {
        for (const Attempt& step : one.probe->steps) {
            rows.push_back({"  tried", attempt_line(step, style)});
        }
    }
    if (one.identity && *one.identity) {
        add_identity(**one.identity, rows);
    } else if (one.identity) {
        rows.push_back({"  says of itself", printable(one.identity->error().sentence())});
    }
    return style.strong(printable(one.service.ref().config())) + '\n' + table(rows);
}

Json identity_json(const ListedCa& one) {
    if (!one.identity) {
        return {};
    }
    const auto& said = *one.identity;
    Json json = {{"name", said ? said->name : ""},
                 {"sanitized_name", said ? said->sanitized_name : ""},
                 {"dns_name", said ? said->dns_name : ""},
                 {"version", said ? said->version : ""},
                 {"failure", nullptr}};
    if (!said) {
        json["failure"] = error_json(said.error());
    }
    return json;
}

Json ca_json(const ListedCa& one) {
    return {{"ca", one.service.ref().config()},
            {"dns_host", one.service.dns_host},
            {"name", one.service.name},
            {"cn", one.service.cn},
            {"sites", one.service.sites},
            {"site", to_string(one.site)},
            {"trusted", one.trusted},
            {"chain", one.chain ? chain_json(*one.chain) : Json()},
            {"enroll",
             {{"granted", one.enroll.granted},
              {"denied", one.enroll.denied},
              {"deciding_entry", one.enroll.reason}}},
            {"certificates", json_list(one.certificates,
                                       [](const CaCertificate& each) {
                                           Json json = facts_json(each.facts, each.thumbprint);
                                           json["in_nt_auth"] = each.in_nt_auth;
                                           return json;
                                       })},
            {"templates", one.service.templates},
            {"probe", one.probe ? probe_json(*one.probe) : Json()},
            {"identity", identity_json(one)}};
}

}  // namespace

std::string cas_as_text(const CaListing& listing, const Style& style) {
    std::string text =
        std::to_string(listing.cas.size()) + " CAs, as " + printable(listing.account) +
        " sees them from " +
        (listing.site.empty() ? "no known site" : "site " + printable(listing.site)) + ", as of " +
        ae::to_string(listing.now) + '\n' + offline_line(listing.offline, listing.now);
    if (!listing.not_asked.empty()) {
        text += "no CA was asked: " + printable(listing.not_asked) + '\n';
    }
    if (!listing.cas.empty()) {
        text +=
            "those of the own site are asked first; among equals the order differs from "
            "template to template\n\n" +
            overview(listing, style);
    }
    for (const ListedCa& one : listing.cas) {
        text += '\n' + details(one, style);
    }
    return text + notes_text(listing.notes);
}

std::string cas_as_json(const CaListing& listing) {
    Json json;
    json["scope"] = to_string(listing.scope);
    json["now"] = ae::to_string(listing.now);
    json["account"] = listing.account;
    json["site"] = listing.site;
    json["offline"] = offline_json(listing.offline, listing.now);
    json["not_asked"] = listing.not_asked;
    json["cas"] = json_list(listing.cas, ca_json);
    json["notes"] = listing.notes;
    return json_text(json);
}

}  // namespace ae::service
