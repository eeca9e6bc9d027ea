// What the CA reads from the directory for each request ([MS-WCCE] 3.2.2.1, [MS-CRTD] 2).
//
// For: one template, one account, the CA's own list of templates.  Values only; LDAP is in
// directory_ldap.cpp.
// Errors: HresultError (0x8007054B when no domain controller answers).
#pragma once

#include "tests/lab/ca/bytes.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace ae::labca {

namespace template_flag {
constexpr std::uint32_t kMachineType = 0x40, kIsCa = 0x80, kIsCrossCa = 0x800;
}
namespace enrollment_flag {
constexpr std::uint32_t kSymmetricAlgorithms = 0x1, kPendAll = 0x2, kPublish = 0x8,
                        kPreviousApproval = 0x40, kNoRevocationInfo = 0x4000,
                        kBasicConstraintsForEe = 0x8000, kNoSecurityExtension = 0x80000;
}
namespace key_flag {
constexpr std::uint32_t kArchive = 0x1, kSameKeyRenewal = 0x80, kLegacyProvider = 0x100;
}
namespace name_flag {
constexpr std::uint32_t kEnrolleeSupplies = 0x1, kSanDomainDns = 0x400000, kSanSpn = 0x800000,
                        kSanGuid = 0x1000000, kSanUpn = 0x2000000, kSanEmail = 0x4000000,
                        kSanDns = 0x8000000, kDnsAsCn = 0x10000000, kSubjectEmail = 0x20000000,
                        kCommonName = 0x40000000, kDirectoryPath = 0x80000000;
}

struct Template {
    std::string name{};  // cn
    std::string oid{};
    std::uint32_t schema_version = 1;
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint32_t flags = 0;
    std::uint32_t enrollment_flags = 0;
    std::uint32_t name_flags = 0;
    std::uint32_t key_flags = 0;
    std::uint32_t minimal_key_size = 0;
    std::uint32_t authority_signatures = 0;
    std::int32_t max_issuing_depth = 0;
    std::vector<std::string> authority_policies{};  // EKUs that RA certificates must have
    std::vector<std::string> extended_key_usage{};
    std::vector<std::string> application_policies{};
    std::vector<std::string> issuance_policies{};
    std::vector<std::string> critical_extensions{};
    std::string key_algorithm{};  // msPKI-Asymmetric-Algorithm of v3/v4, else empty
    Bytes key_usage{};
    std::chrono::seconds validity{0};
    std::chrono::seconds overlap{0};
    std::optional<Bytes> security_descriptor{};
};

struct Account {
    std::string dn{};
    std::string common_name{};
    std::string sam_name{};
    std::string dns_host_name{};
    std::string principal_name{};  // userPrincipalName
    std::string mail{};
    std::string sid{};
    Bytes object_guid{};
    bool is_computer = false;
    std::string domain_dns{};
    std::string domain_netbios{};
};

class Directory {
  public:
    virtual ~Directory() = default;
    virtual std::optional<Template> template_named(const std::string& name) = 0;
    virtual std::optional<Template> template_with_oid(const std::string& oid) = 0;
    virtual std::optional<Account> account(const std::string& sid) = 0;
    // certificateTemplates of this CA's enrollment service object.
    virtual std::vector<std::string> offered_templates() = 0;
    // [MS-WCCE] 3.2.2.1.5: adds it to userCertificate; the certificate is issued all the same when
    // that fails.
    virtual void publish(const std::string& /*dn*/, const Bytes& /*certificate*/) {}
};
using DirectoryFactory = std::function<std::unique_ptr<Directory>()>;

struct LdapSettings {
    std::string dc{};       // host name of the domain controller
    std::string keytab{};   // with the CA's own computer account
    std::string ca_name{};  // to find the enrollment service object
};
// Connects at each call of the factory: a CA has to survive a restart of its DC.
DirectoryFactory ldap_directory(const LdapSettings& settings);

// From the multi-valued text and binary attributes of a template object (template_attributes.cpp).
struct LdapEntry {
    std::string dn{};
    std::vector<std::pair<std::string, std::vector<Bytes>>> attributes{};  // names as sent

    const std::vector<Bytes>* find(std::string_view name) const;
    std::string text(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;
    std::uint32_t number(std::string_view name, std::uint32_t absent = 0) const;
    Bytes bytes(std::string_view name) const;
};
Template template_from(const LdapEntry& entry);
std::chrono::seconds period_from(View eight_bytes);  // pKIExpirationPeriod, negative 100 ns units

}  // namespace ae::labca
