#include "engine/base/hresult_table.h"
#include "policy/krb5_handles.h"
#include "service/credential.h"

namespace ae::service {
namespace {

using policy::krb5_error;
using policy::krb5_name;
using policy::krb5_start;
using policy::Krb5Cache;
using policy::Krb5Keytab;
using policy::Krb5Principal;

constexpr std::string_view kKeytabRemedy =
    "The account's password and the keytab no longer agree: reset the machine account "
    "(adcli update, or join again)";

constexpr const char* kLogonRemedy = "Sign out and in again, or run kinit";

// Offers the encrypted time stamp at once: every domain controller asks for it, and to wait until
// it does costs a round trip.  A controller that wants something else says so, as ever.
class InitialOptions {
  public:
    explicit InitialOptions(krb5_context context) : context_(context) {
        if (krb5_get_init_creds_opt_alloc(context, &options_) == 0) {
            // The library keeps the pointer.
            krb5_get_init_creds_opt_set_preauth_list(options_, &offered_, 1);
        }
    }
    InitialOptions(const InitialOptions&) = delete;
    InitialOptions& operator=(const InitialOptions&) = delete;
    InitialOptions(InitialOptions&&) = delete;
    InitialOptions& operator=(InitialOptions&&) = delete;
    ~InitialOptions() { krb5_get_init_creds_opt_free(context_, options_); }
    [[nodiscard]] krb5_get_init_creds_opt* get() const { return options_; }

  private:
    krb5_context context_;
    krb5_preauthtype offered_ = KRB5_PADATA_ENC_TIMESTAMP;
    krb5_get_init_creds_opt* options_ = nullptr;
};

// Replaces all that the cache holds by one ticket.
krb5_error_code put_alone(krb5_context krb5, krb5_ccache cache, krb5_principal owner,
                          krb5_creds& ticket) {
    const krb5_error_code code = krb5_cc_initialize(krb5, cache, owner);
    return code == 0 ? krb5_cc_store_cred(krb5, cache, &ticket) : code;
}

// A ticket that frees what it holds.
class Credentials {
  public:
    explicit Credentials(krb5_context context) : context_(context) {}
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;
    Credentials(Credentials&&) = delete;
    Credentials& operator=(Credentials&&) = delete;
    ~Credentials() { krb5_free_cred_contents(context_, &value_); }
    [[nodiscard]] krb5_creds& get() { return value_; }

