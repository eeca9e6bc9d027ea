#include "policy/ldap_connection.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/ldap_bind.h"
#include "policy/ldap_error.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ae::policy {
namespace {

constexpr std::size_t kMostPages = 1000;  // half a million entries: no directory of ours
constexpr ber_int_t kPageSize = 500;      // below the 1000 that a controller sends at most
// [MS-ADTS] 3.1.1.3.4.1.11 and 3.1.1.3.4.1.5, each with its value, a SEQUENCE of one INTEGER.
constexpr const char* kSdFlagsControl = "1.2.840.113556.1.4.801";
// Owner, group and DACL: a plain account that asks for the SACL too gets nothing at all.
constexpr std::array<char, 5> kSdFlags{0x30, 0x03, 0x02, 0x01, 0x07};
constexpr const char* kExtendedDnControl = "1.2.840.113556.1.4.529";
constexpr std::array<char, 5> kStringForm{0x30, 0x03, 0x02, 0x01, 0x01};

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

timeval to_timeval(std::chrono::milliseconds time) {
    return {static_cast<time_t>(time.count() / 1000),
            static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

std::string purpose(const SearchRequest& request) {
    return "search below " + (request.base.empty() ? "the root DSE" : printable(request.base));
}

tl::unexpected<Error> fail_with(LDAP* ldap, int code, const char* server_text = nullptr) {
    if (code == LDAP_SUCCESS) {  // the library says nothing: ask it
        ::ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
    }
    auto context = ldap_text(code);
    if (server_text != nullptr && *server_text != '\0') {
        context += ", " + printable(server_text);
    }
    return fail(hresult_from_ldap(code), std::move(context));
}

LdapEntry to_entry(LDAP* ldap, LDAPMessage* message) {
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
            const auto text = std::string_view((*value)->bv_val, (*value)->bv_len);
            const auto octets = as_bytes(text);
            into.emplace_back(octets.begin(), octets.end());
        }
        name.reset(::ldap_next_attribute(ldap, message, position.get()));
    }
    return entry;
}

}  // namespace

Result<LdapConnection> LdapConnection::open(const LdapServer& server,
                                            const std::string& credential_cache,
                                            const LdapTimeouts& timeouts) {
    auto bound = connect_and_bind(server, credential_cache, timeouts);
    if (!bound) {
        return pass(bound);
    }
    return LdapConnection(std::move(bound->ldap), timeouts, bound->strength);
}

Result<int> LdapConnection::send(const SearchRequest& request, const std::string& cookie) {
    std::vector<std::string> names = request.attributes;
    std::vector<char*> attributes;
    attributes.reserve(names.size() + 1);
    for (auto& name : names) {
        attributes.push_back(name.data());
    }
    attributes.push_back(nullptr);

    std::array<LDAPControl*, 4> controls{};
    std::size_t used = 0;
    UniqueControl page;
    if (request.scope != SearchScope::base) {
        std::string copy = cookie;
        berval value{copy.size(), copy.data()};
        if (::ldap_create_page_control(ldap_.get(), kPageSize, &value, 1, page.put()) !=
            LDAP_SUCCESS) {
            return fail(kUnexpected, "the LDAP library cannot encode the page control");
        }
        controls[used++] = page.get();
    }
    auto flags = kSdFlags;
    std::string flags_oid = kSdFlagsControl;
    LDAPControl descriptors{flags_oid.data(), {flags.size(), flags.data()}, 1};
    if (request.descriptors == SecurityDescriptors::include) {
        controls[used++] = &descriptors;
    }
    auto form = kStringForm;
    std::string names_oid = kExtendedDnControl;
    LDAPControl names_control{names_oid.data(), {form.size(), form.data()}, 1};
    if (request.names == Names::extended) {
        controls[used++] = &names_control;
    }
    int id = 0;
    const int code = ::ldap_search_ext(ldap_.get(), request.base.c_str(), native(request.scope),
                                       request.filter.c_str(), attributes.data(), 0,
                                       used == 0 ? nullptr : controls.data(), nullptr, nullptr,
                                       LDAP_NO_LIMIT, &id);
    if (code != LDAP_SUCCESS) {
        return fail_with(ldap_.get(), code);
    }
    return id;
}

