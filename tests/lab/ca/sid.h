// SIDs as text and bytes ([MS-DTYP] 2.4.2).
#pragma once

#include "tests/lab/ca/bytes.h"

namespace ae::labca {

std::string sid_text(View bytes);           // "S-1-5-21-..."; ParseError unless exactly one SID
Bytes sid_bytes(std::string_view text);     // the reverse
std::size_t sid_size(View bytes_from_sid);  // length of the SID that starts there; ParseError

}  // namespace ae::labca
