#include "engine/pulse_enroll.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "engine/key_choice.h"
#include "engine/pending_requests.h"
#include "engine/response_check.h"

#include <variant>

namespace ae::engine {
namespace {

constexpr Hresult kAdminDenied = hresult(0x80094014);    // CERTSRV_E_ADMIN_DENIED_REQUEST
constexpr Hresult kUntrustedRoot = hresult(0x800B0109);  // CERT_E_UNTRUSTEDROOT

enum class KeyOrigin { made, kept };

// A refusal without a reason of its own (wcce outcome table).
Hresult code_of(const CaReply& reply) {
    if (failed(reply.code)) {
        return reply.code;
    }
    return reply.disposition == Disposition::denied ? kAdminDenied : kUnexpected;
}

// The CA's own words are for people only (rule W5), and they are foreign text.
std::string words_of(const CaReply& reply) {
    std::string text = "request " + std::to_string(reply.request_id) +
                       (reply.disposition == Disposition::denied ? " was denied" : " failed");
    if (const auto message = trim(reply.message); !message.empty()) {
        text += " (\"" + printable(message) + "\")";
    }
    return text;
}

std::string number_or_unknown(std::uint32_t request_id) {
    return request_id == 0 ? "unknown" : std::to_string(request_id);
}

}  // namespace

// One template's way through its CAs.
struct Enroller::Attempt {
    const Template& wanted;
    Decision& decision;
    std::unique_ptr<PrivateKey> key{};
    KeyOrigin origin = KeyOrigin::made;
    EncodedRequest request{};
    std::vector<Error> errors{};  // one per CA that refused
    std::string last_ca{};
    std::uint32_t last_request_id = 0;
};

void PulseLog::record(EventId id, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), std::string(to_string(scope_)));
    sink_.record(make_event(id, arguments));
}

Enroller::Enroller(const Ports& ports, const PulseOptions& options, const Snapshot& world,
                   const Replica& replica, PulseReport& report)
    : ports_(ports),
      options_(options),
      world_(world),
      replica_(replica),
      report_(report),
      log_(ports.events, options.scope),
      account_(world.account.sids) {}

void Enroller::carry_out(const Template& wanted, Decision& decision) {
    Attempt attempt{.wanted = wanted, .decision = decision};
    std::string untrusted;
    const auto cas = trusted_cas(wanted, untrusted);
    if (cas.empty()) {
        log_.record(EventId::ce_no_ca, {wanted.name, untrusted});
        fail_decision(attempt,
                      {kUntrustedRoot, "no CA that offers it is trusted: " + untrusted, {}});
        return;
    }
    if (Done prepared = prepare(attempt); !prepared) {
        log_.record(EventId::ce_request_not_built, {wanted.name, prepared.error().sentence()});
        discard_key(attempt);
        fail_decision(attempt, std::move(prepared.error()));
        return;
    }
    for (const EnrollmentService* ca : cas) {
        const Step step = ask(attempt, *ca);
        if (step == Step::finished) {
            return;
        }
        if (step == Step::all_failed) {
            break;
        }
    }
    give_up(attempt);
}

// CA choice 2 and 3.
std::vector<const EnrollmentService*> Enroller::trusted_cas(const Template& wanted,
                                                            std::string& untrusted) {
    const CaOffer offer = cas_offering(wanted, world_.services, account_);
    std::vector<const EnrollmentService*> trusted;
    std::vector<std::string> clauses;
    for (const EnrollmentService* ca :
         order_of_cas(offer.open, wanted.name, replica_.server.site, options_.seed)) {
        const ChainStatus& status = trust_in(*ca);
        if (status.state == ChainState::valid) {
            trusted.push_back(ca);
        } else {
            clauses.push_back(ca->ref().config() + ": " + status.detail);
        }
    }
    untrusted = join(clauses, "; ");
    return trusted;
}

// The newest certificate that stands decides; a revoked one ends the search, because an older key
// of a CA whose newer one had to be revoked is no better.
const ChainStatus& Enroller::trust_in(const EnrollmentService& ca) {
    const auto [at, fresh] = trust_.try_emplace(ca.ref());
    ChainStatus& status = at->second;
    if (!fresh) {
        return status;
    }
    status = {ChainState::untrusted, "the directory lists no certificate for it"};
    for (const Bytes& certificate : ca.certificates) {
        status =
            ports_.chains.check(certificate, replica_.intermediates.certificates, options_.now);
        if (status.state == ChainState::valid || status.state == ChainState::revoked) {
            break;
        }
    }
    if (status.state != ChainState::valid) {
        log_.record(EventId::ce_ca_not_trusted, {ca.ref().config(), status.detail});
    }
    return status;
}

