#include "service/ca_probe.h"

#include "ca-client/rpc/connection.h"
#include "ca-client/wcce/ca_name.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <functional>

namespace ae::service {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kPassage = "ICertPassage";

class Probe {
  public:
    Probe(const engine::CaRef& ca, const ca::CaClientOptions& way, const ProbeOptions& options)
        : ca_(ca), way_(way), options_(options) {
        seen_.ca = ca;
    }

    bool reach_host() { return find_host() && connect(); }

    void ask(ca::CertRequestTransport& transport) {
        if (!reach(transport)) {
            seen_.host_answered = transport.host_answered();
            return;
        }
        if (ping(transport)) {
            step(CaStep::property, "property 6 (its common name)",
                 [&] { return own_name(transport, ca_); });
        } else if (seen_.steps.back().problem->code == kInvalidArgument) {
            look_for_name(transport);
        }
    }

    void no_way(const Error& why) {
        step(CaStep::activate, "choose the way to it",
             [&]() -> Result<std::string> { return fail(why); });
    }

    CaProbe take() { return std::move(seen_); }

  private:
    // `work` gives what came of it, in words.
    bool step(CaStep which, std::string what, const std::function<Result<std::string>()>& work) {
        const bool worked = attempt(std::move(what), work);
        if (!worked) {
            seen_.failed_at = which;
        }
        return worked;
    }

    bool attempt(std::string what, const std::function<Result<std::string>()>& work) {
        const auto begun = Clock::now();
        Result<std::string> answer = begun < options_.last
                                         ? work()
                                         : fail(kTimeout,
                                                "the time for all certification authorities "
                                                "was used up before this one's turn");
        Attempt tried{.what = std::move(what),
                      .took = std::chrono::duration_cast<milliseconds>(Clock::now() - begun)};
        if (answer) {
            tried.answer = std::move(*answer);
        } else {
            tried.problem = std::move(answer.error());
        }
        seen_.steps.push_back(std::move(tried));
        return !seen_.steps.back().problem;
    }

    bool find_host() {
        const std::string host = printable(ca_.dns_host);
        return step(CaStep::resolve, "resolve " + host, [&]() -> Result<std::string> {
            if (ca_.dns_host.empty()) {
                return fail(kInvalidArgument, "the directory names no host of this CA",
                            "Set dNSHostName of its enrollment service object");
            }
            auto found =
                ca::addresses_of(ca_.dns_host, {ca::deadline_in(options_.step_limit), way_.stop});
            if (!found) {
                return pass(found);
            }
            addresses_ = std::move(*found);
            return join(addresses_, ", ");
        });
    }

    // Each address has its turn, all of them together one limit: a host of eight dead addresses is
    // as dead as one.
    bool connect() {
        const std::string port = std::to_string(options_.mapper_port);
        const auto end = ca::deadline_in(options_.step_limit);
        return step(CaStep::mapper, "TCP " + port + " at " + printable(ca_.dns_host),
                    [&]() -> Result<std::string> {
                        Error last{kServerUnavailable, "no address", ""};
                        for (const std::string& address : addresses_) {
                            const auto left =
                                std::chrono::duration_cast<milliseconds>(end - Clock::now());
                            if (left <= milliseconds::zero()) {
                                break;
                            }
                            const auto open = ca::Connection::open(address, options_.mapper_port,
                                                                   left, way_.stop);
                            if (open) {
                                seen_.no_route = false;
                                return address;
                            }
                            seen_.no_route = ca::is_no_route(open.error());
                            last = Error(open.error()).within(address);
                        }
                        return fail(std::move(last));
                    });
    }

    bool reach(ca::CertRequestTransport& transport) {
        const bool passage = way_.transport == ca::Transport::icpr;
        const bool reached =
            step(CaStep::activate, passage ? kPassage : "activate its object (DCOM)",
                 [&] { return words(transport.reach(ca_), passage ? "answers" : "activated"); });
        if (const auto round = transport.way_round(ca_); reached && round) {
            tell_way_round(*round);
        }
        return reached;
    }

    // One call went both ways; each has its own step.
    void tell_way_round(const ca::WayRound& round) {
        Attempt& dcom = seen_.steps.back();
        const milliseconds rest = std::max(dcom.took - round.took, milliseconds::zero());
        dcom.answer.clear();
        dcom.problem = round.why;
        dcom.took = round.took;
        seen_.host_answered =
            round.why.code == kServerUnavailable;  // else nothing stands in for it
        seen_.by_icertpassage = true;
        seen_.steps.push_back({.what = kPassage, .took = rest, .answer = "answers"});
    }

