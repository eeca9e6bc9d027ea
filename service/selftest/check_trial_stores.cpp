#include "engine/base/hresult_table.h"
#include "service/selftest/checks.h"
#include "service/selftest/key_trial.h"
#include "service/selftest/trial.h"
#include "service/selftest/trial_certificate.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

using engine::HashAlgorithm;

const engine::CaRef kNoCa{"selftest.invalid", "selftest"};
constexpr std::uint32_t kRequestId = 1;

// The two kinds of keys that templates ask for.  Windows keeps them in different places: the first
// with a provider of the older kind, the second with the key storage provider.
struct Kind {
    const char* id;
    engine::KeyRequest request;
};
const std::array<Kind, 2> kKinds{{
    {"rsa", {.template_name = kTrialTemplate, .spec = engine::KeySpec::exchange}},
    {"ec", {.algorithm = engine::KeyAlgorithm::ecdsa_p256, .template_name = kTrialTemplate}},
}};

// One certificate's way through REQUEST and MY.  Each step needs the one before it.
class Journey {
  public:
    Journey(const Kind& kind, Trial& trial, const SelftestParts& parts, Notebook& notes)
        : kind_(kind), trial_(trial), parts_(parts), notes_(notes) {}

    void travel() {
        struct Step {
            const char* id;
            const char* seen;
            Done (Journey::*take)();
        };
        static constexpr std::array<Step, 5> kSteps{{
            {"request", "a request was kept with its key and found again", &Journey::ask},
            {"install", "a certificate was installed with its key", &Journey::install},
            {"read", "it is found again, with its template and a key that signs", &Journey::read},
            {"archive", "it was archived: out of sight, not deleted", &Journey::archive},
            {"remove", "it was removed, its key too", &Journey::remove},
        }};
        std::string failed;
        for (const Step& step : kSteps) {
            const std::string id = std::string("store.") + kind_.id + '.' + step.id;
            if (!failed.empty()) {
                notes_.skip(id, "needs " + failed);
                continue;
            }
            const Done taken = (this->*step.take)();
            notes_.result(id, taken, step.seen);
            failed = taken ? std::string() : id;
        }
    }

  private:
    Done ask() {
        auto key = trial_.make_key(kind_.request);
        if (!key) {
            return pass(key, "make a key");
        }
        key_ = std::move(*key);
        const engine::PendingRequest request{.key_reference = key_->reference(),
                                             .template_name = kTrialTemplate,
                                             .ca = kNoCa,
                                             .request_id = kRequestId,
                                             .submitted = parts_.now};
        if (Done saved = trial_.certificates().save_pending(request); !saved) {
            return pass(saved, "keep a request");
        }
        auto pending = trial_.certificates().pending();
        if (!pending) {
            return pass(pending, "list the requests");
        }
        const auto found = std::ranges::find(*pending, request.key_reference,
                                             &engine::PendingRequest::key_reference);
        return expect(found != pending->end() && found->template_name == kTrialTemplate &&
                          found->ca == kNoCa && found->request_id == kRequestId &&
                          found->submitted == parts_.now,
                      "the request is not found again as it was kept");
    }

    Done install() {
        auto certificate = trial_certificate(*key_, parts_.now);
        if (!certificate) {
            return pass(certificate);
        }
        auto installed = trial_.install({.template_name = kTrialTemplate,
                                         .ca = kNoCa,
                                         .request_id = kRequestId,
                                         .certificate = std::move(*certificate),
                                         .key_reference = key_->reference(),
                                         .installed = parts_.now});
        if (!installed) {
            return pass(installed, "install");
        }
        key_.reset();
        thumbprint_ = installed->thumbprint;
        return done();
    }

    Result<std::optional<engine::HeldCertificate>> held() {
        auto all = trial_.certificates().held();
        if (!all) {
            return pass(all, "list MY");
        }
        const auto found =
            std::ranges::find(*all, thumbprint_, &engine::HeldCertificate::thumbprint);
        return found == all->end() ? std::optional<engine::HeldCertificate>() : std::move(*found);
    }

    Done read() {
        auto found = held();
        if (!found) {
            return pass(found);
        }
        if (!*found) {
            return fail(not_as_expected("the certificate is not in MY after its installation"));
        }
        if ((*found)->key != engine::KeyState::usable) {
            return fail(
                not_as_expected("the certificate's key is not usable: " + (*found)->key_detail));
        }
        if (trial_.stores().template_of(thumbprint_) != kTrialTemplate) {
            return fail(not_as_expected("the certificate's template is not noted"));
        }
        auto key = trial_.keys().open_held(thumbprint_);
        if (!key) {
            return pass(key, "open the certificate's key");
        }
        return signs(**key, HashAlgorithm::sha256, parts_.crypto);
    }

    Done archive() {
        if (Done archived = trial_.certificates().archive(thumbprint_); !archived) {
            return pass(archived, "archive");
        }
        auto found = held();
        if (!found) {
            return pass(found);
        }
        return expect(!*found, "the certificate is still listed after it was archived");
    }

    Done remove() {
        if (Done removed = trial_.certificates().remove(thumbprint_); !removed) {
            return pass(removed, "remove");
        }
        return expect(!trial_.keys().open_held(thumbprint_),
                      "the certificate's key is there after its removal");
    }

    const Kind& kind_;
    Trial& trial_;
    const SelftestParts& parts_;
    Notebook& notes_;
    std::unique_ptr<engine::PrivateKey> key_{};
    std::string thumbprint_{};
};

}  // namespace

void check_stores(const SelftestParts& parts, Notebook& notes) {
    const auto stores = parts.stores();
    if (!stores) {
        notes.failure("stores", stores.error());
        return;
    }
    const auto held = (*stores)->certificates().held();
    const auto pending = (*stores)->certificates().pending();
    if (!held || !pending) {
        notes.failure("stores", !held ? held.error() : pending.error());
        return;
    }
    const auto keyless = std::ranges::count_if(*held, [](const engine::HeldCertificate& one) {
        return one.key != engine::KeyState::usable;
    });
    notes.ok("stores", "MY holds " + std::to_string(held->size()) + " certificates, " +
                           std::to_string(keyless) + " of them without a usable key; " +
                           std::to_string(pending->size()) + " requests are pending");
}

void check_trial_stores(const SelftestParts& parts, Notebook& notes) {
    auto stores = parts.trial_stores();
    if (!stores) {
        notes.failure("trial", stores.error());
        notes.skip_all({"keys", "store"}, "trial");
        return;
    }
    Trial trial(std::move(*stores));
    check_keys(trial, parts.crypto, notes);
    for (const Kind& kind : kKinds) {
        Journey(kind, trial, parts, notes).travel();
    }
    notes.result("store.clean", trial.clean(), "nothing of the trial is left");
}

}  // namespace ae::service
