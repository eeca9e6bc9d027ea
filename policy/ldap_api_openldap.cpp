#include "engine/base/text.h"
#include "policy/ldap_api.h"

#include <array>
#include <utility>

#include <openldap.h>

namespace ae::policy {
namespace {

struct ControlTraits {
    using value_type = LDAPControl*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type control) noexcept { ::ldap_control_free(control); }
};
using UniqueControl = UniqueHandle<ControlTraits>;

struct ControlsTraits {
    using value_type = LDAPControl**;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type controls) noexcept { ::ldap_controls_free(controls); }
};
using UniqueControls = UniqueHandle<ControlsTraits>;

struct ValuesTraits {
    using value_type = berval**;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type values) noexcept { ::ldap_value_free_len(values); }
};
using UniqueValues = UniqueHandle<ValuesTraits>;

struct TextTraits {
    using value_type = char*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type text) noexcept { ::ldap_memfree(text); }
};
using UniqueText = UniqueHandle<TextTraits>;

struct BerTraits {
    using value_type = BerElement*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type ber) noexcept { ::ber_free(ber, 0); }
};
using UniqueBer = UniqueHandle<BerTraits>;

int native(SearchScope scope) {
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

std::string cookie_in(LDAP* ldap, LDAPControl** controls) {
    auto* page = ::ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nullptr);
    ber_int_t estimate = 0;
    berval value{};
    if (page == nullptr ||
        ::ldap_parse_pageresponse_control(ldap, page, &estimate, &value) != LDAP_SUCCESS ||
        value.bv_val == nullptr) {
        return {};
    }
    std::string cookie(value.bv_val, value.bv_len);
    ::ber_memfree(value.bv_val);
    return cookie;
}

}  // namespace

int start_search(LDAP* ldap, const LdapSearch& search, int& id) {
    LdapSearch copy = search;  // the library takes everything as if it could change it
    std::vector<char*> attributes;
    for (auto& name : copy.attributes) {
        attributes.push_back(name.data());
    }
    attributes.push_back(nullptr);

    std::vector<LDAPControl> values;
    values.reserve(copy.controls.size());
    std::vector<LDAPControl*> controls;
    UniqueControl page;
    if (copy.page_cookie) {
        berval cookie{copy.page_cookie->size(), copy.page_cookie->data()};
        const int code = ::ldap_create_page_control(ldap, copy.page_size, &cookie, 1, page.put());
        if (code != LDAP_SUCCESS) {
            return code;
        }
        controls.push_back(page.get());
    }
    for (auto& one : copy.controls) {
        values.push_back(
            {one.oid.data(), {one.value.size(), reinterpret_cast<char*>(one.value.data())}, 1});
        controls.push_back(&values.back());
    }
    controls.push_back(nullptr);
    return ::ldap_search_ext(ldap, copy.base.c_str(), native(copy.scope), copy.filter.c_str(),
                             attributes.data(), 0, controls.size() == 1 ? nullptr : controls.data(),
                             nullptr, nullptr, LDAP_NO_LIMIT, &id);
}

int start_removal(LDAP* ldap, const std::string& dn, const std::string& attribute, ByteView value,
                  int& id) {
    std::string octets(as_text(value));
    berval one{octets.size(), octets.data()};
    std::array<berval*, 2> values{&one, nullptr};
    std::string name = attribute;
    LDAPMod change{LDAP_MOD_DELETE | LDAP_MOD_BVALUES, name.data(), {}};
    change.mod_bvalues = values.data();
    std::array<LDAPMod*, 2> changes{&change, nullptr};
    return ::ldap_modify_ext(ldap, dn.c_str(), changes.data(), nullptr, nullptr, &id);
}

Arrival await_message(LDAP* ldap, int id, std::chrono::milliseconds limit,
                      UniqueLdapMessage& message) {
    timeval time{static_cast<time_t>(limit.count() / 1000),
                 static_cast<suseconds_t>(limit.count() % 1000 * 1000)};
    const int type = ::ldap_result(ldap, id, LDAP_MSG_ONE, &time, message.put());
    switch (type) {
        case 0:
            return Arrival::nothing;
        case -1:
            return Arrival::failure;
        case LDAP_RES_SEARCH_ENTRY:
            return Arrival::entry;
        case LDAP_RES_SEARCH_REFERENCE:
            return Arrival::reference;
        case LDAP_RES_SEARCH_RESULT:
        case LDAP_RES_MODIFY:
            return Arrival::end;
        default:
            return Arrival::other;
    }
}

void abandon(LDAP* ldap, int id) { ::ldap_abandon_ext(ldap, id, nullptr, nullptr); }

int last_code(LDAP* ldap) {
    int code = LDAP_OTHER;
    ::ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
    return code;
}

std::string ldap_text(int code) { return ::ldap_err2string(code); }

LdapEntry entry_of(LDAP* ldap, LDAPMessage* message) {
    LdapEntry entry;
    if (const UniqueText dn(::ldap_get_dn(ldap, message)); dn) {
        entry.dn = dn.get();
    }
    UniqueBer position;
    UniqueText name(::ldap_first_attribute(ldap, message, position.put()));
    while (name) {
        auto& into = entry.attributes[name.get()];
        const UniqueValues values(::ldap_get_values_len(ldap, message, name.get()));
        for (auto** value = values.get(); value != nullptr && *value != nullptr; ++value) {
            const auto octets = as_bytes({(*value)->bv_val, (*value)->bv_len});
            into.emplace_back(octets.begin(), octets.end());
        }
        name.reset(::ldap_next_attribute(ldap, message, position.get()));
    }
    return entry;
}

LdapOutcome outcome_of(LDAP* ldap, LDAPMessage* message) {
    LdapOutcome outcome;
    UniqueText server_text;
    UniqueControls controls;
    outcome.parsed = ::ldap_parse_result(ldap, message, &outcome.code, nullptr, server_text.put(),
                                         nullptr, controls.put(), 0);
    if (outcome.parsed == LDAP_SUCCESS) {
        outcome.server_text = server_text ? server_text.get() : "";
        outcome.page_cookie = cookie_in(ldap, controls.get());
    }
    return outcome;
}

}  // namespace ae::policy
