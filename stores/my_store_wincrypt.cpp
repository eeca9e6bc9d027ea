#include "stores/my_store_wincrypt.h"

#include "engine/base/hresult_table.h"
#include "stores/store_entry_wincrypt.h"

#include <functional>
#include <utility>

namespace ae::stores {
namespace {

// Check I5: a certificate for another key is useless here.
Done check_key(const StoreContext& context, const KeyLocation& where, ByteView public_key_info) {
    auto key = context.providers().open(where, Prompt::never);
    if (!key && key.error().code != kFileNotFound) {
        return pass(key);
    }
    if (!key || !equal((*key)->public_key_info(), public_key_info)) {
        return fail(kInvalidData, "the key container " + where.container +
                                      " is not the certificate's key" +
                                      (key ? std::string() : ": it is gone"));
    }
    return done();
}

Done describe(PCCERT_CONTEXT certificate, const KeyLocation& where,
              const engine::NewCertificate& entry) {
    if (Done kept = set_key_location(certificate, where); !kept) {
        return kept;
    }
    for (const DWORD id : {DWORD{CERT_FRIENDLY_NAME_PROP_ID}, DWORD{CERT_AUTO_ENROLL_PROP_ID}}) {
        if (Done kept = set_text_property(certificate, id, entry.template_name); !kept) {
            return kept;
        }
    }
    // For people only, and not every system keeps it.
    static_cast<void>(
        set_text_property(certificate, CERT_REQUEST_ORIGINATOR_PROP_ID, own_dns_name()));
    const EnrollmentProperty enrollment{entry.request_id, entry.ca, entry.template_name};
    if (Done kept = set_property(certificate, CERT_ENROLLMENT_PROP_ID, encode(enrollment)); !kept) {
        return kept;
    }
    return set_note(certificate, StoreNote{.installs = entry.key_reference});
}

// [RFC5280] 3.2: what is issued by itself is a root, and trust is the directory's business.
bool is_intermediate(ByteView der) {
    const auto facts = engine::parse_certificate(der);
    return facts && facts->subject_der != facts->issuer_der;
}

// Servers send what they find here along with their certificate.
Done add_issuers(const StoreContext& context, const std::vector<Bytes>& chain) {
    for (const Bytes& der : chain) {
        if (!is_intermediate(der)) {
            continue;
        }
        auto store = context.issuers();
        if (!store) {
            return pass(store);
        }
        auto issuer = certificate_from_der(der);
        if (!issuer) {
            return pass(issuer);
        }
        if (Done added = add_certificate(*store, issuer->get(), Existing::kept); !added) {
            return added;
        }
    }
    return done();
}

// CERT_RENEWAL_PROP_ID leads whoever uses the old certificate to the new one.
Done link_to_successor(const UniqueCertStore& my, const std::string& predecessor,
                       PCCERT_CONTEXT successor) {
    const UniqueCertContext old = find_certificate(my, predecessor);
    if (!old) {
        return done();
    }
    const auto hash = property_of(successor, CERT_SHA1_HASH_PROP_ID);
    if (Done linked = set_property(old.get(), CERT_RENEWAL_PROP_ID, hash.value_or(Bytes{}));
        !linked) {
        return linked;
    }
    return commit(my);
}

Result<UniqueCertContext> add_to_my(const StoreContext& context, const UniqueCertStore& my,
                                    const engine::NewCertificate& entry) {
    auto facts = engine::parse_certificate(entry.certificate);
    if (!facts) {
        return pass(facts);
    }
    auto requests = context.request();
    if (!requests) {
        return pass(requests);
    }
    auto request = find_request(*requests, entry.key_reference);
    if (!request) {
        return pass(request);
    }
    const auto where = key_location_of(request->get());
    if (!where) {
        return fail(kInvalidData, "the entry of REQUEST does not say where its key is");
    }
    if (Done checked = check_key(context, *where, facts->public_key_info); !checked) {
        return pass(checked);
    }
    auto certificate = certificate_from_der(entry.certificate);
    if (!certificate) {
        return fail(kInvalidData, certificate.error().context);
    }
    if (Done described = describe(certificate->get(), *where, entry); !described) {
        return pass(described);
    }
    if (Done added = add_certificate(my, certificate->get(), Existing::replaced); !added) {
        return pass(added);
    }
    return certificate;
}

// Rule X4.  A container that holds another key than the certificate's is somebody else's.
Done erase_unused_key(const StoreContext& context, const UniqueCertStore& my,
                      const KeyLocation& where, ByteView public_key_info) {
    auto requests = context.request();
    if (!requests) {
        return pass(requests);
    }
    for (const UniqueCertStore& store : {std::cref(my), std::cref(*requests)}) {
        auto used = has_certificate_of(store, public_key_info);
        if (!used) {
            return pass(used);
        }
        if (*used) {
            return done();
        }
    }
    if (Done own = check_key(context, where, public_key_info); !own) {
        return own.error().code == kInvalidData ? done() : std::move(own);
    }
    return context.providers().erase(where);
}

}  // namespace

std::string path_in_my(engine::Scope scope, const std::string& thumbprint) {
    return (scope == engine::Scope::machine ? "Cert:\\LocalMachine\\My\\"
                                            : "Cert:\\CurrentUser\\My\\") +
           thumbprint;
}

Result<engine::InstalledCertificate> install_certificate(const StoreContext& context,
                                                         const engine::NewCertificate& entry) {
    auto my = context.my();
    if (!my) {
        return pass(my);
    }
    auto certificate = add_to_my(context, *my, entry);
    if (!certificate) {
        return pass(certificate);
    }
    const std::string thumbprint = thumbprint_of(certificate->get());
    // The certificate is in place.  What fails from here on is made up for by the next opening, or
    // is help for others only.
    for (const Done& step : {finish_install(context, *my, thumbprint),
                             link_to_successor(*my, entry.predecessor, certificate->get()),
                             add_issuers(context, entry.chain)}) {
        if (!step) {
            context.warn(step.error().sentence());
        }
    }
    return engine::InstalledCertificate{thumbprint, path_in_my(context.scope(), thumbprint)};
}

Done archive_certificate(const StoreContext& context, const std::string& thumbprint) {
    auto my = context.my();
    if (!my) {
        return pass(my);
    }
    const UniqueCertContext certificate = find_certificate(*my, thumbprint);
    if (!certificate || is_archived(certificate.get())) {
        return done();
    }
    if (Done marked = set_property(certificate.get(), CERT_ARCHIVED_PROP_ID, {}); !marked) {
        StoreNote note = note_of(certificate.get()).value_or(StoreNote{});
        note.archived = true;
        if (Done noted = set_note(certificate.get(), note); !noted) {
            return noted;
        }
    }
    return commit(*my);
}

Done remove_certificate(const StoreContext& context, const std::string& thumbprint) {
    auto my = context.my();
    if (!my) {
        return pass(my);
    }
    UniqueCertContext certificate = find_certificate(*my, thumbprint);
    if (!certificate) {
        return done();
    }
    if (!is_autoenrolled(certificate.get())) {
        certificate.reset();
        return archive_certificate(context, thumbprint);
    }
    const auto where = key_location_of(certificate.get());
    const auto facts = engine::parse_certificate(der_of(certificate.get()));
    if (Done deleted = delete_certificate(std::move(certificate)); !deleted) {
        return deleted;
    }
    if (!where || !facts) {
        return done();
    }
    // From here on nobody sees the certificate; a key that stays behind does no harm.
    if (const Done erased = erase_unused_key(context, *my, *where, facts->public_key_info);
        !erased) {
        context.warn(erased.error().sentence());
    }
    return done();
}

}  // namespace ae::stores
