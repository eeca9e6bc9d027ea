// packaging/windows/events.mc and the numbers of engine/events.h, read as text.
#pragma once

#include "engine/events.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ae::test {

struct Message {
    std::string severity{};  // "Informational"
    std::string facility{};  // "CertEnroll"
    std::string text{};      // with %1, %2
};
using MessageKey = std::pair<std::string, std::uint32_t>;  // facility, number

// Without the remarks, of which one number has three severities.
std::map<MessageKey, Message> messages_of_events();
std::vector<Message> messages_of_remarks();

struct DeclaredEvent {
    std::string name{};  // "ce_enrolled"
    engine::EventId id{};
    std::size_t parameters = 0;  // with the scope
};
std::vector<DeclaredEvent> declared_events();

// "<1>", "<2>", ... for as many parameters.
std::vector<std::string> marks(std::size_t count);

}  // namespace ae::test
