// Whether a device has the private key of a certificate, shown by a signature (rule Q5).
// Internal to the backends of keys in devices (key_backend.h KeyBackend::probe).
// Blocks as long as the device takes.  One thread, like the backend.
#pragma once

#include "stores/key_backend.h"

#include <map>

namespace ae::stores {

// The SHA-256 of a key's file, and its SubjectPublicKeyInfo.
using ProvenKeys = std::map<Bytes, Bytes>;

// Asks the device once for each key in the life of `proven`: a device is slow, and some count
// signatures.  `gone` only for a key that certainly is not there or is another certificate's; a
// device that does not answer is asked again the next time.
KeyProbe probe_by_signing(KeyBackend& backend, const KeyFile& file, ByteView public_key_info,
                          ProvenKeys& proven);

}  // namespace ae::stores
