#include "service/look_parts.h"

#include "engine/base/hresult_table.h"

#include <algorithm>

namespace ae::service {

std::string_view to_string(engine::ChainState state) {
    switch (state) {
        case engine::ChainState::valid:
            return "valid";
        case engine::ChainState::revoked:
            return "revoked";
        case engine::ChainState::untrusted:
            return "not trusted";
        case engine::ChainState::expired:
            return "expired";
        case engine::ChainState::malformed:
            break;
    }
    return "malformed";
}

Json chain_json(const engine::ChainStatus& chain) {
    Json json = {{"state", to_string(chain.state)},
                 {"detail", chain.detail},
                 {"revocation_problem", nullptr}};
    if (chain.revocation_problem) {
        json["revocation_problem"] = to_hex(*chain.revocation_problem);
    }
    return json;
}

Json offline_json(const std::optional<Offline>& offline, Time now) {
    if (!offline) {
        return nullptr;
    }
    Json json = source_json(offline->source, now);
    json["problem"] = offline->problem;
    return json;
}

const engine::Decision* find_decision(const engine::Plan& plan, engine::About about,
                                      std::string_view name) {
    const auto at = std::ranges::find_if(plan.decisions, [&](const engine::Decision& one) {
        const bool of_template = about == engine::About::template_type;
        return one.about == about && (of_template ? one.template_name : one.subject) == name;
    });
    return at == plan.decisions.end() ? nullptr : &*at;
}

}  // namespace ae::service
