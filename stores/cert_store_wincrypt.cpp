#include "engine/base/hresult_table.h"
#include "stores/cert_store.h"
#include "stores/my_list_wincrypt.h"
#include "stores/my_store_wincrypt.h"
#include "stores/store_entry_wincrypt.h"
#include "stores/trust_wincrypt.h"

#include <utility>

namespace ae::stores {
namespace {

class WindowsCertStore final : public engine::CertStore {
  public:
    explicit WindowsCertStore(const StoreContext& context) : context_(context) {}

    Result<std::vector<engine::HeldCertificate>> held() override {
        return list_my(context_, Listed::held);
    }

    Result<std::vector<engine::PendingRequest>> pending() override {
        auto requests = context_.request();
        if (!requests) {
            return pass(requests, "list REQUEST");
        }
        std::vector<engine::PendingRequest> found;
        UniqueCertContext each;
        while (next_certificate(*requests, each)) {
            if (auto one = pending_of(each.get())) {
                found.push_back(std::move(*one));
            }
        }
        return found;
    }

    Done save_pending(const engine::PendingRequest& request) override {
        Done saved = write_pending(request);
        return saved ? std::move(saved)
                     : pass(saved, "keep the pending request for " + request.template_name);
    }

    Done drop_pending(const engine::PendingRequest& request) override {
        Done dropped = forget_pending(request.key_reference);
        return dropped ? std::move(dropped) : pass(dropped, "drop a pending request");
    }

    Result<engine::InstalledCertificate> install(const engine::NewCertificate& entry) override {
        auto installed = install_certificate(context_, entry);
        if (!installed) {
            return pass(installed, "install the certificate for " + entry.template_name);
        }
        return installed;
    }

    Done archive(const std::string& thumbprint) override {
        Done archived = archive_certificate(context_, thumbprint);
        return archived ? std::move(archived) : pass(archived, "archive certificate " + thumbprint);
    }

    Done remove(const std::string& thumbprint) override {
        Done removed = remove_certificate(context_, thumbprint);
        return removed ? std::move(removed) : pass(removed, "delete certificate " + thumbprint);
    }

    Result<std::vector<Bytes>> trusted(engine::TrustStore store) override {
        auto opened = open_enterprise_store(store, StoreAccess::read);
        if (!opened) {
            return pass(opened, "read the trusted certificates");
        }
        return read_trusted(*opened);
    }

    Result<engine::StoreChange> replace(engine::TrustStore store,
                                        const std::vector<Bytes>& certificates) override {
        auto opened = open_enterprise_store(store, StoreAccess::change);
        if (!opened) {
            return pass(opened, "update the trusted certificates");
        }
        auto changed = make_equal(*opened, certificates);
        if (!changed) {
            return pass(changed, "update the trusted certificates");
        }
        return changed;
    }

  private:
    Done write_pending(const engine::PendingRequest& request) {
        auto requests = context_.request();
        if (!requests) {
            return pass(requests);
        }
        auto entry = find_request(*requests, request.key_reference);
        if (!entry) {
            return pass(entry);
        }
        StoreNote note = note_of(entry->get()).value_or(StoreNote{});
        note.submitted = request.submitted;
        note.predecessor = request.predecessor;
        note.archived_key_hash = request.archived_key_hash;
        if (Done noted = set_note(entry->get(), note); !noted) {
            return noted;
        }
        if (Done named =
                set_text_property(entry->get(), CERT_AUTO_ENROLL_PROP_ID, request.template_name);
            !named) {
            return named;
        }
        // Last: it is what makes the entry pending.
        const EnrollmentProperty enrollment{request.request_id.value_or(0), request.ca,
                                            request.template_name};
        if (Done kept = set_property(entry->get(), CERT_ENROLLMENT_PROP_ID, encode(enrollment));
            !kept) {
            return kept;
        }
        return commit(*requests);
    }

    Done forget_pending(const std::string& reference) {
        auto requests = context_.request();
        if (!requests) {
            return pass(requests);
        }
        const UniqueCertContext entry = find_certificate(*requests, reference);
        if (!entry) {
            return done();
        }
        if (Done cleared = clear_property(entry.get(), CERT_ENROLLMENT_PROP_ID); !cleared) {
            return cleared;
        }
        StoreNote note = note_of(entry.get()).value_or(StoreNote{});
        note.submitted.reset();
        note.predecessor.clear();
        note.archived_key_hash.clear();
        if (Done noted = set_note(entry.get(), note); !noted) {
            return noted;
        }
        return commit(*requests);
    }

    const StoreContext& context_;
};

}  // namespace

// The system makes digests and thumbprints of certificates itself.
std::unique_ptr<engine::CertStore> make_cert_store(const StoreContext& context,
                                                   engine::Crypto& /*crypto*/) {
    return std::make_unique<WindowsCertStore>(context);
}

}  // namespace ae::stores
