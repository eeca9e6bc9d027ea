// The Kerberos token inside a first SPNEGO token.  DCE-style clients send the bare AP-REQ there
// ([MS-KILE] 3.4.5.4.1); some put the frame of RFC 4121 4.1 around it.  A Windows acceptor takes
// either, MIT's only what fits the style.
#pragma once

#include "tests/lab/ca/bytes.h"

namespace ae::labca {

// `token` with the frame taken off.  Whatever is no such token comes back as it is.
Bytes without_inner_frame(View token);

}  // namespace ae::labca