Done Enroller::prepare(Attempt& attempt) {
    const auto choice = choose_key(attempt.wanted);
    if (const auto* refusal = std::get_if<KeyRefusal>(&choice)) {
        return fail(kNotSupported, refusal->reason);  // rule E8 has said so before
    }
    const KeyRequest& wanted = std::get<KeyChoice>(choice).key;
    // Rule W7: a CA may hold a certificate for the key of a lost answer, so that key is used again.
    if (const PendingRequest* lost = find_unanswered(world_.pending, attempt.wanted.name)) {
        if (auto kept = ports_.keys.open(lost->key_reference, wanted)) {
            attempt.key = std::move(*kept);
            attempt.origin = KeyOrigin::kept;
        }
    }
    if (!attempt.key) {
        auto made = ports_.keys.create(wanted);
        if (!made) {
            return pass(made, "make the key");
        }
        attempt.key = std::move(*made);
    }
    auto request = ports_.ca.build(attempt.wanted, world_.account, replica_.server, *attempt.key);
    if (!request) {
        return pass(request, "build the request");
    }
    attempt.request = std::move(*request);
    return done();
}

// An entry without a request id: sent, or about to be, and not answered.
PendingRequest Enroller::entry_of(const Attempt& attempt, const EnrollmentService& ca) const {
    return {.key_reference = attempt.key->reference(),
            .template_name = attempt.wanted.name,
            .ca = ca.ref(),
            .request_id = std::nullopt,
            .submitted = options_.now};
}

Enroller::Step Enroller::ask(Attempt& attempt, const EnrollmentService& ca) {
    attempt.last_ca = ca.ref().config();
    attempt.last_request_id = 0;
    // Before anything is sent: whatever happens from here on, a crash included, the key of a
    // request that a CA may have taken is known to the next pulse (rules W6, W7).
    if (Done noted = ports_.certificates.save_pending(entry_of(attempt, ca)); !noted) {
        log_.record(EventId::ce_request_not_built, {attempt.wanted.name, noted.error().sentence()});
        discard_key(attempt);
        fail_decision(attempt, std::move(noted.error()).within("note the request"));
        return Step::finished;
    }
    const auto reply = ports_.ca.submit(ca.ref(), attempt.request);
    if (!reply) {
        return refused(attempt, 0, reply.error());
    }
    switch (reply->disposition) {
        case Disposition::issued:
            return take(attempt, ca, *reply);
        case Disposition::pending:
            return wait_for(attempt, ca, *reply);
        case Disposition::denied:
        case Disposition::failed:
            break;
    }
    return refused(attempt, reply->request_id, {code_of(*reply), words_of(*reply), {}});
}

Enroller::Step Enroller::take(Attempt& attempt, const EnrollmentService& ca, const CaReply& reply) {
    auto leaf = check_response(reply, {attempt.wanted, ca, *attempt.key, options_.now},
                               ports_.chains, ports_.crypto);
    if (!leaf) {
        return rejected(attempt, ca, reply.request_id, std::move(leaf.error()), KeyFate::erase);
    }
    const std::string reference = attempt.key->reference();
    auto where = ports_.certificates.install({.template_name = attempt.wanted.name,
                                              .template_oid = attempt.wanted.oid,
                                              .ca = ca.ref(),
                                              .request_id = reply.request_id,
                                              .certificate = reply.certificate,
                                              .chain = issuers_of(*leaf, reply.chain),
                                              .key_reference = reference,
                                              .installed = options_.now});
    if (!where) {
        // The certificate is good and the disk was not: the next attempt uses the same key.
        return rejected(attempt, ca, reply.request_id, std::move(where.error()).within("install"),
                        KeyFate::keep);
    }
    log_.record(EventId::ce_enrolled,
                {attempt.wanted.name, attempt.last_ca, std::to_string(reply.request_id)});
    attempt.decision.verdict = Verdict::issued;
    attempt.decision.fact = "request " + std::to_string(reply.request_id) + " at " +
                            attempt.last_ca + "; valid until " + ae::to_string(leaf->not_after);
    attempt.decision.remedy.clear();
    report_.enrolled.push_back(
        {attempt.wanted.name, ca.ref(), reply.request_id, std::move(*where), std::move(*leaf)});
    return Step::finished;
}

