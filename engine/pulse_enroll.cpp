#include "engine/pulse_enroll.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_selection.h"
#include "engine/key_choice.h"
#include "engine/newcomer.h"
#include "engine/pending_requests.h"
#include "engine/response_check.h"

#include <algorithm>
#include <variant>

namespace ae::engine {
namespace {

// Of a certificate that could not be used: the brake's whole window.
constexpr Seconds kRejectedLifetime = 2 * kBrakeWindow;

enum class KeyOrigin { made, kept };

std::string number_or_unknown(std::uint32_t request_id) {
    return request_id == 0 ? "unknown" : std::to_string(request_id);
}

std::string silent_before(const std::vector<CaRef>& cas) {
    std::vector<std::string> names;
    for (const CaRef& ca : cas) {
        names.push_back(ca.config());
    }
    return join(names, ", ") + " did not answer earlier in this pulse";
}

// The same step has one event for a new certificate and another for a renewal.
struct EventPair {
    EventId enroll;
    EventId renew;
};
constexpr EventPair kFailedAtCa{EventId::ce_enroll_failed_at_ca, EventId::ce_renew_failed_at_ca};
constexpr EventPair kFailed{EventId::ce_enrollment_failed, EventId::ce_renewal_failed};
constexpr EventPair kSucceeded{EventId::ce_enrolled, EventId::ce_renewed};
constexpr EventPair kPending{EventId::ce_pending, EventId::ce_renewal_pending};

}  // namespace

// One template's way through its CAs.
struct Enroller::Attempt {
    const Action& action;
    const Template& wanted;
    Decision& decision;
    std::unique_ptr<PrivateKey> key{};
    KeyOrigin origin = KeyOrigin::made;
    EncodedRequest request{};
    std::vector<Error> errors{};  // one per CA that refused
    std::string last_ca{};
    std::uint32_t last_request_id = 0;

