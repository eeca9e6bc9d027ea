// What an entry of the journal says ([systemd.journal-fields]), as "FIELD=value":
//
//   MESSAGE            one sentence
//   MESSAGE_ID         message_id_of()
//   PRIORITY           3 error, 4 warning, 6 information
//   SYSLOG_IDENTIFIER  aeclient
//   AE_CONTEXT         machine, user
//   AE_SOURCE          AutoEnrollment, CertificateServicesClient, CertEnroll; aeclient: a remark
//   AE_EVENT_ID        as Windows numbers it; a remark has none
//   AE_TEMPLATE, AE_CA where there is one
//
// Every value is printable: no line feeds, no control characters.  Pure, portable, any thread.
#pragma once

#include "service/system_log.h"

#include <string>
#include <vector>

namespace ae::service {

std::vector<std::string> journal_fields(const engine::Event& event, engine::Scope scope);
std::vector<std::string> journal_fields(const Remark& remark, engine::Scope scope);

// [sd-id128]: one id for each kind of event, the same on every machine, for journalctl
// MESSAGE_ID=...: a fixed prefix of 24 hex digits, then four for the source (1 AutoEnrollment,
// 2 CertificateServicesClient, 3 CertEnroll) and four for the number.  Remarks: all eight are 0.
std::string message_id_of(const engine::Event& event);  // 32 hex digits
std::string message_id_of(const Remark& remark);

}  // namespace ae::service
