// What one pulse reads from the directory: the Public Key Services replica and the account.
// Plain values.  Source: [MS-WCCE] 2.2.2.11; rules K1-K8, S9 of RULES.md.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/sid.h"
#include "engine/template.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

enum class Scope { machine, user };
std::string_view to_string(Scope scope);

// The stores that the replica fills (rules K1-K5).
enum class TrustStore { root, intermediate, nt_auth };
std::string_view to_string(TrustStore store);

// How a person and a log name a certification authority: "ca1.corp.example.test\Corp Issuing CA 1".
struct CaRef {
    std::string dns_host{};
    std::string name{};
    auto operator<=>(const CaRef&) const = default;
    [[nodiscard]] std::string config() const { return dns_host + '\\' + name; }
};

// Object of class pKIEnrollmentService.
struct EnrollmentService {
    std::string name{};  // displayName, else cn: goes into pwszAuthority
    std::string cn{};
    std::string dns_host{};             // empty: unusable
    std::vector<Bytes> certificates{};  // DER, newest notBefore first
    std::vector<std::string> templates{};
    std::vector<std::string> sites{};  // msPKI-Site-Name
    std::optional<Bytes> security_descriptor{};

    [[nodiscard]] CaRef ref() const { return {dns_host, name}; }
};

struct DirectoryServer {
    std::string dns_name{};  // "dc1.corp.example.test"
    std::string address{};
    std::string site{};              // the client's own, by the netlogon ping; empty when unknown
    std::string configuration_nc{};  // rootDSE: never spelt by hand (rule C4)
    std::string forest_id{};         // objectGUID of the forest root domain; empty when unknown
};

// Of one trust container; `complete` is false when the search failed, was cut or referred (rule
// K3).
struct TrustSet {
    std::vector<Bytes> certificates{};   // DER, one entry per thumbprint
    std::vector<std::string> skipped{};  // one sentence per value that is no certificate (rule K4)
    bool complete = false;
    std::string problem{};  // why it is not complete
};

struct Replica {
    DirectoryServer server{};
    std::vector<Template> templates{};
    std::vector<EnrollmentService> services{};
    TrustSet roots{};          // CN=Certification Authorities
    TrustSet intermediates{};  // CN=AIA, with both members of each crossCertificatePair
    TrustSet nt_auth{};        // CN=NTAuthCertificates
};

// The account that the pulse runs for, as the directory holds it.
struct Account {
    Scope scope = Scope::machine;
    std::string distinguished_name{};
    std::string sam_account_name{};  // "WS1$"
    std::string domain_dns{};        // "corp.example.test"
    std::string dns_host_name{};     // machine: dNSHostName attribute
    Sid object_sid{};
    std::vector<Sid> sids{};  // every SID for the access check (rule S9), sorted, unique
    std::vector<Bytes> user_certificates{};   // userCertificate, DER, as it stands
    std::string user_certificates_problem{};  // why they could not be read; empty: they were
    std::string enrolling_elsewhere{};        // the machine that holds this user's lock (rule D5)
};

}  // namespace ae::engine
