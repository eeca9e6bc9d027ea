// Private keys on this machine (engine/ports.h KeyStore).
//
// A key is made in REQUEST, on stable storage before anybody may send a request for it (rule W6),
// under a reference that nobody can guess; CertStore::install moves it into MY.
// open_held() opens the key of a certificate of MY, archived or not, when it is that certificate's
// own; its reference() is the thumbprint, which erase() does not take.
// reuse() puts a copy of that key's file into REQUEST, with a note that it is one.
// erase() deletes a key of REQUEST.  It refuses with kBusy when a certificate of MY, archived ones
// included, has the same public key (rule X4), unless the key is such a copy: MY has its own.
// open() refuses such a copy: who asks with a KeyRequest wants a key that is new.  open_pending()
// takes it.
//
// archival_blob(): a key that was made for archival gives it as often as it is asked, for each CA
// has an exchange certificate of its own: on Linux until its certificate is installed, on Windows
// as long as the object lives that create() returned.  A key that may be exported gives it always.
//
// KeyRequest::providers are tried in their order; an error names each that failed.
//
// The returned PrivateKey holds the key in memory (wiped when it dies), or reaches its TPM or token
// for each signature, and needs the store no more.  Linux: where a key lives is key_backend.h's;
// providers() names only those whose place answers now, and warns of a configured one that does
// not.
//
// Errors: kFileNotFound when there is no such entry or it holds no key; kInvalidData when the key
// is broken or another certificate's; kNotSupported for a kind of key that ports.h does not know;
// the codes of files_posix.h.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::stores {

class StoreContext;

// `context` must outlive the store.
std::unique_ptr<engine::KeyStore> make_key_store(const StoreContext& context);

}  // namespace ae::stores
