#include "engine/pulse_context.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>

namespace ae::engine {

void PulseLog::record(EventId id, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), std::string(to_string(scope_)));
    sink_.record(make_event(id, arguments));
}

bool PulseContext::stop_asked() {
    if (!stopped && options.stop.stop_requested()) {
        stopped = true;
        fail({kOperationAborted, "asked to stop before everything was done",
              "The next pulse does the rest"});
    }
    return stopped;
}

void PulseContext::fail(Error error) {
    const bool whole = options.errand.kind == Errand::Kind::none;
    report.failures.push_back(
        std::move(error).within(whole ? log.name() : std::string(to_string(options.scope))));
}

void fail_decision(PulseContext& pulse, Decision& decision, Error error, const std::string& step) {
    decision.verdict = Verdict::failed;
    decision.fact = error.context + ": " + describe(error.code);
    decision.remedy = error.remedy.empty() ? std::string(remedy_for(error.code)) : error.remedy;
    pulse.fail(std::move(error).within(step));
}

const EnrollmentService* find_service(const PulseContext& pulse, const CaRef& ca) {
    const auto& services = pulse.gathered.world.services;
    const auto at = std::ranges::find(services, ca, &EnrollmentService::ref);
    return at == services.end() ? nullptr : &*at;
}

AskForCertificates ask_for_certificates(const PulseContext& pulse, const CaRef& ca) {
    return [&client = pulse.ports.ca, ca] { return client.signing_certificates(ca); };
}

std::string number_or_unknown(std::uint32_t request_id) {
    return request_id == 0 ? "unknown" : std::to_string(request_id);
}

Hresult code_of(const CaReply& reply) {
    if (failed(reply.code)) {
        return reply.code;
    }
    return reply.disposition == Disposition::denied ? kAdminDenied : kUnexpected;
}

std::string words_of(const CaReply& reply) {
    std::string text = "request " + std::to_string(reply.request_id) +
                       (reply.disposition == Disposition::denied ? " was denied" : " failed");
    if (const auto message = trim(reply.message); !message.empty()) {
        text += " (\"" + printable(message) + "\")";
    }
    return text;
}

}  // namespace ae::engine
