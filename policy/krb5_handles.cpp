#include "policy/krb5_handles.h"

#include "engine/base/hresult_table.h"

namespace ae::policy {
namespace {

Hresult code_of(krb5_error_code code) {
    switch (code) {
        case KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN:
        case KRB5KDC_ERR_PREAUTH_FAILED:
        case KRB5KRB_AP_ERR_BAD_INTEGRITY:
        case KRB5KDC_ERR_CLIENT_REVOKED:
        case KRB5KDC_ERR_KEY_EXP:
            return kLogonFailure;
        case KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN:
            return kTargetUnknown;
        case KRB5KRB_AP_ERR_SKEW:
            return kTimeSkew;
        case KRB5_KDC_UNREACH:
        case KRB5_REALM_UNKNOWN:
        case KRB5_REALM_CANT_RESOLVE:
            return kNoKdc;
        case KRB5KRB_AP_ERR_TKT_EXPIRED:
        case KRB5KRB_AP_ERR_TKT_NYV:
            return kContextExpired;
        case KRB5_FCC_NOFILE:
        case KRB5_CC_NOTFOUND:
        case KRB5_CC_NOSUPP:
        case KRB5_CC_BADNAME:
        case KRB5_CC_UNKNOWN_TYPE:
        case KRB5_KT_NOTFOUND:
        case ENOENT:
            return kNoCredentials;
        case EACCES:
            return kAccessDenied;
        default:
            return kSecurityInternal;
    }
}

}  // namespace

Result<Krb5Context> krb5_start() {
    krb5_context raw = nullptr;
    if (const krb5_error_code code = krb5_init_context(&raw); code != 0) {
        return fail(krb5_error(nullptr, code, "start the Kerberos library"));
    }
    return Krb5Context(raw, &krb5_free_context);
}

Error krb5_error(krb5_context context, krb5_error_code code, const std::string& what) {
    const char* text = krb5_get_error_message(context, code);
    Error error{code_of(code), what + ": " + text, {}};
    krb5_free_error_message(context, text);
    return error;
}

std::string krb5_name(krb5_context context, krb5_const_principal principal) {
    char* text = nullptr;
    if (krb5_unparse_name(context, principal, &text) != 0) {
        return {};
    }
    std::string name = text;
    krb5_free_unparsed_name(context, text);
    return name;
}

}  // namespace ae::policy
