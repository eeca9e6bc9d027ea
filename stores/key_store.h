// Private keys on this machine (engine/ports.h KeyStore).
//
// A key is made in REQUEST, on stable storage before anybody may send a request for it (rule W6),
// under a reference that nobody can guess; CertStore::install moves it into MY.
// erase() deletes a key of REQUEST and refuses with kBusy when a certificate of MY, archived ones
// included, has the same public key (rule X4).
// The returned PrivateKey holds the key in memory (wiped when it dies) and needs the store no more.
// Not for: keys in a TPM or on a card, which are later work.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::stores {

class StoreContext;

// `context` must outlive the store.
std::unique_ptr<engine::KeyStore> make_key_store(const StoreContext& context);

}  // namespace ae::stores
