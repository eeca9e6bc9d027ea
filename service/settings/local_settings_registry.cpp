#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "service/settings/local_settings.h"

#include <string>

namespace ae::service {
namespace {

tl::unexpected<Error> fail_at(const LocalChange& change, LSTATUS status) {
    Error error =
        win32_error(static_cast<DWORD>(status),
                    "change the registry value " + change.key + '\\' + printable(change.name));
    if (status == ERROR_ACCESS_DENIED) {
        return fail(kAccessDenied, std::move(error.context), "Run it as an administrator");
    }
    return fail(std::move(error));
}

struct Place {
    HKEY hive;
    std::wstring path;
};
// "HKEY_LOCAL_MACHINE\Software\..." as the API takes it.
Place place_of(const std::string& key) {
    const auto slash = key.find('\\');
    const bool machine = key.substr(0, slash) == "HKEY_LOCAL_MACHINE";
    return {machine ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, wide(key.substr(slash + 1))};
}

LSTATUS set_value(HKEY key, const std::wstring& name, const policy::RegData& data) {
    if (const auto* number = std::get_if<std::uint32_t>(&data)) {
        const DWORD value = *number;
        return ::RegSetValueExW(key, name.c_str(), 0, REG_DWORD,
                                reinterpret_cast<const BYTE*>(&value), sizeof(value));
    }
    const std::wstring text = wide(std::get<std::string>(data));
    return ::RegSetValueExW(key, name.c_str(), 0, REG_SZ,
                            reinterpret_cast<const BYTE*>(text.c_str()),
                            static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t)));
}

}  // namespace

std::string local_place(const std::string& /*policy_dir*/) { return "the registry"; }

Done write_local(const std::string& /*policy_dir*/, const LocalChange& change) {
    const Place place = place_of(change.key);
    const std::wstring name = wide(change.name);
    UniqueRegistryKey key;
    LSTATUS status = ERROR_SUCCESS;
    if (change.data) {
        status = ::RegCreateKeyExW(place.hive, place.path.c_str(), 0, nullptr, 0,
                                   KEY_SET_VALUE | KEY_WOW64_64KEY, nullptr, key.put(), nullptr);
        status = status == ERROR_SUCCESS ? set_value(key.get(), name, *change.data) : status;
    } else {
        status = ::RegOpenKeyExW(place.hive, place.path.c_str(), 0, KEY_SET_VALUE | KEY_WOW64_64KEY,
                                 key.put());
        status = status == ERROR_SUCCESS ? ::RegDeleteValueW(key.get(), name.c_str()) : status;
        if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) {
            return done();  // it was not there
        }
    }
    return status == ERROR_SUCCESS ? done() : Done(fail_at(change, status));
}

}  // namespace ae::service
