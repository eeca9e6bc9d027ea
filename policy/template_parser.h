// Turns the attributes of a pKICertificateTemplate object into engine::Template ([MS-CRTD] 2).
//
// Absent attributes take their neutral value; schema version 1 when it is absent.  What the
// specification does not know ends in Template::fault, one sentence that names attribute and value:
// such a template is reported and never requested.  Whether this client can do what a well-formed
// template asks for (an algorithm, a provider) is the engine's question, not the parser's.
// Unknown flag bits and unknown names in the key property list are passed over.
// Not for: LDAP, decisions, validating security descriptors.  Never fails.  Pure, portable.
#pragma once

#include "engine/template.h"
#include "policy/attribute_map.h"

namespace ae::policy {

engine::Template parse_template(const AttributeMap& object);

}  // namespace ae::policy
