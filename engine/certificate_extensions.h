// What the extensions of a certificate tell (RFC 5280 4.2; [MS-WCCE] 2.2.2.7.7).
// Internal to certificate.cpp.  Pure, any thread.
#pragma once

#include "engine/certificate.h"
#include "engine/x509_extensions.h"

namespace ae::engine {

// Puts what was read in its place.
template <class T>
Done keep(Result<T> read, T& place) {
    if (!read) {
        return pass(read);
    }
    place = *std::move(read);
    return done();
}

// Adds what it says to the facts; one that no rule asks for says nothing.
Done read_certificate_extension(const Extension& extension, CertificateFacts& facts);

}  // namespace ae::engine
