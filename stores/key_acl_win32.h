// Who may use a private key: SYSTEM and Administrators fully, a user's own key also that user, and
// whom the template's msPKI-Key-Security-Descriptor names.
// Any thread.  Errors: kInvalidData when the template's text is no SDDL; the system's own codes.
#pragma once

#include "engine/ports.h"

#include <string>

namespace ae::stores {

// A self-relative SECURITY_DESCRIPTOR with nothing but a DACL.
Result<Bytes> key_security_descriptor(engine::Scope scope, const std::string& template_sddl);

Result<std::string> current_user_sid();  // "S-1-5-21-..."

}  // namespace ae::stores
