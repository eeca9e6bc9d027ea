// What somebody wants to have explained: a word of the command line, read in every way that makes
// sense.  "13" is an event of CertEnroll and Win32's ERROR_INVALID_DATA at once.
// Not for: templates and held certificates, which a directory and the stores know (answer.h).
// Pure, any thread; no error: what nothing is known of is an empty answer.
#pragma once

#include "service/explain/knowledge.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// A result code: 0x80094012, 80094012, -2146877420, 2148089876, a Win32 number (5, 1722), or a
// symbol with or without its prefix (CERTSRV_E_TEMPLATE_DENIED, TEMPLATE_DENIED).
std::vector<Hresult> codes_of(std::string_view text);

// "CertEnroll 13", "CE 13", "CertEnroll/13", "event 13", "13"; Windows' long names of the sources
// ("Microsoft-Windows-CertificateServicesClient-CertEnroll") end in ours.
std::vector<const EventKnowledge*> events_of(std::string_view text);

// "CertEnroll 999": a source and a number, known or not: then it is no template's name.
bool is_written_as_event(std::string_view text);

// Written as a code, known or not: then it is no template's name.  A small number may be one.
bool is_written_as_code(std::string_view text);
// "0x8BADF00D is no code that ...", with what its parts say.
std::string unknown_code_text(std::string_view text);

// Every symbol, for did_you_mean().
std::vector<std::string> symbols();

}  // namespace ae::service
