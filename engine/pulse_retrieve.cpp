#include "engine/pulse_retrieve.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/lost_answer.h"
#include "engine/pending_requests.h"
#include "engine/response_check.h"

#include <algorithm>
#include <array>

namespace ae::engine {
namespace {

std::string number_of(const PendingRequest& entry) {
    return number_or_unknown(entry.request_id.value_or(0));
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
        if (is_unanswered(entry)) {
            reconcile(action, entry, decision);
        } else {
            retrieve(action, entry, decision);
        }
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
        if (Done believed = stands(entry, *reply); !believed) {
            keep(entry, decision, std::move(believed.error()));
            return;
        }
        deny(entry, *reply, decision);
        return;
    }
    keep(entry, decision, {code_of(*reply), words_of(*reply), {}});
}

// A denial takes key and entry away, so it must be that CA's word (checks I2, I3).
Done Retriever::stands(const PendingRequest& entry, const CaReply& denial) {
    const EnrollmentService* ca = find_service(pulse_, entry.ca);
    if (ca == nullptr) {
        return done();  // listed no more: the protected call is all there is
    }
    return check_standing(
        denial,
        {*ca, pulse_.gathered.anchors, pulse_.options.now, ask_for_certificates(pulse_, entry.ca)},
        pulse_.ports.chains, pulse_.ports.crypto);
}

// Rule N3: the requirement stays, so the same pulse may ask anew; back-off keeps it from nagging.
void Retriever::deny(const PendingRequest& entry, const CaReply& reply, Decision& decision) {
    const Template* wanted = find_in(pulse_.gathered.world.templates, [&](const Template& one) {
        return equal_ignoring_case(one.name, entry.template_name);
    });
    pulse_.log.record(EventId::ce_pending_denied,
                      {entry.template_name, entry.ca.config(), number_of(entry)});
    Error error{code_of(reply), words_of(reply), {}};
    const auto fail_to_drop = [&](Error why) {
        pulse_.fail(std::move(why).within("drop request " + number_of(entry)));
    };
    if (Done dropped = pulse_.ports.certificates.drop_pending(entry); !dropped) {
        // It is denied once more, which is no second denial.
        fail_to_drop(std::move(dropped.error()));
    } else {
        if (Done erased = erase_key(entry); !erased) {
            fail_to_drop(std::move(erased.error()));
        }
        note_refusal(pulse_.memory(), {.template_name = entry.template_name,
                                       .template_version = wanted ? version_of(*wanted) : "",
                                       .ca = entry.ca,
                                       .code = code_of(reply),
                                       .last = pulse_.options.now});
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
    const EnrollmentService* ca = find_service(pulse_, entry.ca);
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
    auto leaf = judge(reply, *wanted, *ca, **key, entry.archived_key_hash);
    if (!leaf) {
        reject(entry, decision, reply.request_id, std::move(leaf.error()));
        return;
    }
    key->reset();
    decision.fact = "request " + number_of(entry) + " at " + entry.ca.config();
    if (settle(action, entry, *wanted, entry.ca, reply, std::move(*leaf), decision)) {
        pulse_.log.record(EventId::ce_pending_received,
                          {wanted->name, entry.ca.config(), number_of(entry)});
    }
}

// A version that was raised while a manager thought it over is no fault: rule Q6 renews.
Result<CertificateFacts> Retriever::judge(const CaReply& reply, const Template& wanted,
                                          const EnrollmentService& ca, PrivateKey& key,
                                          ByteView archived_key_hash) {
    Template as_requested = wanted;
    as_requested.major_version = 0;
    return check_response(
        reply,
        {.wanted = as_requested,
         .ca = ca,
         .key = key,
         .anchors = pulse_.gathered.anchors,
         .now = pulse_.options.now,
         .archived_key_hash = archived_key_hash,
         .own_certificates = ask_for_certificates(pulse_, ca.ref()),
         .note = [&](const std::string& sentence) { pulse_.report.notes.push_back(sentence); }},
        pulse_.ports.chains, pulse_.ports.crypto);
}

// Into MY with it; `decision.fact` says where it comes from.  False: it stays in REQUEST.
bool Retriever::settle(const Action& action, const PendingRequest& entry, const Template& wanted,
                       const CaRef& ca, const CaReply& reply, CertificateFacts leaf,
                       Decision& decision) {
    auto where = pulse_.ports.certificates.install({.template_name = wanted.name,
                                                    .template_oid = wanted.oid,
                                                    .ca = ca,
                                                    .request_id = entry.request_id.value_or(0),
                                                    .certificate = reply.certificate,
                                                    .chain = issuers_of(leaf, reply.chain),
                                                    .key_reference = entry.key_reference,
                                                    .installed = pulse_.options.now,
                                                    .predecessor = entry.predecessor});
    if (!where) {
        keep(entry, decision, std::move(where.error()).within("install"));
        return false;
    }
    decision.verdict = Verdict::issued;
    decision.fact += "; valid until " + ae::to_string(leaf.not_after);
    pulse_.report.enrolled.push_back({wanted.name, ca, entry.request_id.value_or(0),
                                      entry.predecessor, std::move(*where), std::move(leaf)});
    for (const Disposal& disposal : action.afterwards) {
        disposer_.carry_out(disposal);
    }
    return true;
}

// Rule W10: what the CA issued and could not tell us may stand in userCertificate.
void Retriever::reconcile(const Action& action, const PendingRequest& entry, Decision& decision) {
    const Snapshot& world = pulse_.world();
    auto key = pulse_.ports.keys.open_pending(entry.key_reference);
    if (!key) {
        not_found(entry, decision, "its key cannot be opened: " + key.error().sentence());
        return;
    }
    const PublishedCertificate* found = find_answer(entry, (*key)->public_key_info(), world);
    if (found == nullptr) {
        not_found(entry, decision, "the directory publishes no certificate for its key");
        return;
    }
    const Template* wanted = find_in(world.templates, [&](const Template& one) {
        return equal_ignoring_case(one.name, entry.template_name);
    });
    const EnrollmentService* ca = issuer_of(found->facts, entry, world);
    if (ca == nullptr) {
        not_found(entry, decision,
                  "certificate " + found->thumbprint +
                      ", which the directory publishes for its key, "
                      "is of no CA that the directory lists");
        return;
    }
    const CaReply reply{.disposition = Disposition::issued,
                        .certificate = found->facts.der,
                        .chain = pulse_.gathered.anchors.intermediates};
    auto leaf = judge(reply, *wanted, *ca, **key, {});
    if (!leaf) {
        not_found(entry, decision,
                  "certificate " + found->thumbprint +
                      ", which the directory publishes for its key, "
                      "cannot be used: " +
                      leaf.error().sentence());
        return;
    }
    key->reset();
    decision.fact = "found in the directory: the answer to the request of " +
                    ae::to_string(entry.submitted) + " was lost; issued by " + ca->ref().config();
    if (settle(action, entry, *wanted, ca->ref(), reply, std::move(*leaf), decision)) {
        pulse_.log.record(entry.predecessor.empty() ? EventId::ce_enrolled : EventId::ce_renewed,
                          {wanted->name, ca->ref().config(), "unknown"});
        pulse_.report.notes.push_back("template " + wanted->name + ": " + decision.fact);
    }
}

// The next attempt uses the same key, until rule N11 drops it.
void Retriever::not_found(const PendingRequest& entry, Decision& decision, const std::string& why) {
    decision.fact = unanswered_text(entry) + "; " + why;
    if (!is_overdue(entry, pulse_.options.now)) {
        decision.verdict = Verdict::left_alone;
        decision.rule = "W7";
        return;
    }
    decision.rule = "N11";
    if (Done dropped = drop(entry); !dropped) {
        fail_decision(pulse_, decision, std::move(dropped.error()), "drop " + entry.template_name);
        return;
    }
    decision.verdict = Verdict::forgotten;
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
    return pulse_.ports.certificates.drop_pending(entry).and_then(
        [&](auto) { return erase_key(entry); });
}

// Rule X4: a key that a certificate has as well stays.
Done Retriever::erase_key(const PendingRequest& entry) {
    Done erased = pulse_.ports.keys.erase(entry.key_reference);
    return !erased && erased.error().code == kBusy ? done() : erased;
}

}  // namespace ae::engine
