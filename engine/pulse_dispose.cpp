#include "engine/pulse_dispose.h"

#include "engine/base/text.h"
#include "engine/held_review.h"

#include <algorithm>

namespace ae::engine {

void Disposer::carry_out(const Disposal& disposal) {
    if (disposal.kind == ActionKind::unpublish) {
        const auto& published = pulse_.world().published;
        const auto at =
            std::ranges::find(published, disposal.thumbprint, &PublishedCertificate::thumbprint);
        if (at != published.end()) {
            unpublished_.push_back(at->facts.der);
        }
        return;
    }
    const bool archives = disposal.kind == ActionKind::archive;
    const Done gone = archives ? pulse_.ports.certificates.archive(disposal.thumbprint)
                               : pulse_.ports.certificates.remove(disposal.thumbprint);
    const std::string name = disposal.thumbprint.substr(0, kShownThumbprint);
    if (!gone) {
        pulse_.fail(Error(gone.error()).within((archives ? "archive " : "delete ") + name));
        return;
    }
    gone_.insert(disposal.thumbprint);
    disposed_.push_back(name + (archives ? " archived" : " deleted"));
    settle(disposal, archives ? Verdict::archived : Verdict::removed);
}

// The certificate's own decision says what happened to it.
void Disposer::settle(const Disposal& disposal, Verdict outcome) {
    for (Decision& decision : pulse_.report.decisions) {
        if (decision.about == About::certificate && decision.subject == disposal.thumbprint) {
            decision.verdict = outcome;
            decision.remedy.clear();
            if (!disposal.why.empty()) {
                decision.fact = disposal.why;
            }
        }
    }
}

bool Disposer::is_gone(const std::string& thumbprint) const { return gone_.contains(thumbprint); }

void Disposer::finish() {
    if (!disposed_.empty()) {
        pulse_.log.record(EventId::ce_old_removed, {join(disposed_, ", ")});
    }
    if (unpublished_.empty()) {
        return;
    }
    if (const Done gone = pulse_.ports.directory.unpublish(unpublished_); !gone) {
        // Rule X2: no right to do so is a warning, because nothing is worse than before.
        pulse_.report.notes.push_back("old values stay in userCertificate: " +
                                      gone.error().sentence());
        return;
    }
    pulse_.log.record(EventId::ce_user_certificate_cleaned, {std::to_string(unpublished_.size())});
}

}  // namespace ae::engine
