#include "service/inspect/replica_view.h"

#include "engine/base/text.h"
#include "service/period_text.h"
#include "service/report_parts.h"

#include <algorithm>
#include <utility>

namespace ae::service {
namespace {

Json number_or_null(const std::optional<std::size_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

std::string change_text(const TrustSetView& set) {
    if (!set.added || !set.removed) {
        return "";
    }
    return *set.added + *set.removed == 0
               ? std::string("unchanged")
               : '+' + std::to_string(*set.added) + " -" + std::to_string(*set.removed);
}

}  // namespace

ReplicaView view_replica(engine::Scope scope, const engine::Replica& replica, ReplicaSource source,
                         Time now, const std::vector<engine::TrustUpdate>& updates) {
    ReplicaView view{.scope = scope, .source = std::move(source), .now = now};
    for (const engine::Template& one : replica.templates) {
        view.templates.push_back(one.name);
    }
    std::ranges::sort(view.templates);
    for (const engine::EnrollmentService& one : replica.services) {
        view.cas.push_back(one.ref().config());
    }
    std::ranges::sort(view.cas);
    for (const auto& [store, set] :
         {std::pair(engine::TrustStore::root, &replica.roots),
          std::pair(engine::TrustStore::intermediate, &replica.intermediates),
          std::pair(engine::TrustStore::nt_auth, &replica.nt_auth)}) {
        TrustSetView row{.store = std::string(to_string(store)),
                         .certificates = set->certificates.size(),
                         .skipped = set->skipped.size(),
                         .complete = set->complete,
                         .problem = set->problem};
        const auto update = std::ranges::find(updates, store, &engine::TrustUpdate::store);
        if (update != updates.end()) {
            row.added = update->added;
            row.removed = update->removed;
            if (!update->problem.empty()) {
                view.notes.push_back("store " + row.store +
                                     " keeps its content: " + update->problem);
            }
        }
        view.notes.insert(view.notes.end(), set->skipped.begin(), set->skipped.end());
        view.trust.push_back(std::move(row));
    }
    return view;
}

std::string replica_as_text(const ReplicaView& view, Style style) {
    std::string text = "replica of the " + std::string(to_string(view.scope)) + ' ' +
                       as_of(view.source, view.now) + (view.refreshed ? ", refreshed now" : "") +
                       " (" + ae::to_string(view.source.read) + ")\n\n";
    std::vector<std::vector<std::string>> rows{
        {"SET", "CERTIFICATES", "COMPLETE", view.refreshed ? "STORE" : "PROBLEM"}};
    for (const TrustSetView& set : view.trust) {
        rows.push_back({set.store, std::to_string(set.certificates),
                        set.complete ? style.good("yes") : style.bad("no"),
                        view.refreshed ? change_text(set) : printable(set.problem)});
    }
    text += table(rows) + '\n' + std::to_string(view.templates.size()) +
            " templates: " + printable(join(view.templates, ", ")) + '\n' +
            std::to_string(view.cas.size()) +
            " certification authorities: " + printable(join(view.cas, ", ")) + '\n';
    for (const std::string& note : view.notes) {
        text += "\nnote: " + printable(note) + '\n';
    }
    return text;
}

std::string replica_as_json(const ReplicaView& view) {
    Json json;
    json["scope"] = to_string(view.scope);
    json["source"] = source_json(view.source, view.now);
    json["refreshed"] = view.refreshed;
    json["templates"] = view.templates;
    json["cas"] = view.cas;
    json["trust"] = json_list(view.trust, [](const TrustSetView& set) {
        return Json{{"store", set.store},
                    {"certificates", set.certificates},
                    {"skipped", set.skipped},
                    {"complete", set.complete},
                    {"problem", set.problem},
                    {"added", number_or_null(set.added)},
                    {"removed", number_or_null(set.removed)}};
    });
    json["notes"] = view.notes;
    return json_text(json);
}

}  // namespace ae::service
