// The Kerberos side of the RPC security: SPNEGO (type 9) and raw Kerberos (type 16) through MIT
// GSSAPI.
//
// For: accepting DCE-style contexts with the CA's keytab, sealing and unsealing PDUs, naming the
// caller and his SIDs.
// Source: [MS-KILE] 3.4.5.4.1, [MS-RPCE] 3.3.1.5.2.
// Errors: HresultError.  Threads: the provider may be shared, a context belongs to one thread.
#pragma once

#include "tests/lab/ca/rpc_association.h"

#include <functional>

#include <gssapi/gssapi.h>

namespace ae::labca {

std::string gss_text(std::string_view doing, OM_uint32 major, OM_uint32 minor);

// The SIDs of a caller whose ticket carries none: of a KDC that is no Active Directory.
using SidsOf = std::function<std::vector<std::string>(const std::string& principal)>;

class GssProvider : public SecurityProvider {
  public:
    explicit GssProvider(const std::string& keytab, SidsOf sids_of = {});
    ~GssProvider() override;
    GssProvider(const GssProvider&) = delete;
    GssProvider& operator=(const GssProvider&) = delete;
    std::unique_ptr<SecurityContext> start(std::uint8_t auth_type) override;

  private:
    SidsOf sids_of_;
    gss_cred_id_t credential_ = GSS_C_NO_CREDENTIAL;
};

}  // namespace ae::labca
