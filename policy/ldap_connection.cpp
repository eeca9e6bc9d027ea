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
constexpr int kPageSize = 500;            // below the 1000 that a controller sends at most
// [MS-ADTS] 3.1.1.3.4.1.11 and 3.1.1.3.4.1.5, each with its value, a SEQUENCE of one INTEGER.
constexpr const char* kSdFlagsControl = "1.2.840.113556.1.4.801";
// Owner, group and DACL: a plain account that asks for the SACL too gets nothing at all.
constexpr std::array<std::uint8_t, 5> kSdFlags{0x30, 0x03, 0x02, 0x01, 0x07};
constexpr const char* kExtendedDnControl = "1.2.840.113556.1.4.529";
constexpr std::array<std::uint8_t, 5> kStringForm{0x30, 0x03, 0x02, 0x01, 0x01};

std::string purpose(const SearchRequest& request) {
    return "search below " + (request.base.empty() ? "the root DSE" : printable(request.base));
}

tl::unexpected<Error> fail_with(int code, const std::string& server_text = {}) {
    auto context = ldap_text(code);
    if (!server_text.empty()) {
        context += ", " + printable(server_text);
    }
    return fail(hresult_from_ldap(code), std::move(context));
}

// Results with which entries may have come all the same (RFC 4511 4.1.9).
bool is_cut(int code) {
    constexpr int kAdministrativeLimit = 11;  // the libraries spell it differently
    return code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_TIMELIMIT_EXCEEDED ||
           code == kAdministrativeLimit || code == LDAP_REFERRAL;
}

}  // namespace

Result<LdapConnection> LdapConnection::open(const LdapServer& server,
                                            const LdapCredentials& credentials,
                                            const LdapTimeouts& timeouts) {
    auto bound = connect_and_bind(server, credentials, timeouts);
    if (!bound) {
        return pass(bound);
    }
    return LdapConnection(std::move(bound->ldap), timeouts, bound->strength, bound->sealing);
}

Result<int> LdapConnection::send(const SearchRequest& request, const std::string& cookie) {
    LdapSearch search{.base = request.base,
                      .scope = request.scope,
                      .filter = request.filter,
                      .attributes = request.attributes};
    if (request.scope != SearchScope::base) {
        search.page_cookie = cookie;
        search.page_size = kPageSize;
    }
    if (request.descriptors == SecurityDescriptors::include) {
        search.controls.push_back({kSdFlagsControl, {kSdFlags.begin(), kSdFlags.end()}});
    }
    if (request.names == Names::extended) {
        search.controls.push_back({kExtendedDnControl, {kStringForm.begin(), kStringForm.end()}});
    }
    int id = 0;
    if (const int code = start_search(ldap_.get(), search, id); code != LDAP_SUCCESS) {
        return fail_with(code);
    }
    return id;
}

std::chrono::milliseconds LdapConnection::patience() const {
    if (!deadline_) {
        return timeouts_.answer;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        *deadline_ - std::chrono::steady_clock::now());
    return std::clamp(left, std::chrono::milliseconds{}, timeouts_.answer);
}

Result<Arrival> LdapConnection::next_message(int message_id, UniqueLdapMessage& message) {
    const Arrival arrival = await_message(ldap_.get(), message_id, patience(), message);
    if (arrival == Arrival::nothing) {
        abandon(ldap_.get(), message_id);
        return fail_with(LDAP_TIMEOUT);
    }
    if (arrival == Arrival::failure) {
        return fail_with(last_code(ldap_.get()));
    }
    return arrival;
}

Result<std::string> LdapConnection::receive(int message_id, SearchAnswer& answer) {
    for (;;) {
        UniqueLdapMessage message;
        auto arrival = next_message(message_id, message);
        if (!arrival) {
            return pass(arrival);
        }
        if (*arrival == Arrival::end) {
            return finish_page(message.get(), answer);
        }
        if (*arrival == Arrival::entry) {
            answer.entries.push_back(entry_of(ldap_.get(), message.get()));
        } else if (*arrival == Arrival::reference) {
            answer.complete = false;
            answer.problem = "the server refers to another server for a part of it";
            answer.code = kDirectoryReferral;
        }
        // Intermediate responses and notices carry nothing for us.
    }
}

Result<std::string> LdapConnection::finish_page(LDAPMessage* message, SearchAnswer& answer) {
    const auto outcome = outcome_of(ldap_.get(), message);
    if (outcome.parsed != LDAP_SUCCESS) {
        return fail_with(outcome.parsed);
    }
    if (outcome.code == LDAP_SUCCESS) {
        return outcome.page_cookie;
    }
    if (!is_cut(outcome.code)) {
        return fail_with(outcome.code, outcome.server_text);
    }
    answer.complete = false;
    answer.problem = "the server did not send all of it: " + ldap_text(outcome.code);
    answer.code = hresult_from_ldap(outcome.code);
    return std::string{};
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

Result<SearchAnswer> LdapConnection::search(const SearchRequest& request,
                                            std::chrono::milliseconds limit) {
    deadline_ = std::chrono::steady_clock::now() + limit;
    auto answer = search(request);
    deadline_.reset();
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
    const auto doing = "remove a value of " + attribute + " of " + printable(dn);
    int id = 0;
    if (const int code = start_removal(ldap_.get(), dn, attribute, value, id);
        code != LDAP_SUCCESS) {
        return fail(std::move(fail_with(code).value()).within(doing));
    }
    UniqueLdapMessage message;
    if (auto arrival = next_message(id, message); !arrival) {
        return pass(arrival, doing);
    }
    const auto outcome = outcome_of(ldap_.get(), message.get());
    const int code = outcome.parsed == LDAP_SUCCESS ? outcome.code : outcome.parsed;
    if (code != LDAP_SUCCESS) {
        return fail(std::move(fail_with(code, outcome.server_text).value()).within(doing));
    }
    return done();
}

}  // namespace ae::policy
