// The certificates of one context (engine/ports.h CertStore): MY, REQUEST and the trust replica.
//
// held() lists every readable, unarchived entry with the state of its key (rule Q5: read and
// compared, never used) and of its chain.  A broken entry is left out and named through the
// context's Warn; it never makes the others unreadable.  An entry that the disk or the rights keep
// from being read fails the whole call: it must not be enrolled for a second time.
// install() refuses a certificate whose public key is not that of the named key (check I5).
// replace() writes only what differs: a pulse that changes nothing does not write to the disk.
// Every change is atomic and durable when it returns success; on an error the old state stands, or
// the new one when only a last step failed (a Warn then says so, and opening again finishes it).
// Not for: archiving, renewal links and the live/ folder, which are later work.
// `context`, `crypto` and `chains` must outlive the store; one thread at a time.
#pragma once

#include "engine/ports.h"

#include <functional>
#include <memory>

namespace ae::stores {

class StoreContext;
using Clock = std::function<Time()>;

std::unique_ptr<engine::CertStore> make_cert_store(const StoreContext& context,
                                                   engine::Crypto& crypto,
                                                   engine::ChainChecker& chains, Clock clock);

}  // namespace ae::stores
