#include "engine/base/text.h"
#include "service/inventory/listing_parts.h"
#include "service/inventory/templates.h"

namespace ae::service {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string yes_no(const engine::AccessAnswer& answer, const Style& style) {
    return answer.granted ? style.good("yes") : style.attention("no");
}

std::string offers_text(const ListedTemplate& one) {
    return one.offered_by.empty() ? "no CA" : printable(join(one.offered_by, ", "));
}

// E, where a rule of candidacy objects; else what the next run does with it.
std::string verdict_text(const ListedTemplate& one) {
    std::string text(to_string(one.decision.verdict));
    text += " (" + one.decision.rule + ")";
    if (one.objection && one.objection->rule != one.decision.rule) {
        text += ", and " + one.objection->rule + " would not let a new one be enrolled";
    }
    return text;
}

std::string why_text(const ListedTemplate& one) {
    if (one.objection && one.objection->rule != one.decision.rule) {
        return printable(one.decision.fact + "; " + one.objection->rule + ": " +
                         one.objection->fact);
    }
    return printable(one.decision.fact);
}

std::string overview(const TemplateListing& listing, const Style& style) {
    Rows rows{{"TEMPLATE", "VERSION", "FOR", "READ", "ENROLL", "AUTOENROLL", "OFFERED BY",
               "VERDICT", "WHY"}};
    for (const ListedTemplate& one : listing.templates) {
        rows.push_back({printable(one.name), one.version,
                        one.for_whom == engine::Scope::machine ? "computers" : "users",
                        yes_no(one.read, style), yes_no(one.enroll, style),
                        yes_no(one.autoenroll, style), offers_text(one), verdict_text(one),
                        why_text(one)});
    }
    return table(rows);
}

std::string deciding_entries(const TemplateListing& listing, const Style& style) {
    Rows rows{{"TEMPLATE", "RIGHT", "GRANTED", "DECIDING ENTRY"}};
    for (const ListedTemplate& one : listing.templates) {
        rows.push_back(
            {printable(one.name), "Read", yes_no(one.read, style), printable(one.read.reason)});
        rows.push_back({"", "Enroll", yes_no(one.enroll, style), printable(one.enroll.reason)});
        rows.push_back(
            {"", "Autoenroll", yes_no(one.autoenroll, style), printable(one.autoenroll.reason)});
        for (const std::string& closed : one.closed) {
            rows.push_back({"", "at a CA", style.attention("no"), printable(closed)});
        }
    }
    return table(rows);
}

Json right_json(const engine::AccessAnswer& answer) {
    return {
        {"granted", answer.granted}, {"denied", answer.denied}, {"deciding_entry", answer.reason}};
}

Json template_json(const ListedTemplate& one) {
    Json json = {{"name", one.name},
                 {"display_name", one.display_name},
                 {"oid", one.oid},
                 {"version", one.version},
                 {"schema_version", one.schema_version},
                 {"for", to_string(one.for_whom)},
                 {"rights",
                  {{"read", right_json(one.read)},
                   {"enroll", right_json(one.enroll)},
                   {"autoenroll", right_json(one.autoenroll)}}},
                 {"offered_by", one.offered_by},
                 {"closed", one.closed},
                 {"objection", nullptr},
                 {"decision", decision_json(one.decision)}};
    if (one.objection) {
        json["objection"] = {{"rule", one.objection->rule},
                             {"question", one.objection->question},
                             {"fact", one.objection->fact},
                             {"remedy", one.objection->remedy}};
    }
    return json;
}

}  // namespace

std::string templates_as_text(const TemplateListing& listing, const Style& style) {
    std::string text = std::to_string(listing.templates.size()) + " templates" +
                       (listing.ca.empty() ? std::string() : " of " + printable(listing.ca)) +
                       " for " + printable(listing.account) + ", as of " +
                       ae::to_string(listing.now) + '\n' +
                       offline_line(listing.offline, listing.now);
    if (listing.left_out > 0) {
        text += std::to_string(listing.left_out) +
                " more give this account no right to enroll; --all lists them\n";
    }
    if (!listing.templates.empty()) {
        text += '\n' + overview(listing, style) + '\n' + deciding_entries(listing, style);
    }
    return text + notes_text(listing.notes);
}

std::string templates_as_json(const TemplateListing& listing) {
    Json json;
    json["scope"] = to_string(listing.scope);
    json["now"] = ae::to_string(listing.now);
    json["account"] = listing.account;
    json["ca"] = listing.ca;
    json["offline"] = offline_json(listing.offline, listing.now);
    json["templates"] = json_list(listing.templates, template_json);
    json["left_out"] = listing.left_out;
    json["notes"] = listing.notes;
    return json_text(json);
}

}  // namespace ae::service
