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

Done acquire_machine_tickets(const Membership& membership, const std::string& keytab_path) {
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
    krb5_creds creds{};
    code = krb5_get_init_creds_keytab(krb5, &creds, principal.get(), keytab.get(), 0, nullptr,
                                      options.get());
    if (code != 0) {
        Error error = krb5_error(krb5, code, what);
        return fail(error.code == kLogonFailure ? std::move(error).with_remedy(kKeytabRemedy)
                                                : std::move(error));
    }
    code = krb5_cc_resolve(krb5, kMachineCache, cache.put());
    if (code == 0) {
        code = krb5_cc_initialize(krb5, cache.get(), principal.get());
    }
    if (code == 0) {
        code = krb5_cc_store_cred(krb5, cache.get(), &creds);
    }
    krb5_free_cred_contents(krb5, &creds);
    return code == 0 ? done() : fail(krb5_error(krb5, code, what));
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
