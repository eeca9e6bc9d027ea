// The certificates of one context (engine/ports.h CertStore): MY, REQUEST and the trust replica.
//
// held() lists every readable, unarchived entry with the state of its key (rule Q5: read and
// compared, never used).  A broken entry is left out and named through the context's Warn; it never
// makes the others unreadable.  An entry that the disk or the rights keep from being read fails the
// whole call: it must not be enrolled for a second time.  trusted() leaves broken files out
// likewise. install() refuses a certificate whose public key is not that of the named key (check
// I5). archive() marks the entry and changes nothing else; one whose entry.json is lost gets a new
// one. remove() deletes the entry with its key.  Other certificates with the same key, and a copy
// of it in REQUEST, keep it (rule X4). The stable names of live/ follow each of the three
// (live_files.h), and the readers of keys the policy (key_readers_files.h); both are put right when
// the store is made over a context that was opened to change. replace() writes only what differs: a
// pulse that changes nothing does not write to the disk. Every change is atomic and durable when it
// returns success.  On an error the old state stands, or the new one when only a last step failed;
// making the change again or opening the context again then finishes it. Not for: chains
// (chain_checker.h).  `context` and `crypto` must outlive the store; one thread at a time.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::stores {

class StoreContext;

std::unique_ptr<engine::CertStore> make_cert_store(const StoreContext& context,
                                                   engine::Crypto& crypto);

}  // namespace ae::stores
