// The Kerberos name of a service on a host, as a GSSAPI target: host/<host> without a realm, so
// that the KDCs refer us to the host's own, which may be another domain of the forest (RFC 6806 8).
// Its name type is NT-SRV-INST, as Windows sends it: MIT's KDC refers names of that type, and not
// NT-PRINCIPAL, which is what the GSSAPI makes of a name in text.  A host-based name would do too,
// but the library lets DNS rewrite that one.
// Threads: one at a time.  Must outlive what import_as_gss_name() made, which points into it.
#pragma once

#include "ca-client/rpc/gss_handles.h"

#include <memory>
#include <string>

#include <krb5.h>

namespace ae::ca {

class ServicePrincipal {
  public:
    static Result<ServicePrincipal> of_host(const std::string& host);

    [[nodiscard]] Result<UniqueGssName> import_as_gss_name() const;

  private:
    struct FreeContext {
        void operator()(krb5_context context) const { ::krb5_free_context(context); }
    };
    struct FreePrincipal {
        krb5_context context = nullptr;
        void operator()(krb5_principal principal) const {
            ::krb5_free_principal(context, principal);
        }
    };
    using Context = std::unique_ptr<_krb5_context, FreeContext>;
    using Principal = std::unique_ptr<krb5_principal_data, FreePrincipal>;

    ServicePrincipal(std::string text, Context context, Principal principal)
        : text_(std::move(text)), context_(std::move(context)), principal_(std::move(principal)) {}

    std::string text_;
    Context context_;
    Principal principal_;
};

}  // namespace ae::ca
