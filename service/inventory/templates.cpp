#include "service/inventory/templates.h"

#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "engine/ca_selection.h"
#include "engine/requirements.h"
#include "service/cli/nearest.h"
#include "service/look_parts.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::AccessAnswer;
using engine::Right;

struct Rights {
    AccessAnswer read{};
    AccessAnswer enroll{};
    AccessAnswer autoenroll{};
};

// Rule S1.
Rights rights_of(const engine::Template& wanted, const engine::SidSet& sids) {
    const AccessAnswer unknown{.reason = "the directory returned no security descriptor"};
    if (!wanted.security_descriptor) {
        return {unknown, unknown, unknown};
    }
    const auto object = engine::parse_security_descriptor(*wanted.security_descriptor);
    if (!object) {
        const AccessAnswer unreadable{.reason = object.error().context};
        return {unreadable, unreadable, unreadable};
    }
    const auto ask = [&](Right right) { return engine::check_access(*object, right, sids); };
    return {ask(Right::read), ask(Right::enroll), ask(Right::autoenroll)};
}

bool lists(const engine::EnrollmentService& service, const std::string& name) {
    return std::ranges::any_of(
        service.templates, [&](const std::string& one) { return equal_ignoring_case(one, name); });
}

std::optional<engine::RuleStep> first_objection(const engine::RuleTrail& trail) {
    const auto at = std::ranges::find_if(trail, [](const engine::RuleStep& step) {
        return step.part == engine::RulePart::candidate &&
               step.outcome == engine::RuleOutcome::failed;
    });
    return at == trail.end() ? std::nullopt : std::optional(*at);
}

ListedTemplate listed(const Preview& preview, std::size_t place, Rights rights,
                      const engine::CaOffers& offers, const engine::RuleTrail& trail) {
    const engine::Template& wanted = preview.world.templates[place];
    ListedTemplate one{.name = wanted.name,
                       .display_name = wanted.display_name,
                       .oid = wanted.oid,
                       .version = engine::version_of(wanted),
                       .schema_version = wanted.schema_version,
                       .for_whom = (wanted.general_flags & engine::general_flag::kMachineType) != 0
                                       ? engine::Scope::machine
                                       : engine::Scope::user,
                       .read = std::move(rights.read),
                       .enroll = std::move(rights.enroll),
                       .autoenroll = std::move(rights.autoenroll),
                       .objection = first_objection(trail),
                       .decision = {}};
    if (const auto* decided =
            find_decision(preview.plan, engine::About::template_type, wanted.name)) {
        one.decision = *decided;
    }
    engine::CaOffer offer = offers.of(wanted.name);
    for (const engine::EnrollmentService* service : offer.open) {
        one.offered_by.push_back(service->ref().config());
    }
    one.closed = std::move(offer.closed);
    return one;
}

}  // namespace

Result<TemplateListing> list_templates(const Preview& preview, const std::string& ca,
                                       ListedTemplates which) {
    const engine::Snapshot& world = preview.world;
    const engine::EnrollmentService* service = nullptr;
    if (!ca.empty()) {
        auto asked = engine::find_ca(world.services, ca, did_you_mean);
        if (!asked) {
            return pass(asked);
        }
        service = *asked;
    }
    const engine::SidSet sids(world.account.sids);
    const engine::CaOffers offers(world.services, sids);
    TemplateListing listing{.scope = world.account.scope,
                            .now = world.now,
                            .account = world.account.sam_account_name,
                            .ca = service == nullptr ? std::string() : service->ref().config(),
                            .offline = preview.offline,
                            .notes = preview.notes};
    const auto trails = engine::explain_templates(world);
    for (std::size_t i = 0; i < world.templates.size(); ++i) {
        if (service != nullptr && !lists(*service, world.templates[i].name)) {
            continue;
        }
        Rights rights = rights_of(world.templates[i], sids);
        const bool may = rights.enroll.granted || rights.autoenroll.granted;
        if (!may && which == ListedTemplates::with_rights) {
            ++listing.left_out;
            continue;
        }
        listing.templates.push_back(listed(preview, i, std::move(rights), offers, trails[i]));
    }
    return listing;
}

}  // namespace ae::service
