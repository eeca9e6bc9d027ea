// The names of the software key providers that a directory store's keys stand in for: what a
// template that names one of them asks for, an RSA or EC key in software can give (rule E8).
// [MS-WCCE] 3.1.2.4.2.2.1.6 without the rows for DSS and Diffie-Hellman, which are not offered.
// Smart-card and TPM providers are not here: a key in a file would not be what they promise.
// Portable, so that a capture without a list can be replayed anywhere.
#pragma once

#include <string>
#include <vector>

namespace ae::stores {

inline std::vector<std::string> software_providers() {
    return {"Microsoft Base Cryptographic Provider v1.0",
            "Microsoft Strong Cryptographic Provider",
            "Microsoft Enhanced Cryptographic Provider v1.0",
            "Microsoft Enhanced RSA and AES Cryptographic Provider",
            "Microsoft RSA SChannel Cryptographic Provider",
            "Microsoft Software Key Storage Provider"};
}

}  // namespace ae::stores
