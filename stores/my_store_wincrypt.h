// Puts certificates into MY and takes them out.  Internal to *_wincrypt.cpp.
// One thread.  Errors: those of cert_store.h.
#pragma once

#include "stores/store_context_wincrypt.h"

#include <string>

namespace ae::stores {

// Adds the certificate with all its properties in one step, then its entry leaves REQUEST.
Result<engine::InstalledCertificate> install_certificate(const StoreContext& context,
                                                         const engine::NewCertificate& entry);
// By Windows' own mark; where the system refuses it, by our note.
Done archive_certificate(const StoreContext& context, const std::string& thumbprint);
// With its key, unless something else of the context has the same one.  What autoenrollment did not
// put there only goes out of sight (rule X4).
Done remove_certificate(const StoreContext& context, const std::string& thumbprint);

// "Cert:\LocalMachine\My\<thumbprint>", as PowerShell names it.
std::string path_in_my(engine::Scope scope, const std::string& thumbprint);

}  // namespace ae::stores
