#include "engine/base/text.h"
#include "service/inventory/certificates.h"
#include "service/inventory/listing_parts.h"
#include "service/status_parts.h"

namespace ae::service {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string key_text(const ListedCertificate& one) {
    std::string text(to_string(*one.key));
    if (!one.key_detail.empty()) {
        text += ": " + printable(one.key_detail);
    }
    return one.key_place.empty() ? text : text + ", " + printable(one.key_place);
}

std::string renewal_text(const engine::RenewalOutlook& renewal) {
    return (renewal.date ? "begins " + ae::to_string(renewal.date->begins) + ": "
                         : "not by itself: ") +
           printable(renewal.reason);
}

std::string chain_text(const engine::ChainStatus& chain, const Style& style) {
    const std::string_view word = to_string(chain.state);
    const std::string shown =
        chain.state == engine::ChainState::valid ? style.good(word) : style.bad(word);
    return chain.detail.empty() ? shown : shown + ": " + printable(chain.detail);
}

std::string until_text(const ListedCertificate& one, Time now, const Style& style) {
    const std::string end = ae::to_string(one.facts.not_after);
    return now > one.facts.not_after ? style.bad(end + " (expired)") : end;
}

// One block per certificate: of MY somebody wants to know all.
std::string block(const ListedCertificate& one, Time now, const Style& style) {
    const std::string name = one.template_name.empty() ? "no template"
                             : one.managed             ? printable(one.template_name)
                                           : printable(one.template_name) + " (not managed)";
    Rows rows;
    const auto add = [&](const char* label, std::string text) {
        if (!text.empty()) {
            rows.push_back({"  " + std::string(label), std::move(text)});
        }
    };
    add("subject", printable(one.facts.subject));
    add("names", printable(join(one.facts.dns_names, ", ")));
    add("issuer", printable(one.facts.issuer));
    add("serial", one.facts.serial);
    add("valid from", ae::to_string(one.facts.not_before));
    add("valid until", until_text(one, now, style));
    add("renewal", one.renewal ? renewal_text(*one.renewal) : "");
    add("key", one.key ? key_text(one) : "");
    add("chain", one.chain ? chain_text(*one.chain, style) : "");
    add("SID", one.facts.sid
                   ? one.facts.sid->to_string() + ", " + std::string(to_string(one.binding))
                   : "none: the CA bound it to nobody");
    add("next run", one.decision ? std::string(to_string(one.decision->verdict)) + " (" +
                                       one.decision->rule + "): " + printable(one.decision->fact)
                                 : "");
    add("path", printable(one.path));
    return style.strong(one.thumbprint) + "  " + name + '\n' + table(rows);
}

std::string trusted_text(const CertificateListing& listing, const Style& style) {
    Rows rows{{"CERTIFICATE", "VALID UNTIL", "SUBJECT"}};
    for (const ListedCertificate& one : listing.certificates) {
        rows.push_back(
            {one.thumbprint, until_text(one, listing.now, style), printable(one.facts.subject)});
    }
    return table(rows);
}

std::string requests_text(const CertificateListing& listing) {
    Rows rows{{"REQUEST", "TEMPLATE", "ID", "SUBMITTED", "CA"}};
    for (const engine::PendingRequest& one : listing.requests) {
        rows.push_back({printable(one.key_reference),
                        one.template_name.empty() ? "-" : printable(one.template_name),
                        one.request_id ? std::to_string(*one.request_id) : "not known",
                        ae::to_string(one.submitted), printable(one.ca.config())});
    }
    return table(rows);
}

// As Windows calls them.
std::string_view title_of(ListedStore store) {
    switch (store) {
        case ListedStore::my:
            return "MY";
        case ListedStore::request:
            return "REQUEST";
        case ListedStore::root:
            return "Root";
        case ListedStore::ca:
            return "CA";
        case ListedStore::nt_auth:
            break;
    }
    return "NTAuth";
}

std::string title(const CertificateListing& listing) {
    const std::string place =
        std::string(title_of(listing.store)) + " of the " + std::string(to_string(listing.scope));
    const std::string as_of = ", as of " + ae::to_string(listing.now) + '\n';
    if (listing.store == ListedStore::request) {
        const std::size_t count = listing.requests.size();
        return (count == 0   ? "no request waits"
                : count == 1 ? "1 request waits"
                             : std::to_string(count) + " requests wait") +
               " (" + place + ")" + as_of;
    }
    const std::size_t count = listing.certificates.size();
    return (count == 0 ? "no" : std::to_string(count)) + (listing.archived ? " archived" : "") +
           (count == 1 ? " certificate" : " certificates") + " in " + place + as_of;
}

Json certificate_json(const ListedCertificate& one) {
    Json json = facts_json(one.facts, one.thumbprint);
    json["path"] = one.path;
    json["template"] = one.template_name;
    json["managed"] = one.managed;
    json["key"] = nullptr;
    if (one.key) {
        json["key"] = {
            {"state", to_string(*one.key)}, {"detail", one.key_detail}, {"place", one.key_place}};
    }
    json["chain"] = one.chain ? chain_json(*one.chain) : Json();
    json["renewal"] = nullptr;
    if (one.renewal) {
        json["renewal"] = {
            {"begins", one.renewal->date ? Json(ae::to_string(one.renewal->date->begins)) : Json()},
            {"reason", one.renewal->reason}};
    }
    json["sid"] = one.facts.sid ? one.facts.sid->to_string() : std::string();
    json["bound_to"] = to_string(one.binding);
    json["decision"] = one.decision ? decision_json(*one.decision) : Json();
    return json;
}

Json request_json(const engine::PendingRequest& one) {
    return {{"key_reference", one.key_reference},
            {"template", one.template_name},
            {"ca", one.ca.config()},
            {"request_id", one.request_id ? Json(*one.request_id) : Json()},
            {"submitted", ae::to_string(one.submitted)},
            {"predecessor", one.predecessor}};
}

}  // namespace

std::string listing_as_text(const CertificateListing& listing, const Style& style) {
    std::string text = title(listing) + offline_line(listing.offline, listing.now);
    if (!listing.problem.empty()) {
        text += "templates and renewal are not known: " + printable(listing.problem) + '\n';
    }
    switch (listing.store) {
        case ListedStore::my:
            for (const ListedCertificate& one : listing.certificates) {
                text += '\n' + block(one, listing.now, style);
            }
            break;
        case ListedStore::request:
            text += listing.requests.empty() ? "" : '\n' + requests_text(listing);
            break;
        case ListedStore::root:
        case ListedStore::ca:
        case ListedStore::nt_auth:
            text += listing.certificates.empty() ? "" : '\n' + trusted_text(listing, style);
            break;
    }
    return text + notes_text(listing.notes);
}

std::string listing_as_json(const CertificateListing& listing) {
    Json json;
    json["scope"] = to_string(listing.scope);
    json["now"] = ae::to_string(listing.now);
    json["store"] = to_string(listing.store);
    json["archived"] = listing.archived;
    json["offline"] = offline_json(listing.offline, listing.now);
    json["problem"] = listing.problem;
    json["certificates"] = json_list(listing.certificates, certificate_json);
    json["requests"] = json_list(listing.requests, request_json);
    json["notes"] = listing.notes;
    return json_text(json);
}

}  // namespace ae::service