Enroller::Step Enroller::wait_for(Attempt& attempt, const EnrollmentService& ca,
                                  const CaReply& reply) {
    PendingRequest entry = entry_of(attempt, ca);
    entry.request_id = reply.request_id;
    if (Done saved = ports_.certificates.save_pending(entry); !saved) {
        return rejected(attempt, ca, reply.request_id,
                        std::move(saved.error()).within("save the pending request"), KeyFate::keep);
    }
    log_.record(EventId::ce_pending,
                {attempt.wanted.name, attempt.last_ca, std::to_string(reply.request_id)});
    attempt.decision.verdict = Verdict::pending;
    attempt.decision.fact =
        "request " + std::to_string(reply.request_id) + " waits at " + attempt.last_ca;
    attempt.decision.remedy =
        "this build does not fetch approved requests yet; the entry and its key are kept";
    return Step::finished;
}

Enroller::Step Enroller::refused(Attempt& attempt, std::uint32_t request_id, Error error) {
    const Hresult code = error.code;
    error = std::move(error).within("submit to " + attempt.last_ca);
    const NextCa next = next_ca(code);
    if (next == NextCa::unknown) {
        return lost_answer(attempt, std::move(error));
    }
    log_.record(EventId::ce_enroll_failed_at_ca,
                {attempt.wanted.name, attempt.last_ca, error.sentence()});
    attempt.last_request_id = request_id;
    attempt.errors.push_back(std::move(error));
    return next == NextCa::ask ? Step::next_ca : Step::all_failed;
}

// Rule W7: the CA may have acted.  Nobody else is asked, and the key stays for the next attempt.
Enroller::Step Enroller::lost_answer(Attempt& attempt, Error error) {
    log_.record(EventId::ce_enrollment_failed,
                {attempt.wanted.name, attempt.last_ca, "unknown", error.sentence()});
    fail_decision(attempt, std::move(error));
    return Step::finished;
}

// An answer that cannot be used.  A certificate may exist now, so no other CA is asked.
Enroller::Step Enroller::rejected(Attempt& attempt, const EnrollmentService& ca,
                                  std::uint32_t request_id, Error error, KeyFate fate) {
    error = std::move(error).within("answer of " + ca.ref().config() + " to request " +
                                    number_or_unknown(request_id));
    log_.record(EventId::ce_not_installed, {attempt.wanted.name, attempt.last_ca,
                                            number_or_unknown(request_id), error.sentence()});
    if (fate == KeyFate::erase) {
        discard_key(attempt);
    }
    fail_decision(attempt, std::move(error));
    return Step::finished;
}

// Every CA refused, or one did for a reason that holds everywhere.
void Enroller::give_up(Attempt& attempt) {
    Error last = std::move(attempt.errors.back());
    attempt.errors.pop_back();
    log_.record(EventId::ce_enrollment_failed,
                {attempt.wanted.name, attempt.last_ca, number_or_unknown(attempt.last_request_id),
                 last.sentence()});
    discard_key(attempt);
    fail_decision(attempt, std::move(last));
}

// Rule X4: only what this attempt made.
void Enroller::discard_key(Attempt& attempt) {
    if (!attempt.key || attempt.origin == KeyOrigin::kept) {
        return;
    }
    const PendingRequest entry{.key_reference = attempt.key->reference(),
                               .template_name = attempt.wanted.name};
    attempt.key.reset();
    const Done dropped = ports_.certificates.drop_pending(entry).and_then(
        [&](auto) { return ports_.keys.erase(entry.key_reference); });
    // kBusy: a certificate uses the key, so it is not an orphan.
    if (!dropped && dropped.error().code != kBusy) {
        attempt.errors.push_back(Error(dropped.error()).within("erase the unused key"));
    }
}

void Enroller::fail_decision(Attempt& attempt, Error error) {
    attempt.decision.verdict = Verdict::failed;
    attempt.decision.fact = error.context + ": " + describe(error.code);
    attempt.decision.remedy =
        error.remedy.empty() ? std::string(remedy_for(error.code)) : error.remedy;
    attempt.errors.push_back(std::move(error));
    for (Error& one : attempt.errors) {
        report_.failures.push_back(
            std::move(one).within("enroll " + attempt.wanted.name).within(log_.name()));
    }
}

}  // namespace ae::engine
