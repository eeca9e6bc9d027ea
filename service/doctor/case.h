// What the stages of doctor share: which templates it speaks about, and which diagnosis belongs to
// the engine's decision about one.  Private to doctor.  Pure; what is returned refers to the
// examination, which must outlive it.
#pragma once

#include "engine/ca_choice.h"
#include "engine/renewal_dates.h"
#include "service/doctor/examination.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// The diagnosis that an engine's rule leads to; one rule, one diagnosis.
struct Cause {
    std::string_view id;
    Stage stage{};
    FindingVerdict usual{};        // nothing valid is held
    FindingVerdict while_valid{};  // a valid certificate is held all the same
};

struct TemplateCase {
    const engine::Template& wanted;
    // About the template: the engine's, but where the template was asked for and is for the other
    // kind of account, that (E4), though a right is missing too (E3).
    engine::Decision decision;
    std::optional<Cause> cause{};  // nothing: a certificate is held, or will be requested
    std::vector<const engine::Decision*> certificates{};
    std::vector<const engine::Decision*> requests{};
    engine::CaOffer offer{};
    bool asked = false;  // by --template
    bool valid = false;  // a valid certificate of it is held

    // `usual`, unless it is this very template that somebody asked about.
    [[nodiscard]] FindingVerdict verdict_of(const Cause& of) const;
};

// The templates that are meant for the account (engine/intent.h), of which something is held or
// waits, or that a CA refused; with --template only that one, whatever it is for.
// Nothing of them without a view.
std::vector<TemplateCase> cases_of(const Examination& seen);

// By cn or by identifier; nullptr: the directory has none of that name.
const engine::Template* asked_template(const Examination& seen);

// A CA that offers at least one of the cases, and is not left out by --ca.
struct CaCase {
    const engine::EnrollmentService& service;
    std::vector<const TemplateCase*> cases{};  // that it lists and lets in
};
std::vector<CaCase> cas_of(const Examination& seen, const std::vector<TemplateCase>& cases);
bool is_in_view(const Examination& seen, const engine::EnrollmentService& service);  // --ca

// A finding about `one` for its cause: verdict, event and rule come out of the decision.
Finding finding_of(const TemplateCase& one, std::string sentence, std::string remedy = {});

// Refusals of this template's present version that its need has not outlived.
std::vector<const engine::Refusal*> refusals_of(const Examination& seen, const TemplateCase& one);

const engine::HeldCertificate* held_by(const Examination& seen, const std::string& thumbprint);
// When `held`, an entry of MY, is renewed, or why it never is.
engine::RenewalOutlook outlook_of(const Examination& seen, const engine::HeldCertificate& held);
std::string account_of(const Examination& seen);  // "WS1$"

}  // namespace ae::service
