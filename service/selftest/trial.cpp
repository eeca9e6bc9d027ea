#include "service/selftest/trial.h"

#include "service/selftest/trial_certificate.h"

#include <utility>

namespace ae::service {

Trial::Trial(std::unique_ptr<stores::ContextStores> stores) : stores_(std::move(stores)) {
    adopt_leftovers();
    static_cast<void>(clean());
}

Trial::~Trial() { static_cast<void>(clean()); }

void Trial::adopt_leftovers() {
    // What cannot be listed is for the checks to say.
    const auto held = certificates().held();
    for (const engine::HeldCertificate& one :
         held.value_or(std::vector<engine::HeldCertificate>{})) {
        if (is_of_a_trial(one.facts)) {
            certificates_.push_back(one.thumbprint);
        }
    }
    const auto pending = certificates().pending();
    for (const engine::PendingRequest& one :
         pending.value_or(std::vector<engine::PendingRequest>{})) {
        if (one.template_name == kTrialTemplate) {
            keys_.push_back(one.key_reference);
        }
    }
}

Result<std::unique_ptr<engine::PrivateKey>> Trial::make_key(const engine::KeyRequest& request) {
    auto key = keys().create(request);
    if (key) {
        keys_.push_back((*key)->reference());
    }
    return key;
}

Result<engine::InstalledCertificate> Trial::install(const engine::NewCertificate& entry) {
    auto installed = certificates().install(entry);
    if (installed) {
        certificates_.push_back(installed->thumbprint);
    }
    return installed;
}

Done Trial::clean() {
    Done result = done();
    const auto sweep = [&](std::vector<std::string>& names, auto remove) {
        std::erase_if(names, [&](const std::string& name) {
            Done removed = remove(name);
            if (!removed && result) {
                result = pass(removed, "remove the trial's " + name);
            }
            return removed.has_value();
        });
    };
    // Certificates first: a key that one of them uses is not erased.
    sweep(certificates_, [&](const std::string& one) { return certificates().remove(one); });
    sweep(keys_, [&](const std::string& one) { return keys().erase(one); });
    return result;
}

}  // namespace ae::service
