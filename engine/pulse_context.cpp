#include "engine/pulse_context.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

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

void fail_decision(PulseContext& pulse, Decision& decision, Error error, const std::string& step) {
    decision.verdict = Verdict::failed;
    decision.fact = error.context + ": " + describe(error.code);
    decision.remedy = error.remedy.empty() ? std::string(remedy_for(error.code)) : error.remedy;
    pulse.fail(std::move(error).within(step));
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
