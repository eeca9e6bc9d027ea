#include "tests/lab/ca/directory.h"
#include "tests/lab/ca/gss_acceptor.h"
#include "tests/lab/ca/sid.h"

#include <fmt/format.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <ldap.h>

namespace ae::labca {
namespace {

constexpr std::uint32_t kNoSuchDomain = 0x8007054B;
constexpr int kTimeoutSeconds = 15;

[[noreturn]] void fail(const std::string& text) { throw HresultError(kNoSuchDomain, text); }

// The computer account of the keytab: the principal whose first part ends in '$'.
std::string computer_principal(const std::string& keytab) {
    krb5_context context = nullptr;
    if (krb5_init_context(&context) != 0) {
        fail("Kerberos cannot be initialised");
    }
    std::string found;
    krb5_keytab table = nullptr;
    krb5_kt_cursor cursor = nullptr;
    if (krb5_kt_resolve(context, ("FILE:" + keytab).c_str(), &table) == 0 &&
        krb5_kt_start_seq_get(context, table, &cursor) == 0) {
        krb5_keytab_entry entry{};
        while (found.empty() && krb5_kt_next_entry(context, table, &entry, &cursor) == 0) {
            char* name = nullptr;
            if (krb5_unparse_name(context, entry.principal, &name) == 0) {
                const std::string_view text(name);
                if (text.find("$@") != std::string_view::npos) {
                    found = text;
                }
                krb5_free_unparsed_name(context, name);
            }
            krb5_free_keytab_entry_contents(context, &entry);
        }
        krb5_kt_end_seq_get(context, table, &cursor);
    }
    if (table != nullptr) {
        krb5_kt_close(context, table);
    }
    krb5_free_context(context);
    if (found.empty()) {
        fail("no computer account in the keytab " + keytab);
    }
    return found;
}

// The CA's own initiator credential, in a memory cache of its own.
class OwnCredential {
  public:
    explicit OwnCredential(const std::string& keytab) {
        const std::string principal = computer_principal(keytab);
        gss_buffer_desc text{principal.size(), const_cast<char*>(principal.data())};
        gss_name_t name = GSS_C_NO_NAME;
        OM_uint32 minor = 0;
        OM_uint32 major = gss_import_name(&minor, &text, GSS_KRB5_NT_PRINCIPAL_NAME, &name);
        const std::string client = "FILE:" + keytab;
        std::array<gss_key_value_element_desc, 2> elements{
            gss_key_value_element_desc{"client_keytab", client.c_str()},
            gss_key_value_element_desc{"ccache", cache.c_str()}};
        const gss_key_value_set_desc store{2, elements.data()};
        if (!GSS_ERROR(major)) {
            major = gss_acquire_cred_from(&minor, name, GSS_C_INDEFINITE, GSS_C_NO_OID_SET,
                                          GSS_C_INITIATE, &store, &raw, nullptr, nullptr);
        }
        // The credential is made lazily: asking for its lifetime fetches the ticket into the cache.
        OM_uint32 lifetime = 0;
        if (!GSS_ERROR(major)) {
            major = gss_inquire_cred(&minor, raw, nullptr, &lifetime, nullptr, nullptr);
        }
        OM_uint32 ignored = 0;
        gss_release_name(&ignored, &name);
        if (GSS_ERROR(major)) {
            fail(gss_text("log on as " + principal, major, minor));
        }
    }
    ~OwnCredential() {
        OM_uint32 minor = 0;
        gss_release_cred(&minor, &raw);
    }
    OwnCredential(const OwnCredential&) = delete;
    OwnCredential& operator=(const OwnCredential&) = delete;
    const std::string cache = "MEMORY:labca-" + Guid::random().text();
    gss_cred_id_t raw = GSS_C_NO_CREDENTIAL;
};

// libldap takes no credential before the bind has begun (LDAP_OPT_X_SASL_GSS_CREDS fails), so the
// calling thread's default cache is switched for the length of the bind.
class ThreadCache {
  public:
    explicit ThreadCache(const std::string& name) {
        OM_uint32 minor = 0;
        gss_krb5_ccache_name(&minor, name.c_str(), nullptr);
    }
    ~ThreadCache() {
        OM_uint32 minor = 0;
        gss_krb5_ccache_name(&minor, nullptr, nullptr);
    }
    ThreadCache(const ThreadCache&) = delete;
    ThreadCache& operator=(const ThreadCache&) = delete;
};

// One question of a SASL mechanism, laid out as sasl_interact_t of Cyrus SASL's stable ABI: spares
// the lab a dependency on the SASL headers.
struct SaslPrompt {
    unsigned long id;  // 0 ends the list
    const char* challenge;
    const char* prompt;
    const char* default_result;
    const void* result;
    unsigned length;
};

int answer_nothing(LDAP*, unsigned, void*, void* asked) {
    for (auto* prompt = static_cast<SaslPrompt*>(asked); prompt->id != 0; ++prompt) {
        prompt->result = "";
        prompt->length = 0;
    }
    return LDAP_SUCCESS;
}

// RFC 4515 3: every byte of a value as \xx is always right.
std::string escaped(View value) {
    std::string out;
    for (const std::uint8_t byte : value) {
        out += fmt::format("\\{:02x}", byte);
    }
    return out;
}
std::string escaped(const std::string& value) { return escaped(view_of(value)); }

class LdapDirectory : public Directory {
  public:
    explicit LdapDirectory(LdapSettings settings)
        : settings_(std::move(settings)), credential_(settings_.keytab) {
        connect();
        const auto root = search("", LDAP_SCOPE_BASE, "(objectClass=*)",
                                 {"configurationNamingContext", "defaultNamingContext"});
        if (root.empty()) {
            fail("the domain controller has no rootDSE");
        }
        configuration_ = root[0].text("configurationNamingContext");
        domain_ = root[0].text("defaultNamingContext");
    }
    ~LdapDirectory() override { close(); }
    LdapDirectory(const LdapDirectory&) = delete;
    LdapDirectory& operator=(const LdapDirectory&) = delete;

