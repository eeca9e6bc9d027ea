// The answers to a request, and what each makes of the attempt.
#include "engine/base/hresult_table.h"
#include "engine/ca_selection.h"
#include "engine/enroll_attempt.h"
#include "engine/response_check.h"

#include <algorithm>

namespace ae::engine {
namespace {

// Of a certificate that could not be used: the brake's whole window.
constexpr Seconds kRejectedLifetime = 2 * kBrakeWindow;

}  // namespace

Enroller::Step Enroller::take(Attempt& attempt, const CaRef& ca, const CaReply& reply) {
    auto leaf = check_response(
        reply,
        {.wanted = attempt.wanted,
         .ca = *find_service(pulse_, ca),
         .key = *attempt.key,
         .anchors = pulse_.gathered.anchors,
         .now = pulse_.options.now,
         .archived_key_hash = attempt.request.archived_key_hash,
         .own_certificates = ask_for_certificates(pulse_, ca),
         .note = [&](const std::string& sentence) { pulse_.report.notes.push_back(sentence); }},
        pulse_.ports.chains, pulse_.ports.crypto);
    note_issue(pulse_.memory(),
               {.template_name = attempt.wanted.name,
                .reason = attempt.action.reason,
                .when = pulse_.options.now,
                .lifetime = leaf ? leaf->not_after - leaf->not_before : kRejectedLifetime});
    if (!leaf) {
        return is_undecided(leaf.error().code)
                   ? kept(attempt, ca, reply.request_id, std::move(leaf.error()))
                   : rejected(attempt, ca, reply.request_id, std::move(leaf.error()));
    }
    auto where = pulse_.ports.certificates.install({.template_name = attempt.wanted.name,
                                                    .template_oid = attempt.wanted.oid,
                                                    .ca = ca,
                                                    .request_id = reply.request_id,
                                                    .certificate = reply.certificate,
                                                    .chain = issuers_of(*leaf, reply.chain),
                                                    .key_reference = attempt.key->reference(),
                                                    .installed = pulse_.options.now,
                                                    .predecessor = attempt.action.thumbprint});
    if (!where) {
        // The certificate is good and the disk was not.
        return kept(attempt, ca, reply.request_id, std::move(where.error()).within("install"));
    }
    installed(attempt, ca, reply.request_id, std::move(*where), std::move(*leaf));
    return Step::finished;
}

void Enroller::installed(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                         InstalledCertificate where, CertificateFacts leaf) {
    pulse_.log.record(attempt.event(kSucceeded),
                      {attempt.wanted.name, attempt.last_ca, std::to_string(request_id)});
    attempt.decision.verdict = Verdict::issued;
    attempt.decision.fact = "request " + std::to_string(request_id) + " at " + attempt.last_ca +
                            "; valid until " + ae::to_string(leaf.not_after) + attempt.how();
    attempt.decision.remedy.clear();
    pulse_.report.enrolled.push_back({attempt.wanted.name, ca, request_id,
                                      attempt.action.thumbprint, std::move(where),
                                      std::move(leaf)});
    // Rule U3 and the table of section 11: only now, and never before.
    for (const Disposal& disposal : attempt.action.afterwards) {
        disposer_.carry_out(disposal);
    }
}

Enroller::Step Enroller::wait_for(Attempt& attempt, const CaRef& ca, const CaReply& reply) {
    const Done believed = check_standing(reply,
                                         {*find_service(pulse_, ca), pulse_.gathered.anchors,
                                          pulse_.options.now, ask_for_certificates(pulse_, ca)},
                                         pulse_.ports.chains, pulse_.ports.crypto);
    if (!believed) {
        return kept(attempt, ca, reply.request_id, believed.error());
    }
    PendingRequest entry = entry_of(attempt, ca);
    entry.request_id = reply.request_id;
    if (Done saved = pulse_.ports.certificates.save_pending(entry); !saved) {
        return not_used(attempt, ca, reply.request_id,
                        std::move(saved.error()).within("save the pending request"));
    }
    pulse_.log.record(attempt.event(kPending),
                      {attempt.wanted.name, attempt.last_ca, std::to_string(reply.request_id)});
    attempt.decision.verdict = Verdict::pending;
    attempt.decision.fact = "request " + std::to_string(reply.request_id) + " waits at " +
                            attempt.last_ca + attempt.how();
    attempt.decision.remedy = "issue or deny it at the CA; a later pulse fetches the certificate";
    return Step::finished;
}

// Nothing went out, or W7.  What a CA sends is its own affair as long as it has not seen the
// request: malformed octets say nothing about the others, though the same code as a verdict would.
Enroller::Step Enroller::no_answer(Attempt& attempt, const CaRef& ca, Error error) {
    const NextCa next = error.code == kInvalidData ? NextCa::ask : next_ca(error.code);
    if (next != NextCa::stop) {
        note_silence(ca);
    }
    return refused(attempt, 0, std::move(error), next);
}

// It is not waited for again in this pulse, and asked last in the next ones.
void Enroller::note_silence(const CaRef& ca) {
    pulse_.silent.insert(ca);
    note_outage(pulse_.memory(), ca, pulse_.options.now);
}

Enroller::Step Enroller::refused(Attempt& attempt, std::uint32_t request_id, Error error,
                                 NextCa next) {
    error = std::move(error).within("submit to " + attempt.last_ca);
    if (next == NextCa::unknown) {
        return lost_answer(attempt, std::move(error));
    }
    pulse_.log.record(attempt.event(kFailedAtCa),
                      {attempt.wanted.name, attempt.last_ca, error.sentence()});
    attempt.last_request_id = request_id;
    attempt.errors.push_back(std::move(error));
    return next == NextCa::ask ? Step::next_ca : Step::all_failed;
}

// Rule W7: the CA may have acted.  Nobody else is asked, and the key stays for the next attempt.
Enroller::Step Enroller::lost_answer(Attempt& attempt, Error error) {
    pulse_.log.record(attempt.event(kFailed),
                      {attempt.wanted.name, attempt.last_ca, "unknown", error.sentence()});
    fail_attempt(attempt, std::move(error));
    return Step::finished;
}

// An answer that cannot be used.  A certificate may exist now, so no other CA is asked.
Enroller::Step Enroller::not_used(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                                  Error error) {
    error = std::move(error).within("answer of " + ca.config() + " to request " +
                                    number_or_unknown(request_id));
    pulse_.log.record(EventId::ce_not_installed, {attempt.wanted.name, attempt.last_ca,
                                                  number_or_unknown(request_id), error.sentence()});
    fail_attempt(attempt, std::move(error));
    return Step::finished;
}

Enroller::Step Enroller::rejected(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                                  Error error) {
    discard_key(attempt);
    return not_used(attempt, ca, request_id, std::move(error));
}

// Rule W4: the id is what a later pulse fetches the same certificate by, instead of a second one.
Enroller::Step Enroller::kept(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                              Error error) {
    PendingRequest entry = entry_of(attempt, ca);
    if (request_id != 0) {
        entry.request_id = request_id;
    }
    if (Done saved = pulse_.ports.certificates.save_pending(entry); !saved) {
        attempt.errors.push_back(std::move(saved.error()).within("save the request"));
    }
    return not_used(attempt, ca, request_id, std::move(error));
}

// Every CA refused, or one did for a reason that holds everywhere.
void Enroller::give_up(Attempt& attempt) {
    Error last = std::move(attempt.errors.back());
    attempt.errors.pop_back();
    pulse_.log.record(attempt.event(kFailed),
                      {attempt.wanted.name, attempt.last_ca,
                       number_or_unknown(attempt.last_request_id), last.sentence()});
    discard_key(attempt);
    fail_attempt(attempt, std::move(last));
}

// Rule X4: only what this attempt made.
void Enroller::discard_key(Attempt& attempt) {
    if (!attempt.key) {
        return;
    }
    if (attempt.origin == KeyOrigin::kept) {
        // This attempt was answered: the entry speaks of the one that was not (rule W7).
        if (attempt.lost && !attempt.last_ca.empty()) {
            if (Done noted = pulse_.ports.certificates.save_pending(*attempt.lost); !noted) {
                attempt.errors.push_back(std::move(noted.error()).within("note the lost answer"));
            }
        }
        return;
    }
    const PendingRequest entry{.key_reference = attempt.key->reference(),
                               .template_name = attempt.wanted.name};
    attempt.key.reset();
    const Done dropped = pulse_.ports.certificates.drop_pending(entry).and_then(
        [&](auto) { return pulse_.ports.keys.erase(entry.key_reference); });
    // kBusy: a certificate uses the key, so it is not an orphan.
    if (!dropped && dropped.error().code != kBusy) {
        attempt.errors.push_back(Error(dropped.error()).within("erase the unused key"));
    }
}

void Enroller::fail_attempt(Attempt& attempt, Error error) {
    const std::string step = (attempt.renews() ? "renew " : "enroll ") + attempt.wanted.name;
    fail_decision(pulse_, attempt.decision, std::move(error), step);
    for (Error& one : attempt.errors) {
        pulse_.fail(std::move(one).within(step));
    }
}

}  // namespace ae::engine
