// `aeclient selftest`: tries every seam of this build on the host that it runs on, so that one
// command tells an administrator whether enrollment can work here.
//
// Changes nothing that lasts: keys and certificates of the trial are removed on every way out, a
// crash's leftovers by the next trial.  What a system's event log was told stays there.
// Not for: enrolling (a pulse), or judging the configuration of templates and CAs (`plan`).
// The parts come as functions, so that a part that cannot even be made is one finding and the
// others are tried all the same.  Blocks on disk and network; one thread; never throws.
#pragma once

#include "engine/ports.h"
#include "policy/dc_locator.h"
#include "service/event_store.h"
#include "service/status.h"
#include "stores/context_stores.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::service {

enum class Verdict {
    ok,
    fail,
    skip,  // could not be tried; the sentence says what was missing
    note,  // tried, and nothing is broken; an administrator may want to know
};
std::string_view to_string(Verdict verdict);  // "OK"

struct SelftestFinding {
    std::string id{};  // "keys.rsa": stable, for scripts
    Verdict verdict{};
    std::string sentence{};
    std::optional<Hresult> code{};  // of a failure
    std::string remedy{};           // empty: nothing is known
};

// What needs a member of a domain.
struct MemberParts {
    std::string account{};  // "WS1$"
    std::string domain{};   // "corp.example.test"
    std::function<Result<policy::DomainController>()> locate{};
    std::unique_ptr<engine::Directory> directory{};
    std::function<Done(const engine::CaRef&)> ping{};
};

// What a host is known to lack (Wine, which stands in for Windows in tests): a check that fails is
// skipped with this reason.  One that succeeds all the same is OK.
struct Gap {
    std::string id{};  // of the finding, or the words before its last dot: "keys"
    std::string reason{};
};

struct SelftestParts {
    engine::Scope scope = engine::Scope::machine;
    Time now{};
    std::stop_token stop{};  // asked between the checks
    engine::CaRef ca{};      // no host: none is asked
    engine::Crypto& crypto;
    std::function<Result<engine::AutoenrollPolicy>()> policy{};
    std::function<Result<std::unique_ptr<stores::ContextStores>>()> stores{};  // only to look at
    // To be changed: on Linux in a folder of their own, on Windows the system's.
    std::function<Result<std::unique_ptr<stores::ContextStores>>()> trial_stores{};
    std::function<Result<MemberParts>()> member{};
    std::function<Done(const std::vector<StoredEvent>&)> write_events{};
    std::function<Result<std::vector<StoredEvent>>()> read_events{};
    // Tells the system's log these words and finds them there.  Empty: it keeps no log to read.
    std::function<Done(const std::string& words)> system_log{};
    std::function<Result<HostStatus>()> host_status{};
    std::vector<Gap> gaps{};
};

std::vector<SelftestFinding> run_selftest(const SelftestParts& parts);

bool passed(const std::vector<SelftestFinding>& findings);  // nothing failed
std::string selftest_as_text(const std::vector<SelftestFinding>& findings);
// {"schema", "version", "ok", "checks": [{"id", "verdict", "sentence", "code", "remedy"}]}
std::string selftest_as_json(const std::vector<SelftestFinding>& findings);

}  // namespace ae::service
