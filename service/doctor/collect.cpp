#include "service/doctor/collect.h"

#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/policy_source.h"
#include "service/ca_config.h"
#include "service/cli/nearest.h"
#include "service/context_place.h"
#include "service/control/control_client.h"
#include "service/doctor/collect_environment.h"
#include "service/doctor/collect_live.h"
#include "service/doctor/this_host.h"
#include "service/kept_replica.h"
#include "service/look.h"
#include "service/state_folder.h"
#include "service/status_collect.h"
#include "service/store_keys.h"
#include "stores/context_stores.h"
#include "stores/crypto.h"

namespace ae::service {
namespace {

using engine::Scope;

// Older events tell of what is over.
constexpr std::chrono::days kEventsSince{7};

Examination asked_for(const DoctorCommand& command, Time now) {
    return {.scope = command.sources.scope,
            .now = now,
            .live = command.live,
            .template_name = command.template_name,
            .ca = command.ca};
}

void look_at_status(const Sources& sources, Examination& seen) {
    ContextStatus status = collect_status(
        sources.scope, {.state_dir = sources.state_dir, .policy_dir = sources.policy_dir},
        seen.now);
    auto host = ask_status(control_address(sources));
    if (host) {
        status.host = std::move(*host);
    } else if (host.error().code != kServiceNotActive) {
        status.host_problem = host.error().sentence();
    }
    seen.status = std::move(status);
}

void look_at_events(const Sources& sources, Examination& seen) {
    if (auto events =
            read_events(StateFolder(sources.state_dir, sources.scope), seen.now - kEventsSince)) {
        seen.events = std::move(*events);
    }
}

void look_at_kept_replica(const Sources& sources, Examination& seen) {
    auto kept = kept_replica(StateFolder(sources.state_dir, sources.scope));
    if (!kept || !*kept) {
        return;  // status says what is wrong with it
    }
    const auto directory = offline_directory(std::move(**kept));
    if (directory->read_account(sources.scope)) {
        if (auto replica = directory->read_replica()) {
            seen.kept_templates = std::move(replica->templates);
        }
    }
}

// What cannot be opened is among the status's warnings already.
void look_at_archived(const Sources& sources, Examination& seen) {
    const auto crypto = stores::make_crypto();
    const auto opened = stores::open_stores({.root = sources.state_dir,
                                             .scope = sources.scope,
                                             .warn = [](std::string_view) {},
                                             .keys = store_keys(sources.scope, sources.policy_dir)},
                                            stores::StoreUse::look, *crypto);
    auto archived = opened ? (*opened)->archived()
                           : Result<std::vector<engine::HeldCertificate>>(fail(opened.error()));
    if (!archived) {
        return;
    }
    seen.archived.emplace();
    for (engine::HeldCertificate& one : *archived) {
        seen.archived->push_back(std::move(one.facts));
    }
}

void look_at_policies(const Sources& sources, Examination& seen) {
    seen.group_policy = group_policy_here(sources);
    const Scope other = sources.scope == Scope::machine ? Scope::user : Scope::machine;
    if (auto policy = policy::create_policy_source(sources.policy_dir)->read(other)) {
        seen.other_policy = std::move(*policy);
    }
}

void look_at_directory(const Sources& sources, Examination& seen) {
    auto view = look(sources, {}, AskSession::yes);
    if (view) {
        seen.view = std::move(*view);
    } else {
        seen.view_problem = std::move(view.error());
    }
}

// Every finding writes HOST\NAME.
Done complete_ca_name(Examination& seen) {
    if (seen.ca.empty() || seen.ca.find('\\') != std::string::npos || !seen.view) {
        return done();
    }
    auto asked = engine::find_ca(seen.view->world.services, seen.ca, did_you_mean);
    if (!asked) {
        return pass(asked);
    }
    seen.ca = (*asked)->ref().config();
    return done();
}

Result<Examination> examine_capture(const DoctorCommand& command, Time now) {
    auto view = look(command.sources, command.from);
    if (!view) {
        return pass(view);
    }
    Examination seen = asked_for(command, now);
    seen.captured = true;
    seen.live = false;
    seen.now = view->world.now;
    seen.scope = view->world.account.scope;
    seen.environment.domain = view->world.account.domain_dns;
    seen.environment.account = view->world.account.sam_account_name;
    seen.environment.host = view->world.account.dns_host_name;
    seen.view = std::move(*view);
    if (Done named = complete_ca_name(seen); !named) {
        return pass(named);
    }
    return seen;
}

}  // namespace

Result<Examination> examine(const DoctorCommand& command, Time now, const Say& say) {
    // A name alone is looked up in the directory; HOST\NAME may be one that it does not have.
    const bool whole = command.ca.find('\\') != std::string::npos;
    if (const auto ca = parse_ca_config(command.ca); whole && !ca) {
        return tl::unexpected<Error>(ca.error());
    }
    if (!command.from.empty()) {
        return examine_capture(command, now);
    }
    const auto sources = resolved(command.sources);
    if (!sources) {
        return tl::unexpected<Error>(sources.error());
    }
    Examination seen = asked_for(command, now);
    say("looking for a domain controller");
    seen.environment = look_at_environment(*sources, now);
    // Rights are doctor's own affair, and nothing that is wrong with the machine.
    if (seen.environment.not_a_member && seen.environment.not_a_member->code == kAccessDenied) {
        return fail(*seen.environment.not_a_member);
    }
    look_at_status(*sources, seen);
    look_at_events(*sources, seen);
    look_at_kept_replica(*sources, seen);
    look_at_archived(*sources, seen);
    look_at_policies(*sources, seen);
    seen.view_problem = out_of_reach(seen.environment);
    if (!seen.view_problem) {
        say("reading the directory and the stores");
        look_at_directory(*sources, seen);
        if (Done named = complete_ca_name(seen); !named) {
            return pass(named);
        }
        look_at_cas(*sources, say, seen);
        look_at_keys(*sources, say, seen);
    }
    return seen;
}

}  // namespace ae::service
