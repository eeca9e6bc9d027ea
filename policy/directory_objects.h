// The other objects of Public Key Services, out of their attributes ([MS-WCCE] 2.2.2.11.2-4).
//
// Certificates are judged by engine::parse_certificate: what is no certificate is left out and
// named (rule K4), except the single zero octet that Windows writes into an empty attribute, which
// is left out in silence.  One entry per certificate (rule K5). Not for: LDAP, or whether a set is
// complete (ldap_directory.cpp).  Never fails.  Pure, portable.
#pragma once

#include "engine/directory.h"
#include "policy/attribute_map.h"

#include <string>
#include <vector>

namespace ae::policy {

// Newest notBefore first, so that a renewed CA is judged by its current certificate.
engine::EnrollmentService parse_enrollment_service(const AttributeMap& object);

// Adds cACertificate and both members of each crossCertificatePair of one certificationAuthority
// object.  `dn` names the object in the sentences about skipped values.
void add_trust_object(const AttributeMap& object, const std::string& dn, engine::TrustSet& set);

}  // namespace ae::policy
