#include "engine/pulse_enroll.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/candidate.h"
#include "engine/enroll_attempt.h"
#include "engine/exchange_check.h"
#include "engine/key_choice.h"
#include "engine/lost_answer.h"
#include "engine/newcomer.h"
#include "engine/pending_requests.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace ae::engine {
namespace {

std::string silent_before(const std::vector<CaRef>& cas) {
    std::vector<std::string> names;
    for (const CaRef& ca : cas) {
        names.push_back(ca.config());
    }
    return join(names, ", ") + " did not answer earlier in this pulse";
}

bool is_refusal(const CaReply& reply) {
    return reply.disposition == Disposition::denied || reply.disposition == Disposition::failed;
}

}  // namespace

void Enroller::carry_out(const Action& action) {
    const auto& templates = pulse_.world().templates;
    const auto wanted = std::ranges::find(templates, action.template_name, &Template::name);
    Attempt attempt{
        .action = action, .wanted = *wanted, .decision = pulse_.report.decisions[action.decision]};
    std::vector<CaRef> cas;
    std::ranges::copy_if(action.cas, std::back_inserter(cas),
                         [&](const CaRef& ca) { return !pulse_.silent.contains(ca); });
    if (cas.empty()) {
        // One dead CA must not make a pulse long.
        Error error{kServerUnavailable, silent_before(action.cas), {}};
        pulse_.log.record(attempt.event(kFailed), {attempt.wanted.name, action.cas.front().config(),
                                                   "unknown", error.sentence()});
        fail_attempt(attempt, std::move(error));
        return;
    }
    if (Done prepared = prepare(attempt); !prepared) {
        not_built(attempt, std::move(prepared.error()));
        return;
    }
    if (attempt.lost) {
        const std::string surplus = surplus_text(*attempt.lost);
        attempt.story.push_back(surplus);
        pulse_.report.notes.push_back("template " + attempt.wanted.name + ": " + surplus +
                                      "; asks anew with the same key");
    }
    for (const CaRef& ca : cas) {
        if (!attempt.errors.empty() && pulse_.stop_asked()) {
            break;
        }
        if (enrolled_meanwhile(attempt)) {
            discard_key(attempt);
            return;
        }
        const Step step = ask(attempt, ca);
        if (step == Step::finished) {
            return;
        }
        if (step == Step::all_failed) {
            break;
        }
    }
    give_up(attempt);
}

// Rule J4.  What cannot be read a second time hinders nobody: the pulse has read it a moment ago.
bool Enroller::enrolled_meanwhile(Attempt& attempt) {
    const auto my_now = pulse_.ports.certificates.held();
    if (!my_now) {
        return false;
    }
    std::set<std::string> own;
    for (const Enrolled& one : pulse_.report.enrolled) {
        own.insert(one.where.thumbprint);
    }
    const HeldCertificate* other = newcomer(attempt.wanted, pulse_.world(), *my_now, own);
    if (other == nullptr) {
        return false;
    }
    attempt.decision.verdict = Verdict::held;
    attempt.decision.rule = "J4";
    attempt.decision.fact =
        named(*other) + " came into MY while this pulse ran; another program enrolled it";
    return true;
}

// The entry of a lost answer for the same certificate.  Each is used once in a pulse: a second
// renewal of the template has a key of its own.
std::optional<PendingRequest> Enroller::take_unanswered(const Attempt& attempt) {
    auto& pending = pulse_.gathered.world.pending;
    const PendingRequest* lost =
        find_unanswered(pending, attempt.wanted.name, attempt.action.thumbprint);
    if (lost == nullptr) {
        return std::nullopt;
    }
    PendingRequest entry = *lost;
    std::erase_if(pending, [&](const PendingRequest& one) {
        return one.key_reference == entry.key_reference;
    });
    return entry;
}

