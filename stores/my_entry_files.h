// Reads the parts of one entry of MY, and certificates out of PEM text.
// Internal to the directory store.  Blocks on the disk; one thread at a time.
// Errors: those of files_posix.h; kFileNotFound for a missing part; kInvalidData for a broken one.
#pragma once

#include "engine/certificate.h"
#include "stores/entry_json.h"
#include "stores/files_posix.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::stores {

Result<MyEntry> read_my_entry(const Folder& entry);
Result<engine::CertificateFacts> read_certificate(const Folder& entry);

// Every entry of MY, archived ones included, by thumbprint.
struct NamedEntry {
    std::string thumbprint{};
    Result<MyEntry> facts{};
};
Result<std::vector<NamedEntry>> read_my_entries(const Folder& my);

// All blocks labelled CERTIFICATE, in order; kInvalidData when one of them is broken.
Result<std::vector<Bytes>> certificates_from_pem(std::string_view text);
std::string certificates_to_pem(const std::vector<Bytes>& certificates);

}  // namespace ae::stores
