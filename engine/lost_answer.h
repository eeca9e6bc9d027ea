// What became of a request whose answer was lost: the certificate that the directory publishes for
// its key, or a certificate that nobody holds.  Rules W7, W10.
//
// Not for: which entries of REQUEST these are (pending_requests.h), judging what was found
// (response_check.h), installing it (pulse_retrieve.h).  The protocol has no look-up by key
// ([MS-WCCE] 3.1.1.4.3.7 asks by request id or serial number), so userCertificate is the only place
// to look, and at most one certificate per lost answer stays without a holder.  Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <string>
#include <vector>

namespace ae::engine {

// The values of userCertificate that may be the answer: of the entry's template, not expired, not
// in MY, and, for a renewal, newer than the certificate that it replaces, whose key may be the
// same.
std::vector<const PublishedCertificate*> possible_answers(const PendingRequest& entry,
                                                          const Snapshot& world);

// The newest of those for this key (SubjectPublicKeyInfo); nullptr: none.
const PublishedCertificate* find_answer(const PendingRequest& entry, ByteView public_key_info,
                                        const Snapshot& world);

// The CA whose name is the certificate's issuer: the one that the entry names if it is that, since
// an earlier attempt with the same key may have gone to another.  nullptr: the directory lists
// none.
const EnrollmentService* issuer_of(const CertificateFacts& certificate, const PendingRequest& entry,
                                   const Snapshot& world);

// "sent to ca1\CA 1 at 2026-11-21T12:00:00Z, answer unknown"
std::string unanswered_text(const PendingRequest& entry);
// "the answer of ca1\CA 1 to the request of ... was lost: it may have issued one certificate that
// nobody holds"
std::string surplus_text(const PendingRequest& entry);

}  // namespace ae::engine
