// What the events of late say about one template.  Private to doctor; pure, any thread.
#pragma once

#include "service/doctor/examination.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace ae::service {

// The latest of these events that names the template (and, unless it is empty, the CA "host\name");
// nullptr: none is known.
const StoredEvent* latest_event(const Examination& seen,
                                std::initializer_list<engine::EventId> any_of,
                                std::string_view template_name, std::string_view ca = {});

// The request's number in such an event; empty when it has none.
std::string request_in(const StoredEvent& event);

// "CertEnroll 13 at 2026-11-21T12:00:00Z: ..."
std::string event_text(const StoredEvent& event);

}  // namespace ae::service
