// A directory in one JSON file, for a CA that has no Active Directory (--static-directory).
//
// For: templates, accounts and the SIDs that a ticket without a Windows PAC lacks.  Read once.
//   {"offered": ["Machine2"],
//    "templates": [{"name", "oid", "major", "minor", "minimal_key_size", "name_flags",
//                   "key_usage": "a000", "application_policies": [OID], "validity_days",
//                   "overlap_days", "enroll": [SID]}],
//    "accounts": [{"principal": "WS1$@A.EXAMPLE.TEST", "sids": [own SID, groups ...], "sam_name",
//                  "dns_host_name", "domain_dns", "domain_netbios", "computer": true}]}
// What is left out is as in Template and Account of directory.h; templates are of version 2.
// Errors: std::runtime_error with a sentence when the file is not like this.
#pragma once

#include "tests/lab/ca/directory.h"
#include "tests/lab/ca/rpc_association.h"

#include <filesystem>

namespace ae::labca {

struct StaticDirectory {
    DirectoryFactory factory{};
    // The SIDs of a caller whose ticket names none; empty for a stranger.
    std::function<std::vector<std::string>(const std::string& principal)> sids_of{};
};
StaticDirectory static_directory(const std::filesystem::path& file);

// A security descriptor that grants Enroll to these SIDs and nothing to anybody else.
Bytes descriptor_granting_enroll(const std::vector<std::string>& sids);

}  // namespace ae::labca
