#include "tests/lab/ca/call_log.h"

#include <fstream>

#include <nlohmann/json.hpp>

namespace ae::labca {
namespace {

template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::string call_line(const CallRecord& record, const Caller& caller) {
    const bool secured = caller.auth_type != 0;
    nlohmann::ordered_json line;
    line["method"] = record.method;
    line["principal"] = or_null(caller.principal);
    line["auth_type"] = secured ? nlohmann::ordered_json(caller.auth_type) : nullptr;
    line["auth_level"] = secured ? nlohmann::ordered_json(caller.auth_level) : nullptr;
    line["header_signing"] = secured ? nlohmann::ordered_json(caller.header_signing) : nullptr;
    line["flags"] = or_null(record.flags);
    line["attributes"] = or_null(record.attributes);
    line["request_format"] = or_null(record.request_format);
    line["archived_key"] = or_null(record.archived_key);
    line["template"] = or_null(record.template_name);
    line["request_id"] = or_null(record.request_id);
    line["disposition"] = or_null(record.disposition);
    // A hostile client may send text that is not UTF-8 after conversion: replace, never throw.
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::uint32_t hresult_of(const std::exception& error) {
    if (const auto* fault = dynamic_cast<const RpcFault*>(&error)) {
        return fault->status < 0x10000 ? 0x80070000 + fault->status : fault->status;
    }
    if (const auto* failure = dynamic_cast<const HresultError*>(&error)) {
        return failure->code;
    }
    return dynamic_cast<const ParseError*>(&error) != nullptr ? 0x800706f7 : 0x80004005;
}

void CallLog::write(const CallRecord& record, const Caller& caller) {
    const std::lock_guard lock(mutex_);
    std::ofstream(path_, std::ios::app) << call_line(record, caller) << '\n';
}

void require_privacy(const Caller& caller, Anonymous anonymous) {
    constexpr std::uint8_t kPrivacy = 6;
    const bool nobody = caller.auth_type == 0;
    if ((nobody && anonymous == Anonymous::allowed) || caller.auth_level == kPrivacy) {
        return;
    }
    throw RpcFault(5, "authentication level below packet privacy", Executed::no);
}

}  // namespace ae::labca