// Any message but nothing and failure.
Result<UniqueLdapMessage> LdapConnection::next_message(int message_id) {
    auto limit = to_timeval(timeouts_.answer);
    UniqueLdapMessage message;
    const int type = ::ldap_result(ldap_.get(), message_id, LDAP_MSG_ONE, &limit, message.put());
    if (type == 0) {
        ::ldap_abandon_ext(ldap_.get(), message_id, nullptr, nullptr);
        return fail_with(ldap_.get(), LDAP_TIMEOUT);
    }
    if (type == -1) {
        return fail_with(ldap_.get(), LDAP_SUCCESS);
    }
    return message;
}

Result<std::string> LdapConnection::receive(int message_id, SearchAnswer& answer) {
    for (;;) {
        auto message = next_message(message_id);
        if (!message) {
            return pass(message);
        }
        switch (::ldap_msgtype(message->get())) {
            case LDAP_RES_SEARCH_ENTRY:
                answer.entries.push_back(to_entry(ldap_.get(), message->get()));
                break;
            case LDAP_RES_SEARCH_REFERENCE:
                answer.complete = false;
                answer.problem = "the server refers to another server for a part of it";
                answer.code = kDirectoryReferral;
                break;
            case LDAP_RES_SEARCH_RESULT:
                return finish_page(message->get(), answer);
            default:
                break;  // intermediate responses and notices carry nothing for us
        }
    }
}

Result<std::string> LdapConnection::finish_page(LDAPMessage* message, SearchAnswer& answer) {
    int code = 0;
    UniqueText server_text;
    UniqueControls controls;
    const int parsed = ::ldap_parse_result(ldap_.get(), message, &code, nullptr, server_text.put(),
                                           nullptr, controls.put(), 0);
    if (parsed != LDAP_SUCCESS) {
        return fail_with(ldap_.get(), parsed);
    }
    switch (code) {
        case LDAP_SUCCESS:
            break;
        case LDAP_SIZELIMIT_EXCEEDED:
        case LDAP_TIMELIMIT_EXCEEDED:
        case LDAP_ADMINLIMIT_EXCEEDED:
        case LDAP_REFERRAL:
            answer.complete = false;
            answer.problem = "the server did not send all of it: " + ldap_text(code);
            answer.code = hresult_from_ldap(code);
            return std::string{};
        default:
            return fail_with(ldap_.get(), code, server_text.get());
    }
    std::string cookie;
    auto* page = ::ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls.get(), nullptr);
    if (page != nullptr) {
        ber_int_t estimate = 0;
        berval value{};
        if (::ldap_parse_pageresponse_control(ldap_.get(), page, &estimate, &value) ==
            LDAP_SUCCESS) {
            cookie.assign(value.bv_val == nullptr ? "" : value.bv_val, value.bv_len);
            ::ber_memfree(value.bv_val);
        }
    }
    return cookie;
}