Done Enroller::prepare_key(Attempt& attempt) {
    if (attempt.renews() &&
        (attempt.wanted.private_key_flags & private_key_flag::kSameKeyRenewal) != 0) {
        // Rule W7: the copy that a lost answer left is used again, or copies would pile up.
        attempt.lost = take_unanswered(attempt);
        auto same = attempt.lost ? pulse_.ports.keys.open_pending(attempt.lost->key_reference)
                                 : pulse_.ports.keys.reuse(attempt.action.thumbprint);
        if (!same) {
            return pass(same, "renew with the same key");
        }
        attempt.key = std::move(*same);
        attempt.origin = attempt.lost ? KeyOrigin::kept : KeyOrigin::made;
        return done();
    }
    const auto choice = choose_key(attempt.wanted, pulse_.world().abilities.providers);
    if (const auto* refusal = std::get_if<KeyRefusal>(&choice)) {
        return fail(kNotSupported, refusal->reason);  // rule E8 has said so before
    }
    const KeyRequest& wanted = std::get<KeyChoice>(choice).key;
    // Rule W7: a CA may hold a certificate for the key of a lost answer, so that key is used again.
    if (auto kept = take_unanswered(attempt)) {
        if (auto key = pulse_.ports.keys.open(kept->key_reference, wanted)) {
            attempt.key = std::move(*key);
            attempt.origin = KeyOrigin::kept;
            attempt.lost = std::move(kept);
            return done();
        }
    }
    auto made = pulse_.ports.keys.create(wanted);
    if (!made) {
        return pass(made, "make the key");
    }
    attempt.key = std::move(*made);
    return done();
}

Result<Signer> Enroller::signer_of(const std::string& thumbprint) {
    const auto& my = pulse_.world().my;
    const auto held = std::ranges::find(my, thumbprint, &HeldCertificate::thumbprint);
    auto key = pulse_.ports.keys.open_held(thumbprint);
    if (!key) {
        return pass(key, "open the key that signs the request");
    }
    return Signer{held->facts.der, std::move(*key)};
}

Done Enroller::prepare(Attempt& attempt) {
    if (attempt.renews()) {
        auto signer = signer_of(attempt.action.thumbprint);
        if (!signer) {
            return pass(signer);
        }
        if (!signer->key->signs() && !carries_names_over(attempt.wanted)) {
            attempt.story.emplace_back(
                "the key of the certificate to renew does not sign; asked anew instead");
        } else {
            attempt.predecessor = std::move(*signer);
        }
    }
    if (!attempt.action.signer.empty()) {
        auto signer = signer_of(attempt.action.signer);
        if (!signer) {
            return pass(signer);
        }
        attempt.authority = std::move(*signer);
    }
    if (Done ready = prepare_key(attempt); !ready) {
        return ready;
    }
    attempt.archival =
        archival_of(attempt.wanted, attempt.renews() ? Occasion::renew : Occasion::enroll);
    return attempt.archival == KeyArchival::once ? done() : build(attempt);
}

// Archival: the key is encrypted to the CA that is asked, so each gets a request of its own.
// Nothing: it is ready.
std::optional<Enroller::Step> Enroller::build_for(Attempt& attempt, const CaRef& ca) {
    auto given = pulse_.ports.ca.exchange_certificate(ca);
    if (!given) {
        if (given.error().code == kServerUnavailable) {
            note_silence(ca);
        }
        return refused(attempt, 0, std::move(given.error()).within("get its exchange certificate"),
                       NextCa::ask);
    }
    const auto checked =
        check_exchange_certificate(*given,
                                   {*find_service(pulse_, ca), pulse_.gathered.anchors,
                                    pulse_.options.now, ask_for_certificates(pulse_, ca)},
                                   pulse_.ports.chains, pulse_.ports.crypto);
    if (!checked) {
        return refused(attempt, 0, Error(checked.error()).within("archive the key"), NextCa::ask);
    }
    attempt.exchange_certificate = std::move(given->certificate);
    if (Done built = build(attempt); !built) {
        return not_built(attempt, std::move(built.error()));
    }
    return std::nullopt;
}

Enroller::Step Enroller::not_built(Attempt& attempt, Error error) {
    pulse_.log.record(EventId::ce_request_not_built, {attempt.wanted.name, error.sentence()});
    discard_key(attempt);
    fail_attempt(attempt, std::move(error));
    return Step::finished;
}

Done Enroller::build(Attempt& attempt) {
    const auto optional = [](const std::optional<Signer>& signer) {
        return signer ? &*signer : nullptr;
    };
    auto request = pulse_.ports.ca.build({.wanted = attempt.wanted,
                                          .account = pulse_.world().account,
                                          .server = pulse_.gathered.replica.server,
                                          .key = *attempt.key,
                                          .predecessor = optional(attempt.predecessor),
                                          .authority = optional(attempt.authority),
                                          .exchange_certificate = attempt.exchange_certificate});
    if (!request) {
        return pass(request, "build the request");
    }
    attempt.request = std::move(*request);
    return done();
}

