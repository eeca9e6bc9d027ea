// What the entries of MY and REQUEST say about themselves through their properties.  Internal to
// *_wincrypt.cpp.
//
// REQUEST: a dummy certificate (dummy_certificate.h) for each key without a certificate.  Its
// thumbprint is the key's reference.  Properties: 2 where the key is, 11 and 21 the template, 71
// who asked, 13 our note (store_note.h); and once the request is pending, 26 which request at which
// authority, with the number 0 as long as the authority's answer is not known.
// MY: 2, 11, 21 and 26 likewise; 64 of a renewed one names its successor; 19 marks it archived.
// An entry of another client that carries 21 and 26 is a pending request as well: this agent stands
// in for that client.
// One thread.  Errors: those of system_store_wincrypt.h and key_provider.h.
#pragma once

#include "engine/snapshot.h"
#include "stores/enrollment_property.h"
#include "stores/store_context_wincrypt.h"
#include "stores/store_note.h"

#include <optional>
#include <string>

namespace ae::stores {

std::string own_dns_name();  // of this computer: CERT_REQUEST_ORIGINATOR_PROP_ID
std::optional<StoreNote> note_of(PCCERT_CONTEXT certificate);
// A note that says nothing takes the property away.
Done set_note(PCCERT_CONTEXT certificate, const StoreNote& note);

// Nothing: no private key belongs to it.
std::optional<KeyLocation> key_location_of(PCCERT_CONTEXT certificate);
// The key container that it names, also when it does not say whose; empty: none.
std::string container_of(PCCERT_CONTEXT certificate);
Done set_key_location(PCCERT_CONTEXT certificate, const KeyLocation& where);

bool is_archived(PCCERT_CONTEXT certificate);
// Put there by autoenrollment, this agent's or another's: it names its template.
bool is_autoenrolled(PCCERT_CONTEXT certificate);

// Adds the entry for `key`; its reference.
Result<std::string> add_request(const StoreContext& context, const KeyLocation& where,
                                ProviderKey& key, const std::string& template_name,
                                const StoreNote& note);
// kFileNotFound: REQUEST has no such entry.
Result<UniqueCertContext> find_request(const UniqueCertStore& requests,
                                       const std::string& reference);
// Missing: success.  The key stays.
Done delete_request(const UniqueCertStore& requests, const std::string& reference);
// Nothing for a key that was never sent to anybody, and for entries of other programs.
std::optional<engine::PendingRequest> pending_of(PCCERT_CONTEXT request);

// Whether a certificate of the store has this public key.  An entry that cannot be read might be
// the key's: an error.
Result<bool> has_certificate_of(const UniqueCertStore& store, ByteView public_key_info);

// The certificate stands in MY: its entry leaves REQUEST, and then its note goes.
Done finish_install(const StoreContext& context, const UniqueCertStore& my,
                    const std::string& thumbprint);

}  // namespace ae::stores
