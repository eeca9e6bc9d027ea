// Keys in the machine's TPM 2.0 (key_backend.h): key.pem is a "TSS2 PRIVATE KEY", which only this
// TPM can use.  The TPM keeps nothing itself, so there is nothing to destroy: the file is the key.
// Such keys are never given out: a template that lets them be exported, or that wants them in the
// CA's archives, is refused (kNotSupported).  The file has no password: who may read it, and may
// use the TPM, may sign; hence 0600 as for every key.
#pragma once

#include "stores/key_backend.h"

#include <memory>
#include <string>

namespace ae::stores {

// `tcti`: how the TPM is reached (provider_table.h); empty: the kernel's resource manager.
std::unique_ptr<KeyBackend> make_tpm_backend(std::string tcti);

}  // namespace ae::stores
