// The registry as one RegFile of values that are set: the keys are spelt as a *.reg file spells
// them, so that everything that judges values is the code that Linux runs. HKEY_CURRENT_USER is
// that of the account that this process runs as: a user's policy is read by the user host and its
// workers, which run as the user, and never by the service. What changes while this reads may be
// seen half; then the watch of the same keys wakes the host once more (service/host/watches.h).
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "policy/reg_files.h"
#include "policy/registry_places.h"

#include <array>
#include <string>
#include <utility>

namespace ae::policy {
namespace {

constexpr DWORD kLongestValueName = 16383;        // [Registry element size limits]
constexpr DWORD kLongestKeyName = 255;            // the same
constexpr DWORD kMostOctetsOfValue = 64U << 10U;  // ours: no setting is anywhere near
constexpr DWORD kMostOfKey = 1000;                // values, and keys below: the same

struct Hive {
    HKEY root;
    engine::Scope scope;
};
const std::array kHivesRead = {Hive{HKEY_LOCAL_MACHINE, engine::Scope::machine},
                               Hive{HKEY_CURRENT_USER, engine::Scope::user}};

tl::unexpected<Error> fail_reading(const std::string& key, LSTATUS status) {
    const auto code = static_cast<DWORD>(status);
    Error error = win32_error(code, "the registry key " + printable(key) + " cannot be read");
    if (code == ERROR_ACCESS_DENIED) {
        return fail(kAccessDenied, std::move(error.context),
                    "Give the account that runs this the right to read the key.");
    }
    return fail(kReadFault, error.context + ", code " + std::to_string(code));
}

tl::unexpected<Error> fail_too_large(const std::string& key, const std::string& what) {
    return fail(kInvalidData, "the registry key " + printable(key) + " holds " + what,
                "Remove what does not belong there.");
}

// [REG_SZ]: the NUL at the end may be there or not, and everything behind the first one is nothing.
std::string text_of(const std::vector<BYTE>& data, DWORD size) {
    std::wstring text(size / sizeof(wchar_t), L'\0');
    std::copy_n(data.data(), text.size() * sizeof(wchar_t), reinterpret_cast<BYTE*>(text.data()));
    return narrow(text.substr(0, text.find(L'\0')));
}

RegData to_data(DWORD type, const std::vector<BYTE>& data, DWORD size) {
    if (type == REG_SZ) {
        return text_of(data, size);
    }
    if (type == REG_DWORD && size == sizeof(std::uint32_t)) {
        return std::uint32_t{data[0]} | std::uint32_t{data[1]} << 8U |
               std::uint32_t{data[2]} << 16U | std::uint32_t{data[3]} << 24U;
    }
    return OtherRegData{type, {data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size)}};
}

// Nothing when there is no such key.
Result<UniqueRegistryKey> open_key(HKEY parent, std::string_view path, const std::string& name) {
    UniqueRegistryKey key;
    const LSTATUS status =
        ::RegOpenKeyExW(parent, wide(path).c_str(), 0,
                        KEY_QUERY_VALUE | KEY_ENUMERATE_SUB_KEYS | KEY_WOW64_64KEY, key.put());
    if (status != ERROR_SUCCESS && status != ERROR_FILE_NOT_FOUND &&
        status != ERROR_PATH_NOT_FOUND) {
        return fail_reading(name, status);
    }
    return key;
}

Done read_values(HKEY key, const std::string& name, std::vector<RegOperation>& into) {
    std::vector<wchar_t> value_name(kLongestValueName + 1);
    std::vector<BYTE> data(kMostOctetsOfValue);
    for (DWORD index = 0;; ++index) {
        auto length = static_cast<DWORD>(value_name.size());
        auto size = static_cast<DWORD>(data.size());
        DWORD type = REG_NONE;
        const LSTATUS status = ::RegEnumValueW(key, index, value_name.data(), &length, nullptr,
                                               &type, data.data(), &size);
        if (status == ERROR_NO_MORE_ITEMS) {
            return done();
        }
        if (status == ERROR_MORE_DATA) {
            return fail_too_large(name, "a value of more than 64 KiB");
        }
        if (status != ERROR_SUCCESS) {
            return fail_reading(name, status);
        }
        if (index == kMostOfKey) {
            return fail_too_large(name, "more than 1000 values");
        }
        into.push_back({RegAction::set_value, name, narrow({value_name.data(), length}),
                        to_data(type, data, size)});
    }
}

Done read_key(HKEY parent, std::string_view path, const std::string& name, KeysBelow below,
              std::vector<RegOperation>& into);

Done read_keys_below(HKEY key, const std::string& name, std::vector<RegOperation>& into) {
    std::array<wchar_t, kLongestKeyName + 1> child{};
    for (DWORD index = 0;; ++index) {
        auto length = static_cast<DWORD>(child.size());
        const LSTATUS status =
            ::RegEnumKeyExW(key, index, child.data(), &length, nullptr, nullptr, nullptr, nullptr);
        if (status == ERROR_NO_MORE_ITEMS) {
            return done();
        }
        if (status != ERROR_SUCCESS) {
            return fail_reading(name, status);
        }
        if (index == kMostOfKey) {
            return fail_too_large(name, "more than 1000 keys");
        }
        const std::string path = narrow({child.data(), length});
        if (auto read = read_key(key, path, name + '\\' + path, KeysBelow::ignored, into); !read) {
            return read;
        }
    }
}

Done read_key(HKEY parent, std::string_view path, const std::string& name, KeysBelow below,
              std::vector<RegOperation>& into) {
    auto key = open_key(parent, path, name);
    if (!key) {
        return pass(key);
    }
    if (!*key) {
        return done();
    }
    into.push_back({RegAction::open_key, name, {}, {}});  // it counts even without values (rule A6)
    if (auto read = read_values(key->get(), name, into); !read) {
        return read;
    }
    return below == KeysBelow::read ? read_keys_below(key->get(), name, into) : done();
}

}  // namespace

Result<std::vector<RegFile>> load_reg_files(const std::string& /*path*/) {
    RegFile all{"the registry", {}};
    for (const auto& hive : kHivesRead) {
        for (const auto& one : kRegistryPlaces) {
            const auto name = hive_of(hive.scope) + std::string(one.key);
            if (auto read = read_key(hive.root, one.key, name, one.below, all.operations); !read) {
                return pass(read);
            }
        }
    }
    return std::vector<RegFile>{std::move(all)};
}

}  // namespace ae::policy
