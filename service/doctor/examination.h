// All that `aeclient doctor` looks at, as plain values: what the engine sees (Preview), what
// earlier runs left (ContextStatus, events) and what was tried now.  The same examination always
// gives the same diagnosis (doctor.h). Not for: judging.  Gathered by collect.h on this machine, or
// out of a capture.
#pragma once

#include "service/doctor/finding.h"
#include "service/event_store.h"
#include "service/key_test/key_test.h"
#include "service/preview.h"
#include "service/probed_ca.h"
#include "service/status.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ae::service {

struct EnvironmentFacts {
    std::string domain{};                 // "corp.example.test"; empty: no member
    std::optional<Error> not_a_member{};  // why who we are could not be found out
    std::string host{};                   // this host's own name
    std::string account{};                // "WS1$", "alice"
    std::string process_account{};        // who runs doctor
    // ENV2, in the order in which they are needed: SRV records, LDAP, Kerberos.
    std::vector<Attempt> controller{};
    std::optional<std::chrono::seconds> skew{};  // the controller's clock minus ours
    std::optional<Attempt> sign_in{};            // the account's own Kerberos exchange
    bool user_is_local = false;   // ENV4: a local or service account, or no tickets of the domain
    bool other_identity = false;  // ENV5: the process is not the session's owner
    std::vector<std::string> other_clients{};  // enabled tasks of Windows' own client
};

// Group policy as this host could have got it (POL6); empty where that cannot be told.
struct GroupPolicyFacts {
    std::optional<std::uint32_t> in_directory{};  // AEPolicy of a GPO that applies to the account
    std::string source{};                         // that GPO
    std::optional<Time> refreshed{};
    std::string refresh_result{};
    std::string not_told{};        // why `in_directory` is not known; empty: it is
    bool legacy_requests = false;  // Automatic Certificate Request Settings are present
};

struct Examination {
    engine::Scope scope{};
    Time now{};
    bool captured = false;  // out of a capture: nothing of this machine is known
    bool live = false;
    std::string template_name{};  // asked for alone; empty: all
    std::string ca{};             // the same, "host\\name"
    EnvironmentFacts environment{};
    GroupPolicyFacts group_policy{};
    // What the last good replica says of templates (RGT7, TRG2); empty: there is none.
    std::vector<engine::Template> kept_templates{};
    // AEPolicy of the other scope (POL5).
    std::optional<engine::AutoenrollPolicy> other_policy{};
    std::optional<ContextStatus> status{};  // nothing: a capture
    std::vector<StoredEvent> events{};      // of late, oldest first
    std::optional<Preview> view{};          // nothing: `view_problem` says why
    std::optional<Error> view_problem{};
    // What MY keeps out of sight (HAV2, INS4); nothing: it was not looked at.
    std::optional<std::vector<engine::CertificateFacts>> archived{};
    std::vector<CaProbe> cas{};   // without `live`: name resolution and TCP 135 only
    std::vector<KeyTest> keys{};  // with `live`: a throw-away key of each provider that is wanted
};

}  // namespace ae::service
