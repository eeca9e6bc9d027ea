#include "service/journal_fields.h"

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#include <array>
#include <string_view>

namespace ae::service {
namespace {

constexpr std::string_view kMessageIdPrefix = "012cb7a52fc742ceb3e407d0";
constexpr std::string_view kIdentifier = "aeclient";

std::string message_id(unsigned source, std::uint32_t number) {
    const std::array<std::uint8_t, 4> octets{
        static_cast<std::uint8_t>(source >> 8U), static_cast<std::uint8_t>(source),
        static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
    return std::string(kMessageIdPrefix) + to_hex(octets);
}

// [RFC 5424] 6.2.1, as the journal has it.
std::string_view priority_of(engine::EventLevel level) {
    switch (level) {
        case engine::EventLevel::error:
            return "3";
        case engine::EventLevel::warning:
            return "4";
        case engine::EventLevel::information:
            break;
    }
    return "6";
}

class Fields {
  public:
    void add(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            fields_.push_back(std::string(name) + '=' + printable(value));
        }
    }
    std::vector<std::string> take() && { return std::move(fields_); }

  private:
    std::vector<std::string> fields_{};
};

Fields common(std::string_view text, std::string_view id, engine::EventLevel level,
              engine::Scope scope) {
    Fields fields;
    fields.add("MESSAGE", text);
    fields.add("MESSAGE_ID", id);
    fields.add("PRIORITY", priority_of(level));
    fields.add("SYSLOG_IDENTIFIER", kIdentifier);
    fields.add("AE_CONTEXT", engine::to_string(scope));
    return fields;
}

}  // namespace

std::vector<std::string> journal_fields(const engine::Event& event, engine::Scope scope) {
    Fields fields = common(event.text, message_id_of(event), event.level, scope);
    fields.add("AE_SOURCE", engine::to_string(event.source));
    fields.add("AE_EVENT_ID", std::to_string(event.number));
    fields.add("AE_TEMPLATE", event.template_name);
    fields.add("AE_CA", event.ca);
    return std::move(fields).take();
}

std::vector<std::string> journal_fields(const Remark& remark, engine::Scope scope) {
    Fields fields = common(remark.text, message_id_of(remark), remark.level, scope);
    fields.add("AE_SOURCE", kIdentifier);
    fields.add("AE_TEMPLATE", remark.template_name);
    return std::move(fields).take();
}

std::string message_id_of(const engine::Event& event) {
    return message_id(static_cast<unsigned>(event.source) + 1, event.number);
}
std::string message_id_of(const Remark&) { return message_id(0, 0); }

}  // namespace ae::service