    [[nodiscard]] bool renews() const { return action.kind == ActionKind::renew; }
    [[nodiscard]] EventId event(const EventPair& pair) const {
        return renews() ? pair.renew : pair.enroll;
    }
};

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
        pulse_.log.record(EventId::ce_request_not_built,
                          {attempt.wanted.name, prepared.error().sentence()});
        discard_key(attempt);
        fail_attempt(attempt, std::move(prepared.error()));
        return;
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

// The key of a lost answer for the same certificate, empty when there is none.  Each is used once
// in a pulse: a second renewal of the template has a key of its own.
std::string Enroller::take_unanswered(const Attempt& attempt) {
    auto& pending = pulse_.gathered.world.pending;
    const PendingRequest* lost =
        find_unanswered(pending, attempt.wanted.name, attempt.action.thumbprint);
    if (lost == nullptr) {
        return {};
    }
    std::string reference = lost->key_reference;
    std::erase_if(pending,
                  [&](const PendingRequest& one) { return one.key_reference == reference; });
    return reference;
}

Done Enroller::prepare_key(Attempt& attempt) {
    if (attempt.renews() &&
        (attempt.wanted.private_key_flags & private_key_flag::kSameKeyRenewal) != 0) {
        // Rule W7: the copy that a lost answer left is used again, or copies would pile up.
        const std::string kept = take_unanswered(attempt);
        auto same = kept.empty() ? pulse_.ports.keys.reuse(attempt.action.thumbprint)
                                 : pulse_.ports.keys.open_pending(kept);
        if (!same) {
            return pass(same, "renew with the same key");
        }
        attempt.key = std::move(*same);
        attempt.origin = kept.empty() ? KeyOrigin::made : KeyOrigin::kept;
        return done();
    }
    const auto choice = choose_key(attempt.wanted, pulse_.world().abilities.providers);
    if (const auto* refusal = std::get_if<KeyRefusal>(&choice)) {
        return fail(kNotSupported, refusal->reason);  // rule E8 has said so before
    }
    const KeyRequest& wanted = std::get<KeyChoice>(choice).key;
    // Rule W7: a CA may hold a certificate for the key of a lost answer, so that key is used again.
    if (const std::string kept = take_unanswered(attempt); !kept.empty()) {
        if (auto key = pulse_.ports.keys.open(kept, wanted)) {
            attempt.key = std::move(*key);
            attempt.origin = KeyOrigin::kept;
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
    std::optional<Signer> predecessor;
    std::optional<Signer> authority;
    if (attempt.renews()) {
        auto signer = signer_of(attempt.action.thumbprint);
        if (!signer) {
            return pass(signer);
        }
        predecessor = std::move(*signer);
    }
    if (!attempt.action.signer.empty()) {
        auto signer = signer_of(attempt.action.signer);
        if (!signer) {
            return pass(signer);
        }
        authority = std::move(*signer);
    }
    if (Done ready = prepare_key(attempt); !ready) {
        return ready;
    }
    auto request = pulse_.ports.ca.build({.wanted = attempt.wanted,
                                          .account = pulse_.world().account,
                                          .server = pulse_.gathered.replica.server,
                                          .key = *attempt.key,
                                          .predecessor = predecessor ? &*predecessor : nullptr,
                                          .authority = authority ? &*authority : nullptr});
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
            .predecessor = attempt.action.thumbprint};
}

Enroller::Step Enroller::ask(Attempt& attempt, const CaRef& ca) {
    attempt.last_ca = ca.config();
    attempt.last_request_id = 0;
    // Before anything is sent: whatever happens from here on, a crash included, the key of a
    // request that a CA may have taken is known to the next pulse (rules W6, W7).
    if (Done noted = pulse_.ports.certificates.save_pending(entry_of(attempt, ca)); !noted) {
        pulse_.log.record(EventId::ce_request_not_built,
                          {attempt.wanted.name, noted.error().sentence()});
        discard_key(attempt);
        fail_attempt(attempt, std::move(noted.error()).within("note the request"));
        return Step::finished;
    }
    pulse_.ports.events.step(
        {attempt.renews() ? StepKind::renew : StepKind::enroll, attempt.wanted.name, ca.config()});
    const auto reply = pulse_.ports.ca.submit(ca, attempt.request);
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
    return refused(attempt, reply->request_id, {code_of(*reply), words_of(*reply), {}});
}

Enroller::Step Enroller::take(Attempt& attempt, const CaRef& ca, const CaReply& reply) {
    const auto& services = pulse_.world().services;
    const auto service = std::ranges::find(services, ca, &EnrollmentService::ref);
    auto leaf = check_response(
        reply,
        {attempt.wanted, *service, *attempt.key, pulse_.gathered.anchors, pulse_.options.now},
        pulse_.ports.chains, pulse_.ports.crypto);
    note_issue(pulse_.memory(),
               {.template_name = attempt.wanted.name,
                .reason = attempt.action.reason,
                .when = pulse_.options.now,
                .lifetime = leaf ? leaf->not_after - leaf->not_before : kRejectedLifetime});
    if (!leaf) {
        return rejected(attempt, ca, reply.request_id, std::move(leaf.error()), KeyFate::erase);
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
        // The certificate is good and the disk was not: the next attempt uses the same key.
        return rejected(attempt, ca, reply.request_id, std::move(where.error()).within("install"),
                        KeyFate::keep);
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
                            "; valid until " + ae::to_string(leaf.not_after);
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
    PendingRequest entry = entry_of(attempt, ca);
    entry.request_id = reply.request_id;
    if (Done saved = pulse_.ports.certificates.save_pending(entry); !saved) {
        return rejected(attempt, ca, reply.request_id,
                        std::move(saved.error()).within("save the pending request"), KeyFate::keep);
    }
    pulse_.log.record(attempt.event(kPending),
                      {attempt.wanted.name, attempt.last_ca, std::to_string(reply.request_id)});
    attempt.decision.verdict = Verdict::pending;
    attempt.decision.fact =
        "request " + std::to_string(reply.request_id) + " waits at " + attempt.last_ca;
    attempt.decision.remedy = "issue or deny it at the CA; a later pulse fetches the certificate";
    return Step::finished;
}

Enroller::Step Enroller::no_answer(Attempt& attempt, const CaRef& ca, Error error) {
    if (next_ca(error.code) != NextCa::stop) {
        pulse_.silent.insert(ca);
        note_outage(pulse_.memory(), ca, pulse_.options.now);
    }
    return refused(attempt, 0, std::move(error));
}

Enroller::Step Enroller::refused(Attempt& attempt, std::uint32_t request_id, Error error) {
    const Hresult code = error.code;
    error = std::move(error).within("submit to " + attempt.last_ca);
    const NextCa next = next_ca(code);
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
Enroller::Step Enroller::rejected(Attempt& attempt, const CaRef& ca, std::uint32_t request_id,
                                  Error error, KeyFate fate) {
    error = std::move(error).within("answer of " + ca.config() + " to request " +
                                    number_or_unknown(request_id));
    pulse_.log.record(EventId::ce_not_installed, {attempt.wanted.name, attempt.last_ca,
                                                  number_or_unknown(request_id), error.sentence()});
    if (fate == KeyFate::erase) {
        discard_key(attempt);
    }
    fail_attempt(attempt, std::move(error));
    return Step::finished;
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
    if (!attempt.key || attempt.origin == KeyOrigin::kept) {
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
