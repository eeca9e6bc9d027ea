// The wide functions throughout: the narrow ones speak the process' code page.
#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "policy/ldap_api.h"

#include <array>
#include <utility>

#include <winber.h>

namespace ae::policy {
namespace {

struct ControlTraits {
    using value_type = LDAPControlW*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type control) noexcept { ::ldap_control_freeW(control); }
};
using UniqueControl = UniqueHandle<ControlTraits>;

struct ControlsTraits {
    using value_type = LDAPControlW**;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type controls) noexcept { ::ldap_controls_freeW(controls); }
};
using UniqueControls = UniqueHandle<ControlsTraits>;

struct ValuesTraits {
    using value_type = berval**;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type values) noexcept { ::ldap_value_free_len(values); }
};
using UniqueValues = UniqueHandle<ValuesTraits>;

struct ValueTraits {
    using value_type = berval*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type value) noexcept { ::ber_bvfree(value); }
};
using UniqueValue = UniqueHandle<ValueTraits>;

struct TextTraits {
    using value_type = wchar_t*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type text) noexcept { ::ldap_memfreeW(text); }
};
using UniqueText = UniqueHandle<TextTraits>;

struct BerTraits {
    using value_type = BerElement*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type ber) noexcept { ::ber_free(ber, 0); }
};
using UniqueBer = UniqueHandle<BerTraits>;

ULONG native(SearchScope scope) {
    switch (scope) {
        case SearchScope::one_level:
            return LDAP_SCOPE_ONELEVEL;
        case SearchScope::subtree:
            return LDAP_SCOPE_SUBTREE;
        case SearchScope::base:
            break;
    }
    return LDAP_SCOPE_BASE;
}

// Views octets, which must outlive it.
berval value_of(std::string& octets) { return {static_cast<ULONG>(octets.size()), octets.data()}; }

std::string text_of(const UniqueText& text) { return text ? narrow(text.get()) : std::string(); }

std::string cookie_in(LDAP* ldap, LDAPControlW** controls) {
    ULONG estimate = 0;
    UniqueValue value;
    if (controls == nullptr ||
        ::ldap_parse_page_controlW(ldap, controls, &estimate, value.put()) != LDAP_SUCCESS ||
        !value || value.get()->bv_val == nullptr) {
        return {};
    }
    return {value.get()->bv_val, value.get()->bv_len};
}

int number(ULONG code) { return static_cast<int>(code); }

}  // namespace

int start_search(LDAP* ldap, const LdapSearch& search, int& id) {
    std::vector<std::wstring> names;
    std::vector<wchar_t*> attributes;
    names.reserve(search.attributes.size());
    for (const auto& name : search.attributes) {
        attributes.push_back(names.emplace_back(wide(name)).data());
    }
    attributes.push_back(nullptr);

    struct Control {
        std::wstring oid;
        std::string value;
        LDAPControlW native;
    };
    std::vector<Control> values;
    values.reserve(search.controls.size());
    std::vector<LDAPControlW*> controls;
    UniqueControl page;
    std::string cookie = search.page_cookie.value_or(std::string{});
    if (search.page_cookie) {
        berval value = value_of(cookie);
        const ULONG code = ::ldap_create_page_controlW(ldap, static_cast<ULONG>(search.page_size),
                                                       &value, TRUE, page.put());
        if (code != LDAP_SUCCESS) {
            return number(code);
        }
        controls.push_back(page.get());
    }
    for (const auto& one : search.controls) {
        auto& control = values.emplace_back(
            Control{wide(one.oid), std::string(as_text(ByteView(one.value))), {}});
        control.native = {control.oid.data(), value_of(control.value), TRUE};
        controls.push_back(&control.native);
    }
    controls.push_back(nullptr);
    std::wstring base = wide(search.base);
    std::wstring filter = wide(search.filter);
    ULONG message_number = 0;
    const ULONG code =
        ::ldap_search_extW(ldap, base.data(), native(search.scope), filter.data(),
                           attributes.data(), 0, controls.size() == 1 ? nullptr : controls.data(),
                           nullptr, 0, LDAP_NO_LIMIT, &message_number);
    id = number(message_number);
    return number(code);
}

