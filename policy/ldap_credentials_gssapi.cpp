#include "engine/base/hresult_table.h"
#include "policy/krb5_handles.h"
#include "policy/ldap_credentials.h"

#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

namespace ae::policy {
namespace {

// What krb5_get_credentials takes and gives.
struct TicketQuestion {
    explicit TicketQuestion(krb5_context krb5) : context(krb5) {}
    TicketQuestion(const TicketQuestion&) = delete;
    TicketQuestion& operator=(const TicketQuestion&) = delete;
    TicketQuestion(TicketQuestion&&) = delete;
    TicketQuestion& operator=(TicketQuestion&&) = delete;
    ~TicketQuestion() {
        ::krb5_free_creds(context, ticket);
        ::krb5_free_cred_contents(context, &wanted);
    }

    krb5_context context;
    krb5_creds wanted{};
    krb5_creds* ticket = nullptr;
};

krb5_error_code fetch(krb5_context context, krb5_ccache cache, krb5_principal client,
                      const std::string& service, const std::string& realm) {
    const std::string name = service + '@' + realm;
    TicketQuestion question(context);
    krb5_error_code code = ::krb5_copy_principal(context, client, &question.wanted.client);
    if (code == 0) {
        code = ::krb5_parse_name(context, name.c_str(), &question.wanted.server);
    }
    return code == 0 ? ::krb5_get_credentials(context, 0, cache, &question.wanted, &question.ticket)
                     : code;
}

}  // namespace

Done fetch_ldap_ticket(const std::string& cache_name, const std::string& dns_host,
                       const std::string& domain_dns) {
    auto started = krb5_start();
    if (!started) {
        return pass(started);
    }
    krb5_context context = started->get();
    Krb5Cache cache(context);
    Krb5Principal client(context);
    krb5_error_code code = cache_name.empty()
                               ? ::krb5_cc_default(context, cache.put())
                               : ::krb5_cc_resolve(context, cache_name.c_str(), cache.put());
    if (code == 0) {
        code = ::krb5_cc_get_principal(context, cache.get(), client.put());
    }
    if (code != 0) {
        return fail(krb5_error(context, code, "Kerberos ticket for ldap/" + dns_host));
    }
    const std::string realm(client.get()->realm.data, client.get()->realm.length);
    const std::string plain = "ldap/" + dns_host;
    const std::string of_controller = plain + '/' + domain_dns;
    for (const std::string& service : {of_controller, plain}) {
        code = fetch(context, cache.get(), client.get(), service, realm);
        if (code != 0) {
            return fail(krb5_error(context, code, "Kerberos ticket for " + service));
        }
    }
    return done();
}

ThreadCredentialCache::ThreadCredentialCache(const std::string& cache) {
    if (!cache.empty()) {
        OM_uint32 minor = 0;
        ok_ = ::gss_krb5_ccache_name(&minor, cache.c_str(), nullptr) == GSS_S_COMPLETE;
        set_ = ok_;
    }
}

ThreadCredentialCache::~ThreadCredentialCache() {
    if (set_) {
        OM_uint32 minor = 0;
        ::gss_krb5_ccache_name(&minor, nullptr, nullptr);
    }
}

}  // namespace ae::policy
