// Fetches what a certificate names by a URL: lists of revoked certificates, and the answers of
// those who know one certificate's state (RFC 5280 4.2.1.13, RFC 6960 A.1).
//
// ldap: is answered by the controller that this run is bound to, whatever host the URL names; no
// other server is asked.  http: 5 s and 10 MiB at most, no credentials, no cookies, no redirect to
// another scheme.  Every other scheme is refused.  Whatever comes is hostile until its signature
// was checked.
// Errors: kNotSupported, the scheme; kFileNotFound, it is not there; kTimeout and the codes of the
// network; kInvalidData, it is too large or the URL is none.
// Blocks; the engine's thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <string>

namespace ae::engine {

class UrlSource {
  public:
    virtual ~UrlSource() = default;
    virtual Result<Bytes> get(const std::string& url) = 0;
    // http and https only: OCSP (RFC 6960 A.1).
    virtual Result<Bytes> post(const std::string& url, const std::string& media_type,
                               ByteView content) = 0;
};

}  // namespace ae::engine
