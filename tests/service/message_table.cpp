#include "tests/service/message_table.h"

#include "engine/base/text.h"
#include "service/eventlog_entry.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <regex>

namespace ae::test {
namespace {

std::string source_text(const char* path) {
    std::string text = read_text(std::string(AE_SOURCE_DIR "/") + path);
    if (text.empty()) {
        throw std::runtime_error(std::string("cannot read ") + path);
    }
    return text;
}

std::vector<std::pair<std::uint32_t, Message>> all_messages() {
    static const std::regex kEntry(
        "MessageId=(\\d+)\nSeverity=(\\w+)\nFacility=(\\w+)\nSymbolicName=\\w+\n"
        "Language=English\n([^\n]*)\n\\.\n");
    const std::string text = source_text("packaging/windows/events.mc");
    std::vector<std::pair<std::uint32_t, Message>> found;
    for (std::sregex_iterator at(text.begin(), text.end(), kEntry); at != std::sregex_iterator();
         ++at) {
        found.emplace_back(static_cast<std::uint32_t>(std::stoul((*at)[1])),
                           Message{(*at)[2], (*at)[3], (*at)[4]});
    }
    const auto expected = std::ranges::count_if(
        split(text, '\n'), [](std::string_view line) { return line.starts_with("MessageId="); });
    if (static_cast<std::size_t>(expected) != found.size()) {
        throw std::runtime_error("an entry of events.mc has another form");
    }
    return found;
}

}  // namespace

std::map<MessageKey, Message> messages_of_events() {
    std::map<MessageKey, Message> found;
    for (const auto& [number, message] : all_messages()) {
        if (number != service::kRemarkNumber &&
            !found.emplace(MessageKey{message.facility, number}, message).second) {
            throw std::runtime_error("events.mc has a number twice");
        }
    }
    return found;
}

std::vector<Message> messages_of_remarks() {
    std::vector<Message> found;
    for (const auto& [number, message] : all_messages()) {
        if (number == service::kRemarkNumber) {
            found.push_back(message);
        }
    }
    return found;
}

std::vector<DeclaredEvent> declared_events() {
    static const std::regex kLine("\n    (\\w+) = 0x([0-9A-F]+),[ ]*(?://([^\n]*))?");
    const std::string text = source_text("engine/events.h");
    std::vector<DeclaredEvent> found;
    for (std::sregex_iterator at(text.begin(), text.end(), kLine); at != std::sregex_iterator();
         ++at) {
        const std::string names = (*at)[3];
        const bool none = trim(names).empty();
        found.push_back({(*at)[1], static_cast<engine::EventId>(std::stoul((*at)[2], nullptr, 16)),
                         1 + (none ? 0 : split(names, ',').size())});
    }
    return found;
}

std::vector<std::string> marks(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 1; i <= count; ++i) {
        all.push_back("<" + std::to_string(i) + ">");
    }
    return all;
}

}  // namespace ae::test
