#include "engine/pulse_retrieve.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/response_check.h"

#include <algorithm>
#include <array>

namespace ae::engine {
namespace {

std::string number_of(const PendingRequest& entry) {
    return std::to_string(entry.request_id.value_or(0));
}

constexpr Hresult kBadPublicKey = hresult(0x80090015);  // NTE_BAD_PUBLIC_KEY: check I5
constexpr Hresult kNotFound = hresult(0x80070490);      // ERROR_NOT_FOUND

// CERTSRV_E_BAD_REQUESTSTATUS, CERTSRV_E_PROPERTY_EMPTY: the CA has no such request any more.
constexpr std::array kNoSuchRequest = {hresult(0x80094003), hresult(0x80094004)};

// A wrong key stays wrong; a chain, a clock or a list of CAs may be better tomorrow, and a manager
// has approved this certificate.
bool may_heal(Hresult code) { return code != kBadPublicKey; }

template <class Range, class Match>
auto* find_in(Range& range, Match match) {
    const auto at = std::ranges::find_if(range, match);
    return at == range.end() ? nullptr : &*at;
}

}  // namespace

void Retriever::carry_out(const Action& action) {
    Decision& decision = pulse_.report.decisions[action.decision];
    const PendingRequest* found = find_in(
        pulse_.gathered.world.pending,
        [&](const PendingRequest& one) { return one.key_reference == action.key_reference; });
    if (found == nullptr) {
        return;
    }
    const PendingRequest entry = *found;
    if (action.kind == ActionKind::retrieve) {
        retrieve(action, entry, decision);
        return;
    }
    if (Done dropped = drop(entry); !dropped) {
        fail_decision(pulse_, decision, std::move(dropped.error()), "drop " + number_of(entry));
        return;
    }
    decision.verdict = Verdict::forgotten;
}

void Retriever::retrieve(const Action& action, const PendingRequest& entry, Decision& decision) {
    if (pulse_.silent.contains(entry.ca)) {
        keep(entry, decision, {kServerUnavailable, "it did not answer earlier in this pulse", {}});
        return;
    }
    pulse_.ports.events.step({StepKind::retrieve, entry.template_name, entry.ca.config()});
    const auto reply = pulse_.ports.ca.retrieve(entry.ca, *entry.request_id);
    if (!reply) {
        // A bad answer to this one request says nothing about the CA.
        if (next_ca(reply.error().code) != NextCa::stop) {
            pulse_.silent.insert(entry.ca);
            note_outage(pulse_.memory(), entry.ca, pulse_.options.now);
        }
        keep(entry, decision, reply.error());
        return;
    }
    note_answer(pulse_.memory(), entry.ca);
    switch (reply->disposition) {
        case Disposition::issued:
            install(action, entry, *reply, decision);
            return;
        case Disposition::pending:
            decision.verdict = Verdict::pending;
            decision.rule = "N2";
            pulse_.log.record(EventId::ce_still_pending,
                              {entry.template_name, entry.ca.config(), number_of(entry)});
            return;
        case Disposition::denied:
        case Disposition::failed:
            break;
    }
    const bool unknown = std::ranges::find(kNoSuchRequest, reply->code) != kNoSuchRequest.end();
    if (reply->disposition == Disposition::denied || reply->code == kAdminDenied || unknown) {
        deny(entry, *reply, decision);
        return;
    }
    keep(entry, decision, {code_of(*reply), words_of(*reply), {}});
}

// Rule N3: the requirement stays, so the same pulse may ask anew; back-off keeps it from nagging.
void Retriever::deny(const PendingRequest& entry, const CaReply& reply, Decision& decision) {
    const Template* wanted = find_in(pulse_.gathered.world.templates, [&](const Template& one) {
        return equal_ignoring_case(one.name, entry.template_name);
    });
    note_refusal(pulse_.memory(), {.template_name = entry.template_name,
                                   .template_version = wanted ? version_of(*wanted) : "",
                                   .ca = entry.ca,
                                   .code = code_of(reply),
                                   .last = pulse_.options.now});
    pulse_.log.record(EventId::ce_pending_denied,
                      {entry.template_name, entry.ca.config(), number_of(entry)});
    Error error{code_of(reply), words_of(reply), {}};
    if (Done dropped = drop(entry); !dropped) {
        pulse_.fail(std::move(dropped.error()).within("drop request " + number_of(entry)));
    }
    decision.rule = "N3";
    fail_decision(pulse_, decision, std::move(error).within(entry.ca.config()),
                  "fetch " + entry.template_name);
}

void Retriever::install(const Action& action, const PendingRequest& entry, const CaReply& reply,
                        Decision& decision) {
    const Template* wanted = find_in(pulse_.gathered.world.templates, [&](const Template& one) {
        return equal_ignoring_case(one.name, entry.template_name);
    });
    const EnrollmentService* ca =
        find_in(pulse_.gathered.world.services,
                [&](const EnrollmentService& one) { return one.ref() == entry.ca; });
    if (wanted == nullptr || ca == nullptr) {
        keep(entry, decision,
             {kNotFound,
              std::string("the directory lists ") +
                  (wanted == nullptr ? "template " + entry.template_name : entry.ca.config()) +
                  " no more, so its certificate cannot be checked",
              {}});
        return;
    }
    auto key = pulse_.ports.keys.open_pending(entry.key_reference);
    if (!key) {
        keep(entry, decision, std::move(key.error()).within("open the key of the request"));
        return;
    }
    // A version that was raised while a manager thought it over is no fault: rule Q6 renews.
    Template as_requested = *wanted;
    as_requested.major_version = 0;
    auto leaf = check_response(
        reply, {as_requested, *ca, **key, pulse_.gathered.anchors, pulse_.options.now},
        pulse_.ports.chains, pulse_.ports.crypto);
    if (!leaf) {
        reject(entry, decision, reply.request_id, std::move(leaf.error()));
        return;
    }
    key->reset();
    auto where = pulse_.ports.certificates.install({.template_name = wanted->name,
                                                    .template_oid = wanted->oid,
                                                    .ca = entry.ca,
                                                    .request_id = *entry.request_id,
                                                    .certificate = reply.certificate,
                                                    .chain = issuers_of(*leaf, reply.chain),
                                                    .key_reference = entry.key_reference,
                                                    .installed = pulse_.options.now,
                                                    .predecessor = entry.predecessor});
    if (!where) {
        keep(entry, decision, std::move(where.error()).within("install"));
        return;
    }
    pulse_.log.record(EventId::ce_pending_received,
                      {wanted->name, entry.ca.config(), number_of(entry)});
    decision.verdict = Verdict::issued;
    decision.fact = "request " + number_of(entry) + " at " + entry.ca.config() + "; valid until " +
                    ae::to_string(leaf->not_after);
    pulse_.report.enrolled.push_back({wanted->name, entry.ca, *entry.request_id, entry.predecessor,
                                      std::move(*where), std::move(*leaf)});
    for (const Disposal& disposal : action.afterwards) {
        disposer_.carry_out(disposal);
    }
}

// Rule N4.
void Retriever::keep(const PendingRequest& entry, Decision& decision, Error error) {
    decision.rule = "N4";
    error = std::move(error).within(entry.ca.config());
    pulse_.log.record(EventId::ce_retrieve_failed,
                      {entry.template_name, entry.ca.config(), number_of(entry), error.sentence()});
    fail_decision(pulse_, decision, std::move(error), "fetch " + entry.template_name);
}

void Retriever::reject(const PendingRequest& entry, Decision& decision, std::uint32_t request_id,
                       Error error) {
    error = std::move(error).within("answer of " + entry.ca.config() + " to request " +
                                    std::to_string(request_id));
    pulse_.log.record(EventId::ce_not_installed, {entry.template_name, entry.ca.config(),
                                                  std::to_string(request_id), error.sentence()});
    if (!may_heal(error.code)) {
        if (Done dropped = drop(entry); !dropped) {
            pulse_.fail(std::move(dropped.error()).within("drop request " + number_of(entry)));
        }
    }
    fail_decision(pulse_, decision, std::move(error), "fetch " + entry.template_name);
}

// Rules N5, X4: the key goes with its entry unless a certificate shares it (kBusy).
Done Retriever::drop(const PendingRequest& entry) {
    return pulse_.ports.certificates.drop_pending(entry).and_then([&](auto) -> Done {
        Done erased = pulse_.ports.keys.erase(entry.key_reference);
        if (!erased && erased.error().code == kBusy) {
            return done();
        }
        return erased;
    });
}

}  // namespace ae::engine
