#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/cli/nearest.h"
#include "service/doctor/attempt_text.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::EventSource;

constexpr Hresult kNoSuchClass = hresult(0x80040154);       // REGDB_E_CLASSNOTREG
constexpr Hresult kNoInterfaceThere = hresult(0x800706B5);  // RPC_S_UNKNOWN_IF: no DCOM at all
constexpr Hresult kServerStart = hresult(0x80080005);       // CO_E_SERVER_EXEC_FAILURE
constexpr Hresult kServiceDisabled = hresult(0x80070422);
constexpr Hresult kNoEndPoint = hresult(0x800706D9);  // EPT_S_NOT_REGISTERED

const std::vector<EventName> kRequestFailed{{EventSource::cert_enroll, 13},
                                            {EventSource::cert_enroll, 17}};

bool is_one_of(Hresult code, std::initializer_list<Hresult> codes) {
    return std::ranges::find(codes, code) != codes.end();
}

// The step at which the way ends.  After a refused name come the tries with others.
const Attempt& failure_of(const CaProbe& probe) {
    return *std::ranges::find_if(probe.steps,
                                 [](const Attempt& step) { return step.problem.has_value(); });
}

Finding about(const CaProbe& probe, std::string id, std::string sentence, std::string remedy) {
    Finding found{.id = std::move(id),
                  .stage = Stage::network,
                  .verdict = FindingVerdict::fail,
                  .subject = probe.ca.config(),
                  .sentence = std::move(sentence),
                  .remedy = std::move(remedy)};
    std::ranges::transform(probe.steps, std::back_inserter(found.evidence), evidence_of);
    return found;
}

std::string host_of(const CaProbe& probe) { return printable(probe.ca.dns_host); }

std::string way_to_reach(const CaProbe& probe) {
    if (probe.failed_at == CaStep::resolve) {
        return probe.typed
                   ? "Correct the host's name as it was typed, or look at DNS."
                   : "Look at DNS, and at dNSHostName of the CA's enrollment service object.";
    }
    return probe.no_route ? "Look at the routes of this host, and at its VPN."
                          : "Open TCP 135 and the dynamic RPC ports on the way, and start the CA.";
}

std::string silence_of(const CaProbe& probe, const Attempt& failure) {
    if (probe.failed_at == CaStep::resolve) {
        return "its name has no address" +
               (probe.typed ? did_you_mean(probe.ca.dns_host, probe.typed->hosts) : "");
    }
    if (probe.no_route) {
        return "there is no route to it";
    }
    return was_silent(failure) ? "a firewall, or the host is down"
                               : "the host is up and nothing listens there, or a firewall refuses";
}

// Slow and fast are two causes ([T]): silence is a firewall or a dead host, a refusal is a host
// that lives.
Finding unreachable(const CaProbe& probe, const std::string& step) {
    const Attempt& failure = failure_of(probe);
    return about(probe, "NET1",
                 "Cannot reach " + host_of(probe) + " (" + step + ", after " +
                     duration_text(failure.took) + "): " + silence_of(probe, failure) + ".",
                 way_to_reach(probe));
}

Finding refused(const CaProbe& probe) {
    return about(probe, "NET2",
                 host_of(probe) + " answers but refuses this account (" +
                     describe(failure_of(probe).problem->code) + ").",
                 "Look at the principal host/" + host_of(probe) +
                     " (one account has it, no other), at the group Certificate Service DCOM "
                     "Access (S-1-5-32-574) on the CA, at the clocks, and at this account's "
                     "secret.");
}

Finding no_role(const CaProbe& probe) {
    return about(probe, "NET4", host_of(probe) + " runs no CA; the directory entry is stale.",
                 "Install the CA there, or remove its enrollment service object from the "
                 "directory.");
}

Finding stopped(const CaProbe& probe) {
    return about(probe, "NET5", "The CA service on " + host_of(probe) + " is not running.",
                 "Start Certificate Services on that host, and look there for why it stopped.");
}

// A slip of whoever typed it is no order to change the directory.
Finding mistyped(const CaProbe& probe) {
    std::vector<std::string> names = probe.typed->names;
    if (!probe.says_its_name.empty()) {
        names.push_back(probe.says_its_name);
    }
    std::string meant = did_you_mean(probe.ca.name, names);
    if (meant.empty() && !names.empty()) {  // nothing is near, but there is hardly any other
        meant = "; did you mean " + printable(names.front()) + "?";
    }
    return about(probe, "NET6",
                 "There is no CA named " + printable(probe.ca.name) + " on " + host_of(probe) +
                     (meant.empty() ? "." : meant),
                 "Give host and name as aeclient cas lists them.");
}

Finding wrong_name(const CaProbe& probe) {
    if (probe.typed) {
        return mistyped(probe);
    }
    const std::string own = printable(probe.says_its_name);
    return about(probe, "NET6",
                 "The directory calls the CA " + printable(probe.ca.name) +
                     (own.empty() ? ", and the CA does not know that name."
                                  : ", the CA calls itself " + own + "."),
                 "Correct cn and displayName of the CA's enrollment service object.");
}

Finding not_activated(const CaProbe& probe) {
    const Attempt& failure = failure_of(probe);
    const Hresult code = failure.problem->code;
    if (is_one_of(code, {kNoSuchClass, kNoInterfaceThere})) {
        return no_role(probe);
    }
    if (is_one_of(code, {kServerStart, kServiceDisabled, kNoEndPoint})) {
        return stopped(probe);
    }
    if (probe.host_answered) {
        return unreachable(probe, "the dynamic port that it named");
    }
    return was_silent(failure) ? unreachable(probe, "activation") : refused(probe);
}

