#include "service/explain/answer.h"

#include "engine/asked.h"
#include "engine/base/text.h"
#include "engine/held_review.h"
#include "engine/requirements.h"
#include "service/look_parts.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace ae::service {
namespace {

using engine::About;
using engine::Decision;
using engine::Template;

std::string request_text(const engine::PendingRequest& request) {
    const std::string id =
        request.request_id ? std::to_string(*request.request_id) : std::string("without an id");
    return "request " + id + " at " + request.ca.config() + ", submitted " +
           ae::to_string(request.submitted);
}

std::vector<std::string> superseders(const std::vector<Template>& templates, std::size_t place) {
    std::vector<std::string> names;
    const engine::SupersedeGraph graph(templates);
    for (std::size_t i = 0; i < templates.size(); ++i) {
        const auto replaced = graph.replaced_by(i);
        if (std::ranges::find(replaced, place) != replaced.end()) {
            names.push_back(templates[i].name);
        }
    }
    return names;
}

Mapping mapping_of(const engine::CertificateFacts& facts, const engine::Account& account) {
    if (!facts.sid) {
        return Mapping::none;
    }
    return *facts.sid == account.object_sid ? Mapping::this_account : Mapping::another_account;
}

// Which template it counts for, or why for none.
void assign_template(CertificateAnswer& answer, const engine::Snapshot& world) {
    const engine::TemplateIndex index(world.templates);
    if (const auto place = index.find(answer.facts)) {
        answer.template_name = world.templates[*place].name;
        return;
    }
    const auto& reference = answer.facts.template_reference;
    answer.unmanaged = reference ? "it names the template " +
                                       (reference->oid.empty() ? reference->name : reference->oid) +
                                       ", which this directory does not have"
                                 : "it names no template";
}

CertificateAnswer answer_of(const Preview& preview, std::string store, std::string thumbprint,
                            const engine::CertificateFacts& facts) {
    CertificateAnswer answer;
    answer.store = std::move(store);
    answer.thumbprint = std::move(thumbprint);
    answer.facts = facts;
    answer.mapping = mapping_of(facts, preview.world.account);
    return answer;
}

CertificateAnswer answer_of_held(const Preview& preview, const engine::HeldCertificate& held) {
    CertificateAnswer answer = answer_of(preview, "MY", held.thumbprint, held.facts);
    assign_template(answer, preview.world);
    answer.key = held.key;
    answer.key_detail = held.key_detail;
    answer.chain = held.chain;
    answer.place = held.path;
    const auto renewals = engine::renewal_dates(preview.world);
    const auto renewal =
        std::ranges::find(renewals, held.thumbprint, &engine::RenewalDate::thumbprint);
    if (renewal != renewals.end()) {
        answer.renewal = *renewal;
    }
    const auto& plan = preview.plan;
    if (const auto* own = find_decision(plan, About::certificate, held.thumbprint)) {
        answer.decision = *own;
    }
    if (const auto* own = find_decision(plan, About::template_type, answer.template_name)) {
        answer.template_decision = *own;
    }
    return answer;
}

// Certificates of authorities, as the directory publishes them: store by store.
using Published = std::pair<std::string, const std::vector<Bytes>*>;
std::vector<Published> authorities(const Preview& preview) {
    std::vector<Published> all = {{"Root", &preview.replica.roots.certificates},
                                  {"CA", &preview.replica.intermediates.certificates},
                                  {"NTAuth", &preview.replica.nt_auth.certificates}};
    for (const engine::EnrollmentService& service : preview.world.services) {
        all.emplace_back("enrollment service " + service.ref().config(), &service.certificates);
    }
    return all;
}

std::optional<CertificateAnswer> find_authority(const Preview& preview,
                                                const std::string& thumbprint, const Sha1& sha1) {
    for (const auto& [store, certificates] : authorities(preview)) {
        for (const Bytes& der : *certificates) {
            const auto facts = engine::parse_certificate(der);
            if (facts && sha1(der) == thumbprint) {
                CertificateAnswer answer = answer_of(preview, store, thumbprint, *facts);
                answer.unmanaged = "it is an authority's, which the replica keeps";
                return answer;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

Explanation explain_word(const std::string& asked) {
    return {.asked = asked, .codes = codes_of(asked), .events = events_of(asked)};
}

std::optional<TemplateAnswer> explain_template_of(const Preview& preview, const std::string& name) {
    const auto& templates = preview.world.templates;
    const auto found = engine::find_template(engine::TemplateIndex(templates), name);
    if (!found) {
        return std::nullopt;
    }
    const std::size_t place = *found;
    const Template* const at = &templates[place];
    TemplateAnswer answer{
        .name = at->name,
        .oid = at->oid,
        .version = std::to_string(at->major_version) + '.' + std::to_string(at->minor_version),
        .trail = engine::explain_template(preview.world, place),
        .superseded_by = superseders(templates, place)};
    for (const Decision& one : preview.plan.decisions) {
        if (!equal_ignoring_case(one.template_name, at->name)) {
            continue;
        }
        if (one.about == About::template_type) {
            answer.decision = one;
        } else {
            answer.parts.push_back(one);
        }
    }
    for (const engine::PendingRequest& request : preview.world.pending) {
        if (equal_ignoring_case(request.template_name, at->name)) {
            answer.requests.push_back(request_text(request));
        }
    }
    return answer;
}

std::optional<CertificateAnswer> explain_certificate(const Preview& preview,
                                                     const std::string& thumbprint,
                                                     const Sha1& sha1) {
    for (const engine::HeldCertificate& held : preview.world.my) {
        if (equal_ignoring_case(held.thumbprint, thumbprint)) {
            return answer_of_held(preview, held);
        }
    }
    for (const engine::PublishedCertificate& one : preview.world.published) {
        if (equal_ignoring_case(one.thumbprint, thumbprint)) {
            CertificateAnswer answer =
                answer_of(preview, "userCertificate", one.thumbprint, one.facts);
            assign_template(answer, preview.world);
            answer.chain = one.chain;
            return answer;
        }
    }
    for (const engine::WatchedCertificate& one : preview.world.watched) {
        if (equal_ignoring_case(one.thumbprint, thumbprint)) {
            CertificateAnswer answer = answer_of(preview, one.store, one.thumbprint, one.facts);
            answer.unmanaged = "it stands in a store whose certificates are only watched";
            return answer;
        }
    }
    return find_authority(preview, thumbprint, sha1);
}

std::vector<std::string> explainable_thumbprints(const Preview& preview, const Sha1& sha1) {
    std::set<std::string> all;
    for (const engine::HeldCertificate& one : preview.world.my) {
        all.insert(to_lower(one.thumbprint));
    }
    for (const engine::PublishedCertificate& one : preview.world.published) {
        all.insert(to_lower(one.thumbprint));
    }
    for (const engine::WatchedCertificate& one : preview.world.watched) {
        all.insert(to_lower(one.thumbprint));
    }
    for (const auto& [store, certificates] : authorities(preview)) {
        std::ranges::transform(*certificates, std::inserter(all, all.end()), sha1);
    }
    return {all.begin(), all.end()};
}

std::vector<std::string> explainable_names(const Preview& preview) {
    std::vector<std::string> names = symbols();
    for (const Template& one : preview.world.templates) {
        names.push_back(one.name);
    }
    for (const engine::HeldCertificate& one : preview.world.my) {
        names.push_back(one.thumbprint);
    }
    return names;
}

}  // namespace ae::service
