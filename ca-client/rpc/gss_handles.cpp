#include "ca-client/rpc/gss_handles.h"

#include "engine/base/hresult_table.h"

#include <krb5.h>

namespace ae::ca {
namespace {

std::string status_text(OM_uint32 code, int kind, gss_OID mechanism) {
    std::string text;
    OM_uint32 more = 0;
    do {
        OM_uint32 minor = 0;
        GssBuffer line;
        if (GSS_ERROR(::gss_display_status(&minor, code, kind, mechanism, &more, line.put()))) {
            break;
        }
        text += text.empty() ? "" : "; ";
        // SPNEGO's texts come with their terminator.
        text += line.text().substr(0, line.text().find('\0'));
    } while (more != 0);
    return text;
}

// The mechanism's own codes are Kerberos' codes; the mechglue keeps them as they are.
Hresult hresult_of(OM_uint32 major, OM_uint32 minor) {
    switch (static_cast<krb5_error_code>(minor)) {
        case KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN:
            return kTargetUnknown;
        case KRB5_FCC_NOFILE:
        case KRB5_CC_NOTFOUND:
            return kNoCredentials;
        case KRB5KRB_AP_ERR_TKT_EXPIRED:
            return kContextExpired;
        case KRB5KRB_AP_ERR_SKEW:
            return kTimeSkew;
        case KRB5_KDC_UNREACH:
        case KRB5_REALM_UNKNOWN:
        case KRB5_REALM_CANT_RESOLVE:
            return kNoKdc;
        default:
            break;
    }
    switch (GSS_ROUTINE_ERROR(major)) {
        case GSS_S_NO_CRED:
            return kNoCredentials;
        case GSS_S_CREDENTIALS_EXPIRED:
        case GSS_S_CONTEXT_EXPIRED:
            return kContextExpired;
        default:
            return kSecurityInternal;
    }
}

}  // namespace

Error gss_error(OM_uint32 major, OM_uint32 minor, gss_OID mechanism, std::string_view step) {
    // The general text mostly says that the mechanism's own text says more.
    std::string text = minor == 0 ? std::string() : status_text(minor, GSS_C_MECH_CODE, mechanism);
    if (text.empty()) {
        text = status_text(major, GSS_C_GSS_CODE, mechanism);
    }
    return Error{hresult_of(major, minor), std::move(text)}.within(step);
}

}  // namespace ae::ca