// Certificates come all the same, so nobody would see that the way of everybody else is closed.
Finding way_round(const CaProbe& probe) {
    Finding closed = not_activated(probe);
    const std::string code = describe(failure_of(probe).problem->code);
    closed.verdict = FindingVerdict::warn;
    closed.sentence = closed.id == "NET2" ? host_of(probe) + " refuses this account over DCOM ("
                                          : "DCOM on " + host_of(probe) + " leads to no CA (";
    closed.sentence += code +
                       "): requests go through ICertPassage instead. This agent does so by "
                       "itself, Windows' own client would fail.";
    if (closed.id == "NET4" || closed.id == "NET5") {
        closed.remedy =
            "Look at DCOM on that host (dcomcnfg: enabled, class CertSrv Request), then restart "
            "Certificate Services there.";
    }
    return closed;
}

Finding failure(const CaProbe& probe) {
    switch (*probe.failed_at) {
        case CaStep::resolve:
            return unreachable(probe, "name resolution");
        case CaStep::mapper:
            return unreachable(probe, "TCP 135");
        case CaStep::activate:
            return not_activated(probe);
        case CaStep::ping:
            if (failure_of(probe).problem->code == kInvalidArgument) {
                return wrong_name(probe);
            }
            break;
        case CaStep::property:
            break;
    }
    return failure_of(probe).problem->code == kAccessDenied ? refused(probe) : stopped(probe);
}

Finding answered(const CaProbe& probe) {
    Finding good =
        about(probe, "NET7",
              printable(probe.ca.config()) + " answers" +
                  (probe.says_its_name.empty() ? std::string()
                                               : " as " + printable(probe.says_its_name)) +
                  ".",
              "");
    good.verdict = FindingVerdict::ok;
    return good;
}

// NET3: below packet privacy a CA may refuse; this agent asks at no other level, so a CA that
// answers has been asked with encrypted calls ([MS-WCCE] 3.2.1.4.2.1,
// IF_ENFORCEENCRYPTICERTREQUEST).
Finding encrypted(const CaProbe& probe) {
    Finding good = about(probe, "NET3",
                         "Calls to " + host_of(probe) + " are encrypted, as a CA may demand.", "");
    good.evidence.clear();
    good.verdict = FindingVerdict::ok;
    return good;
}

Finding port_open(const CaProbe& probe) {
    Finding good = about(probe, "NET1", host_of(probe) + " can be reached.", "");
    good.verdict = FindingVerdict::ok;
    return good;
}

Finding not_asked(const CaProbe& probe) {
    return {.id = "NET7",
            .stage = Stage::network,
            .verdict = FindingVerdict::not_checked,
            .subject = probe.ca.config(),
            .sentence = "Whether " + printable(probe.ca.config()) +
                        " lets this account in is asked with --live."};
}

const CaProbe* probe_of(const Examination& seen, const engine::CaRef& ca) {
    const auto at = std::ranges::find(seen.cas, ca, &CaProbe::ca);
    return at == seen.cas.end() ? nullptr : &*at;
}

bool works(const Examination& seen, const engine::CaRef& ca) {
    const CaProbe* probe = probe_of(seen, ca);
    return probe != nullptr && !probe->failed_at;
}

bool offers(const CaCase& ca, const TemplateCase& wanted) {
    return std::ranges::find(ca.cases, &wanted) != ca.cases.end();
}

// No other CA that offers the template works.
bool is_needed_for(const Examination& seen, const std::vector<CaCase>& cas,
                   const TemplateCase& wanted, const engine::CaRef& broken) {
    bool offered = false;
    for (const CaCase& ca : cas) {
        if (!offers(ca, wanted)) {
            continue;
        }
        if (works(seen, ca.service.ref())) {
            return false;
        }
        offered = offered || ca.service.ref() == broken;
    }
    return offered;
}

// One CA of several that fails costs nothing but time: the next one is asked (rule "choice 5").
// Where no template is in question at all, one that works is enough.
FindingVerdict verdict_of(const Examination& seen, const CaProbe& broken) {
    const auto cases = cases_of(seen);
    const auto cas = cas_of(seen, cases);
    const bool needed =
        !seen.ca.empty() ||
        (cases.empty()
             ? std::ranges::none_of(seen.cas, [](const CaProbe& one) { return !one.failed_at; })
             : std::ranges::any_of(cases, [&](const TemplateCase& one) {
                   return is_needed_for(seen, cas, one, broken.ca);
               }));
    return needed ? FindingVerdict::fail : FindingVerdict::warn;
}

void add_findings(const Examination& seen, const CaProbe& probe, std::vector<Finding>& found) {
    if (probe.failed_at) {
        Finding bad = failure(probe);
        bad.events = kRequestFailed;
        bad.codes = {failure_of(probe).problem->code};
        bad.verdict = verdict_of(seen, probe);
        found.push_back(std::move(bad));
    } else if (seen.live) {
        if (probe.by_icertpassage) {
            found.push_back(way_round(probe));
            found.back().codes = {failure_of(probe).problem->code};
        }
        found.push_back(encrypted(probe));
        found.push_back(answered(probe));
    } else {
        found.push_back(port_open(probe));
        found.push_back(not_asked(probe));
    }
}

}  // namespace

std::vector<Finding> network_findings(const Examination& seen) {
    if (seen.captured) {
        return {{.id = "NET1",
                 .stage = Stage::network,
                 .verdict = FindingVerdict::not_checked,
                 .sentence = "A capture does not tell whether its host reaches the certification "
                             "authorities."}};
    }
    std::vector<Finding> found;
    for (const CaProbe& probe : seen.cas) {
        add_findings(seen, probe, found);
    }
    return found;
}

}  // namespace ae::service
