// Subject and alternative names that the CA builds from the directory
// ([MS-WCCE] 3.2.2.6.2.1.4.5.9).
//
// Errors: HresultError 0x8009480D/0E/0F/0x80094812 when the account lacks what the template asks
// for.
#pragma once

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/directory.h"

namespace ae::labca {

Bytes subject_from_directory(const Template& t, const Account& account);  // Name element
std::optional<RequestExtension> alternative_names_from_directory(const Template& t,
                                                                 const Account& account);
RequestExtension security_extension(const std::string& sid);  // 1.3.6.1.4.1.311.25.2
std::vector<std::pair<std::string, std::string>> split_dn(std::string_view dn);  // as printed
std::string account_principal_name(const Account& account);

}  // namespace ae::labca