// An entry without a request id: sent, or about to be, and not answered.
PendingRequest Enroller::entry_of(const Attempt& attempt, const CaRef& ca) const {
    return {.key_reference = attempt.key->reference(),
            .template_name = attempt.wanted.name,
            .ca = ca,
            .request_id = std::nullopt,
            .submitted = pulse_.options.now,
            .predecessor = attempt.action.thumbprint,
            .archived_key_hash = attempt.request.archived_key_hash};
}

Enroller::Step Enroller::ask(Attempt& attempt, const CaRef& ca) {
    attempt.last_ca = ca.config();
    attempt.last_request_id = 0;
    if (attempt.archival == KeyArchival::once) {
        if (const auto ended = build_for(attempt, ca)) {
            return *ended;
        }
    }
    // Before anything is sent: whatever happens from here on, a crash included, the key of a
    // request that a CA may have taken is known to the next pulse (rules W6, W7).
    if (Done noted = pulse_.ports.certificates.save_pending(entry_of(attempt, ca)); !noted) {
        return not_built(attempt, std::move(noted.error()).within("note the request"));
    }
    pulse_.ports.events.step(
        {attempt.renews() ? StepKind::renew : StepKind::enroll, attempt.wanted.name, ca.config()});
    const auto reply = submit(attempt, ca);
    if (!reply) {
        return no_answer(attempt, ca, reply.error());
    }
    note_answer(pulse_.memory(), ca);
    switch (reply->disposition) {
        case Disposition::issued:
            return take(attempt, ca, *reply);
        case Disposition::pending:
            return wait_for(attempt, ca, *reply);
        case Disposition::denied:
        case Disposition::failed:
            break;
    }
    if (next_ca(code_of(*reply)) != NextCa::unknown) {
        note_refusal(pulse_.memory(), {.template_name = attempt.wanted.name,
                                       .template_version = version_of(attempt.wanted),
                                       .ca = ca,
                                       .code = code_of(*reply),
                                       .last = pulse_.options.now});
    }
    const std::string& tickets = attempt.tickets.fact;
    return refused(attempt, reply->request_id,
                   {code_of(*reply), words_of(*reply) + (tickets.empty() ? "" : "; " + tickets),
                    code_of(*reply) == kTemplateDenied ? attempt.tickets.remedy : ""},
                   next_ca(code_of(*reply)));
}

// One request, and once more where the first answer asks for something that can be had.
Result<CaReply> Enroller::submit(Attempt& attempt, const CaRef& ca) {
    attempt.tickets = {};
    auto reply = pulse_.ports.ca.submit(ca, attempt.request);
    if (reply && has_fresh_tickets(attempt, ca, *reply)) {
        reply = pulse_.ports.ca.submit(ca, attempt.request);
    }
    if (reply && is_new_request_now(attempt, ca, *reply)) {
        reply = pulse_.ports.ca.submit(ca, attempt.request);
    }
    return reply;
}

// Rule S13: a denial that contradicts the directory may be the tickets' fault.
bool Enroller::has_fresh_tickets(Attempt& attempt, const CaRef& ca, const CaReply& denial) {
    if (!is_refusal(denial) || code_of(denial) != kTemplateDenied) {
        return false;
    }
    attempt.tickets = tickets_.after_denial(pulse_.world().account);
    if (attempt.tickets.next == TicketRemark::Next::believe_the_ca) {
        return false;
    }
    tell(attempt, ca, denial, attempt.tickets.fact);
    return true;
}

// A CA that does not take the renewal may take a new request for the same key, once.  Names that
// only the predecessor supplies have no other way in.
bool Enroller::is_new_request_now(Attempt& attempt, const CaRef& ca, const CaReply& refusal) {
    if (!is_refusal(refusal) || !attempt.predecessor || !may_renew_anew(code_of(refusal)) ||
        carries_names_over(attempt.wanted)) {
        return false;
    }
    auto predecessor = std::exchange(attempt.predecessor, std::nullopt);
    if (!build(attempt)) {
        attempt.predecessor = std::move(predecessor);
        return false;  // the CA's own reason stands
    }
    tell(attempt, ca, refusal,
         "the renewal was refused with " + describe(code_of(refusal)) + "; asked anew instead");
    return true;
}

// What happened on the way belongs to the decision and to the report.
void Enroller::tell(Attempt& attempt, const CaRef& ca, const CaReply& reply,
                    const std::string& what) {
    attempt.story.push_back(what);
    pulse_.report.notes.push_back("template " + attempt.wanted.name + ": " + ca.config() + ": " +
                                  words_of(reply) + "; " + what);
}

}  // namespace ae::engine
