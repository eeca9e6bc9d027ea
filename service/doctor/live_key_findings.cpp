#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/doctor/attempt_text.h"
#include "service/doctor/doctor.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::EventSource;

std::string kinds_of(const KeyTest& test) {
    std::vector<std::string> kinds;
    for (const KeyTrial& trial : test.trials) {
        if (trial.made && !trial.error) {
            kinds.push_back(trial.kind);
        }
    }
    return join(kinds, ", ");
}

// The first that tells why; a kind that the provider does not make is no failure of its own.
const KeyTrial* failure_of(const KeyTest& test) {
    const auto at = std::ranges::find_if(
        test.trials, [](const KeyTrial& one) { return one.error && !one.refused(); });
    return at == test.trials.end() ? nullptr : &*at;
}

Finding broken(const KeyTest& test) {
    const KeyTrial* trial = failure_of(test);
    const std::string name = printable(test.provider.name);
    Finding found{.id = "KEY2", .stage = Stage::key, .verdict = FindingVerdict::fail};
    found.subject = test.provider.name;
    if (test.stopped) {
        found.verdict = FindingVerdict::not_checked;
        found.sentence = "The throw-away key of " + name + " took too long.";
        return found;
    }
    if (!test.provider.answers) {
        const Error& silence = test.provider.answers.error();
        found.sentence = name + " does not answer: " + describe(silence.code) + ".";
        found.evidence.push_back(cause_of(silence));
        found.codes = {silence.code};
    } else if (trial == nullptr) {
        found.sentence = name + " makes no key of any kind.";
    } else {
        found.sentence = name + " failed: " + describe(trial->error->code) + ".";
        found.evidence.push_back(printable(trial->kind) + ": " + cause_of(*trial->error));
        found.codes = {trial->error->code};
    }
    found.remedy =
        "Look at the TPM, the token or the smart card, and at the rights on the key "
        "store; \"aeclient key-test\" tries every kind.";
    found.events = {{EventSource::cert_enroll, 57}};
    return found;
}

Finding works(const KeyTest& test) {
    return {.id = "KEY2",
            .stage = Stage::key,
            .verdict = FindingVerdict::ok,
            .subject = test.provider.name,
            .sentence = printable(test.provider.name) +
                        " made, used and deleted throw-away keys (" + kinds_of(test) + ")."};
}

}  // namespace

std::vector<Finding> live_key_findings(const Examination& seen) {
    if (!seen.live) {
        return {{.id = "KEY2",
                 .stage = Stage::key,
                 .verdict = FindingVerdict::not_checked,
                 .sentence = "Whether keys can be made is tried with --live."}};
    }
    std::vector<Finding> found;
    for (const KeyTest& test : seen.keys) {
        found.push_back(passed(test) ? works(test) : broken(test));
    }
    return found;
}

}  // namespace ae::service
