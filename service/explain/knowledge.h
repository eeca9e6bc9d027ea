// What is known of result codes and events beyond their table's row: usual causes, and the
// diagnoses of `aeclient doctor` (docs/doctor.md) that tell them apart.
// Not for: meaning and remedy of a code (engine/base/hresult_table.h), or whether another CA is
// asked after it (engine/ca_choice.h): those are said once, there.
// Sources: [ERREF], [WCCE] 2.2.4, the troubleshooting guide [G], third parties [T].  Constant
// tables; any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/events.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace ae::service {

struct CodeKnowledge {
    std::uint32_t code = 0;
    std::string_view causes{};
    std::string_view diagnoses{};  // "NET1 NET2"; empty: doctor has none
};
std::span<const CodeKnowledge> code_knowledge();
const CodeKnowledge* knowledge_of(Hresult code);  // nullptr: the table's row is all there is

// Where an event stands; the last two are written by others than this client.
enum class EventOrigin {
    autoenrollment,
    certificate_services_client,
    cert_enroll,
    certification_authority,
    group_policy,
};
std::string_view to_string(EventOrigin origin);
EventOrigin origin_of(engine::EventSource source);

enum class WrittenBy { us, others };

struct EventKnowledge {
    EventOrigin origin{};
    std::uint32_t number = 0;
    std::string_view meaning{};
    std::string_view causes{};
    std::string_view remedy{};
    std::string_view diagnoses{};
    WrittenBy written_by = WrittenBy::us;
};
std::span<const EventKnowledge> event_knowledge();  // each once

}  // namespace ae::service
