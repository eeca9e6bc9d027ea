#include "service/doctor/event_search.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::size_t kRequestPlace = 3;  // scope, template, CA, request (engine/events.h)

}  // namespace

const StoredEvent* latest_event(const Examination& seen,
                                std::initializer_list<engine::EventId> any_of,
                                std::string_view template_name, std::string_view ca) {
    const auto fits = [&](const StoredEvent& one) {
        const EventName name{one.event.source, one.event.number};
        return equal_ignoring_case(one.event.template_name, template_name) &&
               (ca.empty() || equal_ignoring_case(one.event.ca, ca)) &&
               std::ranges::any_of(any_of, [&](engine::EventId id) { return name_of(id) == name; });
    };
    const auto at = std::find_if(seen.events.rbegin(), seen.events.rend(), fits);
    return at == seen.events.rend() ? nullptr : &*at;
}

std::string request_in(const StoredEvent& event) {
    const auto& parameters = event.event.parameters;
    return parameters.size() > kRequestPlace ? parameters[kRequestPlace] : std::string();
}

std::string event_text(const StoredEvent& event) {
    return std::string(to_string(event.event.source)) + ' ' + std::to_string(event.event.number) +
           " at " + ae::to_string(event.when) + ": " + event.event.text;
}

}  // namespace ae::service