    bool ping(ca::CertRequestTransport& transport) {
        return step(CaStep::ping, "Ping2 as " + printable(ca_.name),
                    [&] { return words(transport.ping(ca_), "it serves"); });
    }

    // [MS-WCCE] 3.1.1.4.2: a CA refuses a name that is not its own.  Ping2 alone takes none at all,
    // which tells that one serves there.
    void look_for_name(ca::CertRequestTransport& transport) {
        for (const std::string& name : options_.other_names) {
            const engine::CaRef other{ca_.dns_host, name};
            if (attempt("property 6 as " + printable(name),
                        [&] { return own_name(transport, other); })) {
                seen_.other_name = true;
                return;
            }
        }
        seen_.other_name = attempt("Ping2 without a name", [&] {
            return words(transport.ping({ca_.dns_host, {}}), "a CA serves there");
        });
    }

    Result<std::string> own_name(ca::CertRequestTransport& transport, const engine::CaRef& ca) {
        auto name =
            transport.property(ca, {.id = ca::property::kCaName, .type = ca::PropertyType::text})
                .and_then(ca::decode_text);
        if (!name && name.error().code == kNotSupported) {
            return std::string("ICertPassage does not tell it");
        }
        if (name) {
            seen_.says_its_name = *name;
            return printable(*name);
        }
        return name;
    }

    static Result<std::string> words(Done done, std::string_view good) {
        return done ? Result<std::string>(std::string(good)) : pass(done);
    }

    const engine::CaRef& ca_;
    const ca::CaClientOptions& way_;
    const ProbeOptions& options_;
    std::vector<std::string> addresses_{};
    CaProbe seen_{};
};

}  // namespace

std::string_view to_string(CaStep step) {
    switch (step) {
        case CaStep::resolve:
            return "resolve";
        case CaStep::mapper:
            return "mapper";
        case CaStep::activate:
            return "activate";
        case CaStep::ping:
            return "ping";
        case CaStep::property:
            break;
    }
    return "property";
}

ca::CaClientOptions bounded_way(ca::CaClientOptions way, const ProbeOptions& options) {
    way.timeouts.connect = std::min(way.timeouts.connect, options.step_limit);
    way.timeouts.leg = std::min(way.timeouts.leg, options.call_limit);
    way.timeouts.call = std::min(way.timeouts.call, options.call_limit);
    return way;
}

std::vector<std::string> other_names_of(const engine::EnrollmentService& service) {
    std::vector<std::string> names;
    for (const std::string& name :
         {service.cn, ca::sanitized_name(service.name), ca::short_sanitized_name(service.name)}) {
        if (!name.empty() && !equal_ignoring_case(name, service.name) &&
            std::ranges::find(names, name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

void compare_with_directory(const std::vector<engine::EnrollmentService>& services,
                            CaProbe& probe) {
    TypedCa typed;
    for (const engine::EnrollmentService& one : services) {
        if (equal_ignoring_case(one.ref().config(), probe.ca.config())) {
            return;
        }
        typed.hosts.push_back(one.dns_host);
        if (equal_ignoring_case(one.dns_host, probe.ca.dns_host)) {
            typed.names.push_back(one.name);
        }
    }
    probe.typed = std::move(typed);
}

CaProbe probe_ca(const engine::CaRef& ca, const ca::CaClientOptions& way,
                 const ProbeOptions& options, ca::CertRequestTransport& transport) {
    Probe probe(ca, way, options);
    if (probe.reach_host() && options.depth == ProbeDepth::whole) {
        probe.ask(transport);
    }
    return probe.take();
}

CaProbe probe_ca(const engine::CaRef& ca, const ca::CaClientOptions& way,
                 const ProbeOptions& options) {
    Probe probe(ca, way, options);
    if (!probe.reach_host() || options.depth == ProbeDepth::network) {
        return probe.take();
    }
    const auto transport = ca::make_transport(bounded_way(way, options));
    if (transport) {
        probe.ask(**transport);
    } else {
        probe.no_way(transport.error());
    }
    return probe.take();
}

}  // namespace ae::service
