#include "tests/ca-client/com/scripted_ca.h"

#include "engine/base/text.h"
#include "engine/base/win32.h"

#include <algorithm>

namespace ae::test {
namespace {

constexpr DWORD kLongestHang = 120'000;  // ms

nlohmann::json text(LPCWSTR value) {
    return value == nullptr ? nlohmann::json() : nlohmann::json(narrow(value));
}

Bytes octets(const CERTTRANSBLOB& blob) { return {blob.pb, blob.pb + blob.cb}; }

// The stub frees what it has sent with CoTaskMemFree.
void give(const Bytes& octets, CERTTRANSBLOB& blob) {
    blob = {};
    if (!octets.empty()) {
        blob.cb = static_cast<ULONG>(octets.size());
        blob.pb = static_cast<byte*>(::CoTaskMemAlloc(octets.size()));
        std::ranges::copy(octets, blob.pb);
    }
}

Bytes terminated(const std::string& message) {
    if (message.empty()) {
        return {};
    }
    Bytes units = utf16le_from_utf8(message);
    units.insert(units.end(), 2, 0);
    return units;
}

}  // namespace

void report(const nlohmann::json& what, const std::filesystem::path& folder) {
    tell(what, folder);
    const UniqueWinHandle event(
        ::OpenEventW(EVENT_MODIFY_STATE, FALSE, told_event(folder).c_str()));
    ::SetEvent(event.get());
}

void hang(const std::filesystem::path& folder) {
    const UniqueWinHandle event(::OpenEventW(SYNCHRONIZE, FALSE, release_event(folder).c_str()));
    ::WaitForSingleObject(event.get(), kLongestHang);
}

HRESULT ScriptedCa::QueryInterface(REFIID iid, void** object) {
    *object = nullptr;
    const bool second = load(folder_).offers == Offers::second_interface;
    if (!::IsEqualIID(iid, IID_IUnknown) && !::IsEqualIID(iid, IID_ICertRequestD) &&
        !(second && ::IsEqualIID(iid, IID_ICertRequestD2))) {
        return E_NOINTERFACE;
    }
    AddRef();
    *object = this;  // each interface is a prefix of the next
    return S_OK;
}

ULONG ScriptedCa::AddRef() { return ++references_; }

ULONG ScriptedCa::Release() {
    const ULONG left = --references_;
    if (left == 0) {
        report({{"what", "released"}}, folder_);
        delete this;
    }
    return left;
}

Script ScriptedCa::hear(const nlohmann::json& heard) const {
    report(heard, folder_);
    Script script = load(folder_);
    if (script.call == WhenCalled::hangs) {
        hang(folder_);
    } else if (script.call == WhenCalled::crashes) {
        // Wine goes on offering the class of a process that ended without taking it back.
        ::CoRevokeClassObject(class_cookie);
        ::TerminateProcess(::GetCurrentProcess(), 3);
    }
    return script;
}

HRESULT ScriptedCa::answer(const nlohmann::json& heard, const Out& out) {
    const Script script = hear(heard);
    *out.request_id = script.request_id;
    *out.disposition = script.disposition;
    give(script.full_response, *out.full_response);
    give(script.certificate, *out.certificate);
    give(terminated(script.message), *out.message);
    return static_cast<HRESULT>(script.result);
}

HRESULT ScriptedCa::Request(ULONG flags, LPCWSTR authority, ULONG* request_id, ULONG* disposition,
                            LPCWSTR attributes, const CERTTRANSBLOB* request, CERTTRANSBLOB* chain,
                            CERTTRANSBLOB* certificate, CERTTRANSBLOB* message) {
    return answer({{"what", "Request"},
                   {"authority", text(authority)},
                   {"flags", flags},
                   {"request_id", *request_id},
                   {"attributes", text(attributes)},
                   {"octets", octets(*request)}},
                  {request_id, disposition, chain, certificate, message});
}

HRESULT ScriptedCa::Request2(LPCWSTR authority, ULONG flags, LPCWSTR serial, ULONG* request_id,
                             ULONG* disposition, LPCWSTR attributes, const CERTTRANSBLOB* request,
                             CERTTRANSBLOB* full_response, CERTTRANSBLOB* certificate,
                             CERTTRANSBLOB* message) {
    return answer({{"what", "Request2"},
                   {"authority", text(authority)},
                   {"flags", flags},
                   {"serial", text(serial)},
                   {"request_id", *request_id},
                   {"attributes", text(attributes)},
                   {"octets", octets(*request)}},
                  {request_id, disposition, full_response, certificate, message});
}

HRESULT ScriptedCa::Ping(LPCWSTR authority) {
    return static_cast<HRESULT>(hear({{"what", "Ping"}, {"authority", text(authority)}}).result);
}

HRESULT ScriptedCa::Ping2(LPCWSTR authority) {
    return static_cast<HRESULT>(hear({{"what", "Ping2"}, {"authority", text(authority)}}).result);
}

HRESULT ScriptedCa::tell_value(const nlohmann::json& heard, CERTTRANSBLOB& value, LONG* count) {
    Script script = hear(heard);
    script.value.resize(script.value.size() + script.padding);
    give(script.value, value);
    if (count != nullptr) {
        *count = static_cast<LONG>(script.count);
    }
    return static_cast<HRESULT>(script.result);
}

HRESULT ScriptedCa::GetCACert(ULONG selector, LPCWSTR authority, CERTTRANSBLOB* value) {
    return tell_value(
        {{"what", "GetCACert"}, {"selector", selector}, {"authority", text(authority)}}, *value);
}

HRESULT ScriptedCa::GetCAProperty(LPCWSTR authority, LONG id, LONG index, LONG type,
                                  CERTTRANSBLOB* value) {
    return tell_value({{"what", "GetCAProperty"},
                       {"authority", text(authority)},
                       {"id", id},
                       {"index", index},
                       {"type", type}},
                      *value);
}

HRESULT ScriptedCa::GetCAPropertyInfo(LPCWSTR authority, LONG* count, CERTTRANSBLOB* list) {
    return tell_value({{"what", "GetCAPropertyInfo"}, {"authority", text(authority)}}, *list,
                      count);
}

}  // namespace ae::test
