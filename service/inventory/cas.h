// What `aeclient cas` lists: each enrollment service of the forest with its place in the order in
// which CAs are asked, whether it is trusted, what it offers, and, where the network was asked,
// whether it answers and what it says of itself.  Verdicts are the engine's (CaTrust, is_trusted(),
// order_of_cas(), access_check.h).  Values; pure, any thread.
#pragma once

#include "ca-client/ca_inquiry.h"
#include "engine/access_check.h"
#include "service/preview.h"
#include "service/probed_ca.h"
#include "service/style.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ae::service {

enum class SiteMatch { own, other, none };    // none: the CA has no site, or this host
std::string_view to_string(SiteMatch match);  // "own site"

struct CaCertificate {
    engine::CertificateFacts facts{};
    std::string thumbprint{};
    bool in_nt_auth = false;  // a domain controller takes its certificates for a logon
};

struct ListedCa {
    engine::EnrollmentService service{};
    SiteMatch site = SiteMatch::none;
    std::optional<engine::ChainStatus> chain{};  // of its newest certificate
    bool trusted = false;
    engine::AccessAnswer enroll{};  // may this account request there (S12)?
    std::vector<CaCertificate> certificates{};
    std::optional<CaProbe> probe{};  // nothing: the network was not asked
    std::optional<Result<ca::CaIdentity>> identity{};
};

struct CaListing {
    engine::Scope scope{};
    Time now{};
    std::string account{};
    std::string site{};           // this host's own
    std::vector<ListedCa> cas{};  // in the order in which they are asked
    std::string not_asked{};      // why the network was not asked; empty: it was
    std::optional<Offline> offline{};
    std::vector<std::string> notes{};
};

using Sha1 = std::function<std::string(ByteView)>;  // lower-case hexadecimal
// What is known without a word to any CA.
CaListing list_cas(const Preview& preview, const Sha1& sha1);

// 0, or kFailed when a CA was asked and did not answer.
int exit_code(const CaListing& listing);
std::string cas_as_text(const CaListing& listing, const Style& style = {});
std::string cas_as_json(const CaListing& listing);

}  // namespace ae::service