  private:
    krb5_context context_;
    krb5_creds value_{};
};

// The ticket-granting ticket of the owner's own realm, as the cache holds it.
krb5_error_code find_tgt(krb5_context krb5, krb5_ccache cache, krb5_principal owner,
                         Credentials& found) {
    const krb5_data* realm = krb5_princ_realm(krb5, owner);
    Krb5Principal service(krb5);
    krb5_error_code code =
        krb5_build_principal_ext(krb5, service.put(), realm->length, realm->data,
                                 KRB5_TGS_NAME_SIZE, KRB5_TGS_NAME, realm->length, realm->data, 0);
    if (code != 0) {
        return code;
    }
    krb5_creds pattern{};
    pattern.client = owner;
    pattern.server = service.get();
    return krb5_cc_retrieve_cred(krb5, cache, KRB5_TC_MATCH_SRV_NAMEONLY, &pattern, &found.get());
}

// The ticket's end, or nothing when the cache holds no ticket-granting ticket.
std::optional<Time> end_of_tgt(krb5_context context, krb5_ccache cache) {
    krb5_cc_cursor cursor{};
    if (krb5_cc_start_seq_get(context, cache, &cursor) != 0) {
        return std::nullopt;
    }
    std::optional<Time> end;
    krb5_creds creds{};
    while (krb5_cc_next_cred(context, cache, &cursor, &creds) == 0) {
        if (krb5_name(context, creds.server).starts_with("krbtgt/")) {
            const Time until{Seconds(static_cast<std::uint32_t>(creds.times.endtime))};
            end = end ? std::max(*end, until) : until;
        }
        krb5_free_cred_contents(context, &creds);
    }
    krb5_cc_end_seq_get(context, cache, &cursor);
    return end;
}

}  // namespace

Done acquire_machine_tickets(const Membership& membership, const std::string& keytab_path,
                             const std::string& cache_name) {
    const std::string what = "get Kerberos tickets for " + membership.principal;
    auto context = krb5_start();
    if (!context) {
        return pass(context);
    }
    krb5_context krb5 = context->get();
    Krb5Principal principal(krb5);
    Krb5Keytab keytab(krb5);
    Krb5Cache cache(krb5);
    krb5_error_code code = krb5_parse_name(krb5, membership.principal.c_str(), principal.put());
    if (code == 0) {
        code = keytab_path.empty() ? krb5_kt_default(krb5, keytab.put())
                                   : krb5_kt_resolve(krb5, keytab_path.c_str(), keytab.put());
    }
    if (code != 0) {
        return fail(krb5_error(krb5, code, what));
    }
    const InitialOptions options(krb5);
    Credentials creds(krb5);
    code = krb5_get_init_creds_keytab(krb5, &creds.get(), principal.get(), keytab.get(), 0, nullptr,
                                      options.get());
    if (code != 0) {
        Error error = krb5_error(krb5, code, what);
        return fail(error.code == kLogonFailure ? std::move(error).with_remedy(kKeytabRemedy)
                                                : std::move(error));
    }
    code = krb5_cc_resolve(krb5, cache_name.c_str(), cache.put());
    if (code == 0) {
        code = put_alone(krb5, cache.get(), principal.get(), creds.get());
    }
    return code == 0 ? done() : fail(krb5_error(krb5, code, what));
}

std::string owner_of_cache(const std::string& name) {
    const auto context = krb5_start();
    if (!context) {
        return {};
    }
    Krb5Cache cache(context->get());
    Krb5Principal owner(context->get());
    if (krb5_cc_resolve(context->get(), name.c_str(), cache.put()) != 0 ||
        krb5_cc_get_principal(context->get(), cache.get(), owner.put()) != 0) {
        return {};
    }
    return krb5_name(context->get(), owner.get());
}

Done renew_ticket_cache(const std::string& name) {
    const std::string what = "renew the tickets in " + name;
    auto context = krb5_start();
    if (!context) {
        return pass(context);
    }
    krb5_context krb5 = context->get();
    Krb5Cache cache(krb5);
    Krb5Principal owner(krb5);
    krb5_error_code code = krb5_cc_resolve(krb5, name.c_str(), cache.put());
    if (code == 0) {
        code = krb5_cc_get_principal(krb5, cache.get(), owner.put());
    }
    if (code != 0) {
        return fail(krb5_error(krb5, code, what).with_remedy(kLogonRemedy));
    }
    Credentials kept(krb5);
    if (find_tgt(krb5, cache.get(), owner.get(), kept) != 0) {
        return fail(kNoCredentials, "the ticket cache " + name + " holds no ticket-granting ticket",
                    kLogonRemedy);
    }
    Credentials renewed(krb5);
    const bool got =
        krb5_get_renewed_creds(krb5, &renewed.get(), owner.get(), cache.get(), nullptr) == 0;
    code = put_alone(krb5, cache.get(), owner.get(), got ? renewed.get() : kept.get());
    if (code == 0) {
        return done();
    }
    // The disk may be full: nobody is to lose his logon's ticket over this.
    Error error = krb5_error(krb5, code, what);
    code = put_alone(krb5, cache.get(), owner.get(), kept.get());
    return fail(code == 0 ? std::move(error) : std::move(error).with_remedy(kLogonRemedy));
}

Done check_ticket_cache(const std::string& name, Time now) {
    auto context = krb5_start();
    if (!context) {
        return pass(context);
    }
    krb5_context krb5 = context->get();
    Krb5Cache cache(krb5);
    if (const auto code = krb5_cc_resolve(krb5, name.c_str(), cache.put()); code != 0) {
        return fail(krb5_error(krb5, code, "open the ticket cache " + name));
    }
    const auto end = end_of_tgt(krb5, cache.get());
    if (!end) {
        return fail(kNoCredentials, "the ticket cache " + name + " holds no ticket-granting ticket",
                    "Get one with kinit, or leave --ccache out to use the machine keytab");
    }
    if (*end <= now) {
        return fail(kContextExpired,
                    "the Kerberos ticket in " + name + " expired at " + to_string(*end),
                    "Renew it with kinit, or leave --ccache out to use the machine keytab");
    }
    return done();
}

}  // namespace ae::service
