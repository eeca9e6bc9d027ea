// What the steps of one pulse share.
#pragma once

#include "engine/ca_certificates.h"
#include "engine/pulse.h"

#include <set>
#include <string>
#include <vector>

namespace ae::engine {

// Events of one pulse: puts the scope in front of the arguments.
class PulseLog {
  public:
    PulseLog(EventSink& sink, Scope scope) : sink_(sink), scope_(scope) {}
    void record(EventId id, std::vector<std::string> arguments = {}) const;
    // "machine pulse"
    [[nodiscard]] std::string name() const { return std::string(to_string(scope_)) + " pulse"; }

  private:
    EventSink& sink_;
    Scope scope_;
};

struct PulseContext {
    const Ports& ports;
    const PulseOptions& options;
    Gathered gathered{};
    PulseReport report{};
    PulseLog log;
    bool stopped = false;
    std::set<CaRef>
        silent{};  // CAs that did not answer in this pulse: they are not waited for twice

    PulseContext(const Ports& the_ports, const PulseOptions& the_options)
        : ports(the_ports), options(the_options), log(the_ports.events, the_options.scope) {}

    // Somebody wants the process to end, and something is left undone because of that.
    bool stop_asked();

    [[nodiscard]] const Snapshot& world() const { return gathered.world; }
    [[nodiscard]] Memory& memory() { return gathered.world.memory; }
    void fail(Error error);
};

// The failure replaces what was planned, and is one of the report.
void fail_decision(PulseContext& pulse, Decision& decision, Error error, const std::string& step);

inline constexpr Hresult kAdminDenied = hresult(0x80094014);  // CERTSRV_E_ADMIN_DENIED_REQUEST

// The directory's entry of a CA; nullptr: it is listed no more.
const EnrollmentService* find_service(const PulseContext& pulse, const CaRef& ca);
// What check_response() may ask that CA, for as long as the pulse runs.
AskForCertificates ask_for_certificates(const PulseContext& pulse, const CaRef& ca);

// A refusal's code, also where the CA gives none (wcce outcome table).
Hresult code_of(const CaReply& reply);
// What happened, with the CA's own words, which are for people only (rule W5) and foreign text.
std::string words_of(const CaReply& reply);

}  // namespace ae::engine