int start_removal(LDAP* ldap, const std::string& dn, const std::string& attribute, ByteView value,
                  int& id) {
    std::string octets(as_text(value));
    berval one = value_of(octets);
    std::array<berval*, 2> values{&one, nullptr};
    std::wstring name = wide(attribute);
    LDAPModW change{LDAP_MOD_DELETE | LDAP_MOD_BVALUES, name.data(), {}};
    change.mod_bvalues = values.data();
    std::array<LDAPModW*, 2> changes{&change, nullptr};
    std::wstring object = wide(dn);
    ULONG message_number = 0;
    const ULONG code =
        ::ldap_modify_extW(ldap, object.data(), changes.data(), nullptr, nullptr, &message_number);
    id = number(message_number);
    return number(code);
}

Arrival await_message(LDAP* ldap, int id, std::chrono::milliseconds limit,
                      UniqueLdapMessage& message) {
    l_timeval time{static_cast<LONG>(limit.count() / 1000),
                   static_cast<LONG>(limit.count() % 1000 * 1000)};
    constexpr ULONG kNoMessage = 0xFFFFFFFF;
    // What it returns is the kind; Wine leaves the message's own member for it empty.
    const ULONG type =
        ::ldap_result(ldap, static_cast<ULONG>(id), LDAP_MSG_ONE, &time, message.put());
    switch (type) {
        case 0:
            return Arrival::nothing;
        case kNoMessage:
            return Arrival::failure;
        case LDAP_RES_SEARCH_ENTRY:
            return Arrival::entry;
        case LDAP_RES_REFERRAL:
            return Arrival::reference;
        case LDAP_RES_SEARCH_RESULT:
        case LDAP_RES_MODIFY:
            return Arrival::end;
        default:
            return Arrival::other;
    }
}

void abandon(LDAP* ldap, int id) { ::ldap_abandon(ldap, static_cast<ULONG>(id)); }

int last_code(LDAP* ldap) {
    ULONG code = LDAP_OTHER;
    ::ldap_get_optionW(ldap, LDAP_OPT_ERROR_NUMBER, &code);
    return number(code);
}

std::string ldap_text(int code) {
    const wchar_t* text = ::ldap_err2stringW(static_cast<ULONG>(code));
    return text == nullptr ? "LDAP code " + std::to_string(code) : narrow(text);
}

LdapEntry entry_of(LDAP* ldap, LDAPMessage* message) {
    LdapEntry entry;
    entry.dn = text_of(UniqueText(::ldap_get_dnW(ldap, message)));
    UniqueBer position;
    UniqueText name(::ldap_first_attributeW(ldap, message, position.put()));
    while (name) {
        auto& into = entry.attributes[narrow(name.get())];
        const UniqueValues values(::ldap_get_values_lenW(ldap, message, name.get()));
        for (auto** value = values.get(); value != nullptr && *value != nullptr; ++value) {
            const auto octets = as_bytes({(*value)->bv_val, (*value)->bv_len});
            into.emplace_back(octets.begin(), octets.end());
        }
        name.reset(::ldap_next_attributeW(ldap, message, position.get()));
    }
    return entry;
}

LdapOutcome outcome_of(LDAP* ldap, LDAPMessage* message) {
    LdapOutcome outcome;
    ULONG code = 0;
    UniqueText server_text;
    UniqueControls controls;
    outcome.parsed = number(::ldap_parse_resultW(ldap, message, &code, nullptr, server_text.put(),
                                                 nullptr, controls.put(), FALSE));
    if (outcome.parsed == LDAP_SUCCESS) {
        outcome.code = number(code);
        outcome.server_text = text_of(server_text);
        outcome.page_cookie = cookie_in(ldap, controls.get());
    }
    return outcome;
}

}  // namespace ae::policy
