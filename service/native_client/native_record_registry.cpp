#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/native_client/native_record.h"

namespace ae::service {
namespace {

constexpr const wchar_t* kKey = L"Software\\AeClient";
constexpr const wchar_t* kValue = L"DisabledNativeTasks";
constexpr const char* kPlace = "HKLM\\Software\\AeClient, value DisabledNativeTasks";

bool is_absent(LSTATUS status) {
    return status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND;
}

Error failed_to(const char* verb, LSTATUS status) {
    return win32_error(static_cast<DWORD>(status), std::string(verb) + ' ' + kPlace);
}

std::vector<std::string> names_in(const std::wstring& list) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < list.size() && list[begin] != L'\0';) {
        const std::size_t end = std::min(list.find(L'\0', begin), list.size());
        names.push_back(narrow(std::wstring_view(list).substr(begin, end - begin)));
        begin = end + 1;
    }
    return names;
}

Done forget() {
    const LSTATUS status = ::RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, kKey, kValue);
    return status == ERROR_SUCCESS || is_absent(status) ? done()
                                                        : fail(failed_to("delete", status));
}

class RegistryRecord final : public NativeRecord {
  public:
    Result<std::vector<std::string>> load() override {
        DWORD size = 0;
        LSTATUS status = read(nullptr, size);
        if (is_absent(status)) {
            return std::vector<std::string>{};
        }
        std::wstring list(size / sizeof(wchar_t), L'\0');
        if (status == ERROR_SUCCESS) {
            status = read(list.data(), size);
        }
        if (status == ERROR_UNSUPPORTED_TYPE) {
            return fail(kInvalidData, std::string(kPlace) + " is no list of names (REG_MULTI_SZ)",
                        "Delete it, then run aeclient native-client disable again");
        }
        if (status != ERROR_SUCCESS) {
            return fail(failed_to("read", status));
        }
        return names_in(list);
    }

    Done save(const std::vector<std::string>& tasks) override {
        if (tasks.empty()) {
            return forget();
        }
        std::wstring list;
        for (const std::string& name : tasks) {
            list += wide(name) + L'\0';
        }
        list += L'\0';
        UniqueRegistryKey key;
        LSTATUS status = ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, kKey, 0, nullptr, 0, KEY_SET_VALUE,
                                           nullptr, key.put(), nullptr);
        if (status == ERROR_SUCCESS) {
            status = ::RegSetValueExW(key.get(), kValue, 0, REG_MULTI_SZ,
                                      reinterpret_cast<const BYTE*>(list.data()),
                                      static_cast<DWORD>(list.size() * sizeof(wchar_t)));
        }
        if (status == ERROR_SUCCESS) {
            status = ::RegFlushKey(key.get());
        }
        return status == ERROR_SUCCESS ? done() : fail(failed_to("write", status));
    }

  private:
    static LSTATUS read(wchar_t* list, DWORD& size) {
        return ::RegGetValueW(HKEY_LOCAL_MACHINE, kKey, kValue, RRF_RT_REG_MULTI_SZ, nullptr, list,
                              &size);
    }
};

}  // namespace

std::unique_ptr<NativeRecord> make_native_record() { return std::make_unique<RegistryRecord>(); }

}  // namespace ae::service