// "tokenGroups;range=0-1499" is the first part of tokenGroups; asks until the last part has come.
Done LdapConnection::complete_ranges(LdapEntry& entry) {
    for (std::size_t part_number = 0; part_number < kMostPages; ++part_number) {
        std::optional<AttributeRange> range;
        AttributeMap::node_type part;
        for (auto at = entry.attributes.begin(); at != entry.attributes.end(); ++at) {
            if ((range = parse_range(at->first))) {
                part = entry.attributes.extract(at);
                break;
            }
        }
        if (!range) {
            return done();
        }
        auto& all = entry.attributes[range->name];
        all.insert(all.end(), part.mapped().begin(), part.mapped().end());
        if (range->is_last) {
            continue;
        }
        SearchRequest next{
            .base = entry.dn,
            .scope = SearchScope::base,
            .attributes = {range->name + ";range=" + std::to_string(range->next) + "-*"}};
        SearchAnswer answer;
        auto id = send(next, {});
        if (!id) {
            return pass(id);
        }
        if (auto received = receive(*id, answer); !received) {
            return pass(received);
        }
        const auto goes_on = [&](const auto& attribute) {
            const auto following = parse_range(attribute.first);
            return following && equal_ignoring_case(following->name, range->name) &&
                   !attribute.second.empty();
        };
        if (answer.entries.size() != 1 ||
            std::none_of(answer.entries[0].attributes.begin(), answer.entries[0].attributes.end(),
                         goes_on)) {
            return fail(kInvalidData, "the server does not send the rest of " + range->name);
        }
        entry.attributes.merge(answer.entries.front().attributes);
    }
    return fail(kInvalidData, "the server sends the parts of an attribute without end");
}

Result<SearchAnswer> LdapConnection::finish(Result<int> first, const SearchRequest& request) {
    SearchAnswer answer;
    auto id = std::move(first);
    for (std::size_t page = 0;; ++page) {
        if (!id) {
            return pass(id);
        }
        if (page == kMostPages) {
            return fail(kInvalidData, "the server sends pages without end");
        }
        auto cookie = receive(*id, answer);
        if (!cookie) {
            return pass(cookie);
        }
        if (cookie->empty()) {
            break;
        }
        id = send(request, *cookie);
    }
    for (auto& entry : answer.entries) {
        if (auto completed = complete_ranges(entry); !completed) {
            return pass(completed);
        }
    }
    return answer;
}

Result<SearchAnswer> LdapConnection::search(const SearchRequest& request) {
    auto answer = finish(send(request, {}), request);
    if (!answer) {
        return pass(answer, purpose(request));
    }
    return answer;
}

std::vector<SearchAnswer> LdapConnection::search_all(const std::vector<SearchRequest>& requests) {
    std::vector<Result<int>> sent;
    sent.reserve(requests.size());
    for (const auto& request : requests) {
        sent.push_back(send(request, {}));
    }
    std::vector<SearchAnswer> answers;
    answers.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto answer = finish(std::move(sent[i]), requests[i]);
        answers.push_back(answer ? std::move(*answer)
                                 : SearchAnswer{.complete = false,
                                                .problem = std::move(answer.error().context),
                                                .code = answer.error().code});
    }
    return answers;
}

Done LdapConnection::remove_value(const std::string& dn, const std::string& attribute,
                                  ByteView value) {
    std::string octets(as_text(value));
    berval one{octets.size(), octets.data()};
    std::array<berval*, 2> values{&one, nullptr};
    std::string name = attribute;
    LDAPMod change{LDAP_MOD_DELETE | LDAP_MOD_BVALUES, name.data(), {}};
    change.mod_bvalues = values.data();
    std::array<LDAPMod*, 2> changes{&change, nullptr};
    int id = 0;
    int code = ::ldap_modify_ext(ldap_.get(), dn.c_str(), changes.data(), nullptr, nullptr, &id);
    const auto doing = "remove a value of " + attribute + " of " + printable(dn);
    if (code != LDAP_SUCCESS) {
        return fail(std::move(fail_with(ldap_.get(), code).value()).within(doing));
    }
    auto message = next_message(id);
    if (!message) {
        return pass(message, doing);
    }
    UniqueText server_text;
    const int parsed = ::ldap_parse_result(ldap_.get(), message->get(), &code, nullptr,
                                           server_text.put(), nullptr, nullptr, 0);
    code = parsed == LDAP_SUCCESS ? code : parsed;
    if (code != LDAP_SUCCESS) {
        return fail(
            std::move(fail_with(ldap_.get(), code, server_text.get()).value()).within(doing));
    }
    return done();
}

}  // namespace ae::policy
