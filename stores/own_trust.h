// Roots that the administrator of this machine trusts besides those of the directory.
//   Linux    <folder>/*.pem, each with one or more root certificates.  Folder and files belong to
//            root and nobody else may write to them, as with policy.d; "." files are passed over
//   Windows  LocalMachine\Root: what administrators put there themselves, and what a group policy
//            put there; not the programme of public roots that the system keeps up to date
//            (physical store AuthRoot).  `folder` is not used
// Never the distribution's bundle (chain_checker.h).
// Errors: a folder or file that others may change (kAccessDenied), cannot be read or holds anything
// but self-issued certificates (kInvalidData): with half of the trust a pulse would judge wrongly,
// so that it must not begin.  No folder: no roots.
// Blocks on the disk; any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <string>
#include <vector>

namespace ae::stores {

inline constexpr const char* kOwnTrustFolder = "/etc/aeclient/trust.d";

// DER, without duplicates.
Result<std::vector<Bytes>> own_roots(const std::string& folder = kOwnTrustFolder);

}  // namespace ae::stores
