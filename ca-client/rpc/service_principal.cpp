#include "ca-client/rpc/service_principal.h"

#include "engine/base/hresult_table.h"

#include <gssapi/gssapi_krb5.h>

namespace ae::ca {

Result<ServicePrincipal> ServicePrincipal::of_host(const std::string& host) {
    std::string text = "host/" + host + "@";
    krb5_context started = nullptr;
    if (const krb5_error_code code = ::krb5_init_context(&started); code != 0) {
        return fail(kSecurityInternal,
                    "name " + text + ": Kerberos does not start, code " + std::to_string(code));
    }
    Context context(started);
    krb5_principal made = nullptr;
    // Realm "", then the parts.
    const krb5_error_code code = ::krb5_build_principal(started, &made, 0, "", "host", host.c_str(),
                                                        static_cast<const char*>(nullptr));
    if (code != 0) {
        return fail(kSecurityInternal, "name " + text + ": Kerberos code " + std::to_string(code));
    }
    made->type = KRB5_NT_SRV_INST;
    return ServicePrincipal(std::move(text), std::move(context),
                            Principal(made, FreePrincipal{started}));
}

Result<UniqueGssName> ServicePrincipal::import_as_gss_name() const {
    krb5_principal principal = principal_.get();
    // The octets of the pointer are the name; the library reads them again at each use.
    gss_buffer_desc buffer = {sizeof(principal), &principal};
    UniqueGssName name;
    OM_uint32 minor = 0;
    const OM_uint32 major = ::gss_import_name(&minor, &buffer, gss_nt_krb5_principal, name.put());
    if (GSS_ERROR(major)) {
        return fail(gss_error(major, minor, GSS_C_NO_OID, "name " + text_));
    }
    return name;
}

}  // namespace ae::ca
