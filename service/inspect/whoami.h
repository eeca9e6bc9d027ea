// Who a context is: to the directory, and to a CA by the tickets that it shows there.  The
// difference is what a membership newer than the sign-in looks like (rule S11, diagnosis RGT5).
// The comparison is the engine's (engine/ticket_age.h).  Values; pure, any thread.
#pragma once

#include "service/preview.h"
#include "service/style.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::service {

enum class Membership { both, directory_only, session_only, not_compared };

struct GroupSeen {
    Sid sid{};
    std::string name{};  // empty: nobody told it
    Membership seen = Membership::not_compared;
};

struct Identity {
    engine::Scope scope{};
    std::string account{};  // "WS1$"
    std::string domain{};
    std::string distinguished_name{};
    std::string dns_host_name{};
    std::string sid{};
    std::string controller{};
    std::string site{};
    std::vector<GroupSeen> groups{};  // by SID; the account's own is none
    std::size_t missing = 0;          // groups of the directory that the tickets lack
    std::size_t surplus = 0;          // and the other way round
    std::string session_problem{};    // why the tickets were not compared; empty: they were
    std::optional<Offline> offline{};
    Time now{};
};

Identity identity_of(const Preview& preview);

enum class Groups { summary, all };
std::string identity_as_text(const Identity& identity, Groups groups, Style style);
std::string identity_as_json(const Identity& identity, Groups groups);

}  // namespace ae::service