    std::optional<Template> template_named(const std::string& name) override {
        return find_template("(cn=" + escaped(name) + ")");
    }
    std::optional<Template> template_with_oid(const std::string& oid) override {
        return find_template("(msPKI-Cert-Template-OID=" + escaped(oid) + ")");
    }
    std::optional<Account> account(const std::string& sid) override;
    std::vector<std::string> offered_templates() override;
    void publish(const std::string& dn, const Bytes& certificate) override;

  private:
    void connect();
    void close() {
        if (ldap_ != nullptr) {
            ldap_unbind_ext_s(ldap_, nullptr, nullptr);
            ldap_ = nullptr;
        }
    }
    std::vector<LdapEntry> search(const std::string& base, int scope, const std::string& filter,
                                  std::vector<std::string> attributes);
    std::optional<Template> find_template(const std::string& condition);
    std::string services() const { return "CN=Public Key Services,CN=Services," + configuration_; }

    LdapSettings settings_;
    OwnCredential credential_;
    LDAP* ldap_ = nullptr;
    std::string configuration_{};
    std::string domain_{};
};

void LdapDirectory::connect() {
    const std::string url = "ldap://" + settings_.dc;
    if (ldap_initialize(&ldap_, url.c_str()) != LDAP_SUCCESS) {
        fail("not an LDAP server name: " + settings_.dc);
    }
    const int version = LDAP_VERSION3;
    const unsigned least_ssf = 56;
    timeval timeout{kTimeoutSeconds, 0};
    ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ldap_, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    ldap_set_option(ldap_, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    ldap_set_option(ldap_, LDAP_OPT_TIMEOUT, &timeout);
    // Reverse lookups would ask for the ticket of another name.
    ldap_set_option(ldap_, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
    ldap_set_option(ldap_, LDAP_OPT_X_SASL_SSF_MIN, &least_ssf);
    const ThreadCache cache(credential_.cache);
    const int result = ldap_sasl_interactive_bind_s(ldap_, nullptr, "GSSAPI", nullptr, nullptr,
                                                    LDAP_SASL_QUIET, answer_nothing, nullptr);
    if (result != LDAP_SUCCESS) {
        char* detail = nullptr;
        ldap_get_option(ldap_, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
        const std::string text = fmt::format("LDAP bind to {}: {} {}", settings_.dc,
                                             ldap_err2string(result), detail ? detail : "");
        ldap_memfree(detail);
        close();
        fail(text);
    }
}

void LdapDirectory::publish(const std::string& dn, const Bytes& certificate) {
    std::string name = "userCertificate";
    berval value{certificate.size(),
                 reinterpret_cast<char*>(const_cast<std::uint8_t*>(certificate.data()))};
    std::array<berval*, 2> values{&value, nullptr};
    LDAPMod change{};
    change.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES;
    change.mod_type = name.data();
    change.mod_vals.modv_bvals = values.data();
    std::array<LDAPMod*, 2> changes{&change, nullptr};
    const int code = ldap_modify_ext_s(ldap_, dn.c_str(), changes.data(), nullptr, nullptr);
    if (code != LDAP_SUCCESS && code != LDAP_TYPE_OR_VALUE_EXISTS) {
        fmt::print(stderr, "labca: publish to {}: {}\n", dn, ldap_err2string(code));
    }
}

std::vector<LdapEntry> LdapDirectory::search(const std::string& base, int scope,
                                             const std::string& filter,
                                             std::vector<std::string> attributes) {
    std::vector<char*> names;
    for (std::string& attribute : attributes) {
        names.push_back(attribute.data());
    }
    names.push_back(nullptr);
    // SD flags 7: owner, group and DACL; without the control a plain account gets no descriptor.
    std::array<char, 5> sd_flags{0x30, 0x03, 0x02, 0x01, 0x07};
    std::string oid = "1.2.840.113556.1.4.801";
    LDAPControl control{oid.data(), {sd_flags.size(), sd_flags.data()}, 1};
    std::array<LDAPControl*, 2> controls{&control, nullptr};
    LDAPMessage* result = nullptr;
    const int code = ldap_search_ext_s(ldap_, base.c_str(), scope, filter.c_str(), names.data(), 0,
                                       base.empty() ? nullptr : controls.data(), nullptr, nullptr,
                                       LDAP_NO_LIMIT, &result);
    const std::unique_ptr<LDAPMessage, int (*)(LDAPMessage*)> owner(result, ldap_msgfree);
    if (code != LDAP_SUCCESS && code != LDAP_NO_SUCH_OBJECT) {
        fail(fmt::format("LDAP search in \"{}\": {}", base, ldap_err2string(code)));
    }
    std::vector<LdapEntry> entries;
    for (LDAPMessage* e = ldap_first_entry(ldap_, result); e != nullptr;
         e = ldap_next_entry(ldap_, e)) {
        LdapEntry entry;
        if (char* dn = ldap_get_dn(ldap_, e)) {
            entry.dn = dn;
            ldap_memfree(dn);
        }
        for (const std::string& attribute : attributes) {
            berval** values = ldap_get_values_len(ldap_, e, attribute.c_str());
            if (values == nullptr) {
                continue;
            }
            std::vector<Bytes> copies;
            for (berval** value = values; *value != nullptr; ++value) {
                const auto* data = reinterpret_cast<const std::uint8_t*>((*value)->bv_val);
                copies.emplace_back(data, data + (*value)->bv_len);
            }
            ldap_value_free_len(values);
            entry.attributes.emplace_back(attribute, std::move(copies));
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::optional<Template> LdapDirectory::find_template(const std::string& condition) {
    const auto found = search("CN=Certificate Templates," + services(), LDAP_SCOPE_ONELEVEL,
                              "(&(objectClass=pKICertificateTemplate)" + condition + ")",
                              {"cn",
                               "revision",
                               "flags",
                               "nTSecurityDescriptor",
                               "pKICriticalExtensions",
                               "pKIExtendedKeyUsage",
                               "pKIExpirationPeriod",
                               "pKIOverlapPeriod",
                               "pKIKeyUsage",
                               "pKIMaxIssuingDepth",
                               "msPKI-Template-Schema-Version",
                               "msPKI-Template-Minor-Revision",
                               "msPKI-RA-Signature",
                               "msPKI-Minimal-Key-Size",
                               "msPKI-Cert-Template-OID",
                               "msPKI-Certificate-Policy",
                               "msPKI-Certificate-Application-Policy",
                               "msPKI-RA-Application-Policies",
                               "msPKI-Enrollment-Flag",
                               "msPKI-Private-Key-Flag",
                               "msPKI-Certificate-Name-Flag"});
    return found.empty() ? std::nullopt : std::optional(template_from(found[0]));
}

std::optional<Account> LdapDirectory::account(const std::string& sid) {
    const auto found =
        search(domain_, LDAP_SCOPE_SUBTREE, "(objectSid=" + escaped(sid_bytes(sid)) + ")",
               {"cn", "sAMAccountName", "dNSHostName", "userPrincipalName", "mail", "objectGUID",
                "objectClass"});
    if (found.empty()) {
        return std::nullopt;
    }
    const LdapEntry& entry = found[0];
    Account account;
    account.dn = entry.dn;
    account.common_name = entry.text("cn");
    account.sam_name = entry.text("sAMAccountName");
    account.dns_host_name = entry.text("dNSHostName");
    account.principal_name = entry.text("userPrincipalName");
    account.mail = entry.text("mail");
    account.object_guid = entry.bytes("objectGUID");
    account.sid = sid;
    for (const std::string& object_class : entry.texts("objectClass")) {
        account.is_computer = account.is_computer || object_class == "computer";
    }
    const auto cross = search("CN=Partitions," + configuration_, LDAP_SCOPE_ONELEVEL,
                              "(&(objectClass=crossRef)(nCName=" + escaped(domain_) + "))",
                              {"dnsRoot", "nETBIOSName"});
    if (!cross.empty()) {
        account.domain_dns = cross[0].text("dnsRoot");
        account.domain_netbios = cross[0].text("nETBIOSName");
    }
    return account;
}

std::vector<std::string> LdapDirectory::offered_templates() {
    const std::string name = escaped(settings_.ca_name);
    const auto found = search(
        "CN=Enrollment Services," + services(), LDAP_SCOPE_ONELEVEL,
        "(&(objectClass=pKIEnrollmentService)(|(cn=" + name + ")(displayName=" + name + ")))",
        {"certificateTemplates"});
    return found.empty() ? std::vector<std::string>{} : found[0].texts("certificateTemplates");
}

}  // namespace

DirectoryFactory ldap_directory(const LdapSettings& settings) {
    return [settings] { return std::make_unique<LdapDirectory>(settings); };
}

}  // namespace ae::labca
