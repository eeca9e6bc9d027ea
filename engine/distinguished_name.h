// The readable form of an X.501 Name (RFC 4514, with ", " between the parts).
// Not for: comparing names; compare the DER (CertificateFacts::subject_der).  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <string>
#include <vector>

namespace ae::engine {

// `rdn_sequence`: the content of the Name element.  "CN=ws1, OU=Clients, DC=corp, DC=example": the
// most specific part first, as people read it; DER holds the parts the other way round.
// Unknown types appear as dotted OID, values that are no text as "#" and hexadecimal.
Result<std::string> distinguished_name_text(ByteView rdn_sequence);

// Every commonName of a whole Name element that distinguished_name_text() could read, in its order.
std::vector<std::string> common_names_of(ByteView name);

}  // namespace ae::engine
