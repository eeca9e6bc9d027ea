#include "service/status_collect.h"

#include "policy/policy_source.h"
#include "service/kept_replica.h"
#include "service/state_folder.h"
#include "service/status_parts.h"
#include "service/store_keys.h"
#include "stores/context_stores.h"
#include "stores/crypto.h"

#include <algorithm>

namespace ae::service {
namespace {

void add_policy(const StatusSources& sources, ContextStatus& status) {
    if (auto policy = policy::create_policy_source(sources.policy_dir)->read(status.scope)) {
        status.policy = std::move(*policy);
    } else {
        status.policy_problem = policy.error().sentence();
    }
}

Result<RunRecord> read_record(const StateFolder& folder) {
    auto text = folder.read(kRunRecordFile);
    if (!text) {
        return pass(text);
    }
    if (!*text) {
        return RunRecord{};
    }
    auto record = run_record_from_json(**text);
    if (!record) {
        return pass(record, folder.path_of(kRunRecordFile));
    }
    return record;
}

void add_record(const StatusSources& sources, ContextStatus& status) {
    if (auto record = read_record(StateFolder(sources.state_dir, status.scope))) {
        status.record = std::move(*record);
    } else {
        status.record_problem = record.error().sentence();
    }
}

// What the directory said when a run last read all of it.
void add_replica(const StatusSources& sources, ContextStatus& status) {
    auto kept = kept_replica(StateFolder(sources.state_dir, status.scope));
    if (!kept) {
        status.warnings.push_back(
            std::move(kept.error()).within("read the replica of the directory").sentence());
    } else if (*kept) {
        const policy::DirectoryAnswers& answers = (*kept)->answers;
        status.replica = {(*kept)->source(), answers.templates.entries.size(),
                          answers.services.entries.size()};
    }
}

// The certificate's own extension often has the template's number only: the last run and the store
// know the name.
std::string template_of(const engine::HeldCertificate& held, const engine::RenewalDate* renewal,
                        stores::ContextStores& context) {
    if (renewal != nullptr) {
        return renewal->template_name;
    }
    if (std::string noted = context.template_of(held.thumbprint); !noted.empty()) {
        return noted;
    }
    return held.facts.template_reference ? held.facts.template_reference->name : "";
}

void add_held(stores::ContextStores& context, ContextStatus& status) {
    auto held = context.certificates().held();
    if (!held) {
        status.warnings.push_back(held.error().sentence());
        return;
    }
    for (const engine::HeldCertificate& one : *held) {
        const auto& renewals = status.record.renewals;
        const auto at =
            std::ranges::find(renewals, one.thumbprint, &engine::RenewalDate::thumbprint);
        const engine::RenewalDate* renewal = at == renewals.end() ? nullptr : &*at;
        HeldStatus entry{.thumbprint = one.thumbprint,
                         .template_name = template_of(one, renewal, context),
                         .subject = one.facts.subject,
                         .valid_from = one.facts.not_before,
                         .expires = one.facts.not_after,
                         .key = one.key};
        if (renewal != nullptr) {
            entry.renewal_begins = renewal->begins;
        }
        status.held.push_back(std::move(entry));
    }
}

void add_pending(stores::ContextStores& context, ContextStatus& status) {
    const auto pending = context.certificates().pending();
    if (!pending) {
        status.warnings.push_back(pending.error().sentence());
        return;
    }
    for (const engine::PendingRequest& one : *pending) {
        status.pending.push_back({one.template_name, one.ca.name.empty() ? "" : one.ca.config(),
                                  one.request_id, one.submitted});
    }
}

void add_stores(const StatusSources& sources, ContextStatus& status) {
    engine::Memory memory;
    const auto crypto = stores::make_crypto();
    const auto context = stores::open_stores(
        {.root = sources.state_dir,
         .scope = status.scope,
         .warn = [&status](std::string_view text) { status.warnings.emplace_back(text); },
         .keys = store_keys(status.scope, sources.policy_dir)},
        stores::StoreUse::look, *crypto);
    if (context) {
        add_held(**context, status);
        add_pending(**context, status);
        memory = (*context)->memory().load();
    } else {
        status.warnings.push_back(Error(context.error()).within("look at the stores").sentence());
    }
    status.cas = health_of_cas(status.record.counters, memory, status.now);
}

}  // namespace

ContextStatus collect_status(engine::Scope scope, const StatusSources& sources, Time now) {
    ContextStatus status{.scope = scope, .now = now};
    add_policy(sources, status);
    add_record(sources, status);  // before the stores, whose certificates it tells more about
    add_replica(sources, status);
    add_stores(sources, status);
    return status;
}

}  // namespace ae::service
