#include "stores/chain_verdict_wincrypt.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/distinguished_name.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace ae::stores {
namespace {

using engine::ChainState;
using engine::ChainStatus;

constexpr Seconds kClockSkew{600};  // rules Q10, I10

// What we decide ourselves, or did not ask about.
constexpr DWORD kOurBusiness = CERT_TRUST_IS_NOT_TIME_VALID | CERT_TRUST_IS_NOT_TIME_NESTED |
                               CERT_TRUST_IS_UNTRUSTED_ROOT | CERT_TRUST_REVOCATION_STATUS_UNKNOWN |
                               CERT_TRUST_IS_OFFLINE_REVOCATION |
                               CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY;
constexpr DWORD kExtensionFaults =
    CERT_TRUST_INVALID_EXTENSION | CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT;

// Certificate template information and application policies ([MS-WCCE] 2.2.2.7.7): they restrict
// use, not trust.
constexpr std::array<std::string_view, 2> kMicrosoftExtensions = {"1.3.6.1.4.1.311.21.7",
                                                                  "1.3.6.1.4.1.311.21.10"};
// RFC 5280 4.2.1, all that may be critical or often are: the system handles these.
constexpr std::array<std::string_view, 11> kStandardExtensions = {
    "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.30",
    "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37"};

struct CriticalExtensions {
    bool has_microsofts = false;
    bool has_unknown = false;
};

CriticalExtensions critical_extensions_of(PCCERT_CONTEXT certificate) {
    CriticalExtensions found;
    for (DWORD i = 0; i < certificate->pCertInfo->cExtension; ++i) {
        const CERT_EXTENSION& extension = certificate->pCertInfo->rgExtension[i];
        const std::string_view oid = extension.pszObjId;
        if (extension.fCritical == FALSE) {
            continue;
        }
        if (std::ranges::find(kMicrosoftExtensions, oid) != kMicrosoftExtensions.end()) {
            found.has_microsofts = true;
        } else if (std::ranges::find(kStandardExtensions, oid) == kStandardExtensions.end()) {
            found.has_unknown = true;
        }
    }
    return found;
}

ByteView octets_of(PCCERT_CONTEXT certificate) {
    return {certificate->pbCertEncoded, certificate->cbCertEncoded};
}

bool is_among(const std::vector<Bytes>& certificates, PCCERT_CONTEXT certificate) {
    return std::ranges::any_of(
        certificates, [&](const Bytes& one) { return equal(one, octets_of(certificate)); });
}

struct Named {
    DWORD error;
    const char* text;
};
constexpr Named kNamedErrors[] = {
    {CERT_TRUST_IS_EXPLICIT_DISTRUST, "it is in this computer's Disallowed store"},
    {CERT_TRUST_INVALID_BASIC_CONSTRAINTS, "it may not issue certificates, or not at that place"},
    {CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "its purposes do not allow it"},
    {CERT_TRUST_IS_CYCLIC, "its issuers go round in a circle"},
    {CERT_TRUST_INVALID_POLICY_CONSTRAINTS, "its policy constraints are not kept"},
    {CERT_TRUST_HAS_WEAK_SIGNATURE, "this computer's policy calls its signature weak"},
};

std::string words_for(DWORD errors) {
    for (const Named& each : kNamedErrors) {
        if ((errors & each.error) != 0) {
            return each.text;
        }
    }
    return "Windows' trust status " + to_hex(hresult(errors));
}

std::string text_of(const CERT_NAME_BLOB& name) {
    der::Reader reader({name.pbData, name.cbData});
    const auto content = reader.expect(der::Tag::sequence);
    const auto text = content ? engine::distinguished_name_text(content->content)
                              : Result<std::string>(std::string());
    return text && !text->empty() ? *text : "a certificate";
}

std::string who_is(const ChainLink& link) { return text_of(link.certificate->pCertInfo->Subject); }

// Everything but its dates and what becomes of its issuer.
std::optional<ChainStatus> fault_of(const ChainLink& link) {
    DWORD errors = link.errors & ~(kOurBusiness | CERT_TRUST_IS_PARTIAL_CHAIN);
    if ((errors & CERT_TRUST_IS_NOT_SIGNATURE_VALID) != 0) {
        return ChainStatus{ChainState::untrusted, "the signature of " + who_is(link) + " is wrong"};
    }
    if ((errors & kExtensionFaults) != 0) {
        const CriticalExtensions critical = critical_extensions_of(link.certificate);
        if (critical.has_unknown) {
            return ChainStatus{ChainState::untrusted,
                               who_is(link) + ": a critical extension is not understood"};
        }
        if (!critical.has_microsofts) {
            return ChainStatus{ChainState::malformed, who_is(link) + ": an extension is broken"};
        }
        errors &= ~kExtensionFaults;
    }
    if (errors != 0) {
        return ChainStatus{ChainState::untrusted, who_is(link) + ": " + words_for(errors)};
    }
    return std::nullopt;
}

Time time_of(const FILETIME& filetime) {
    constexpr std::int64_t kSecondsFrom1601 = 11'644'473'600;
    constexpr std::int64_t kTicksPerSecond = 10'000'000;
    const std::uint64_t ticks =
        std::uint64_t{filetime.dwHighDateTime} << 32U | filetime.dwLowDateTime;
    return Time(Seconds(static_cast<std::int64_t>(ticks) / kTicksPerSecond - kSecondsFrom1601));
}

std::optional<ChainStatus> date_fault_of(const ChainLink& link, Time now) {
    if (now > time_of(link.certificate->pCertInfo->NotAfter)) {  // rule Q2
        return ChainStatus{ChainState::expired, who_is(link) + " has expired"};
    }
    if (now + kClockSkew < time_of(link.certificate->pCertInfo->NotBefore)) {
        return ChainStatus{ChainState::expired, who_is(link) + " is not valid yet"};
    }
    return std::nullopt;
}

bool is_known(PCCERT_CONTEXT certificate, const KnownCertificates& known) {
    return is_among(known.trust.roots, certificate) ||
           is_among(known.trust.intermediates, certificate) || is_among(known.extra, certificate);
}

}  // namespace

ChainStatus verdict_on(std::span<const ChainLink> chain, const KnownCertificates& known, Time now) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (auto fault = fault_of(chain[i])) {
            return *fault;
        }
        // Windows may have found an issuer of its own: to us it does not exist.
        const bool is_last = i + 1 == chain.size();
        if (is_last ? !chain[i].is_self_signed : !is_known(chain[i + 1].certificate, known)) {
            return {ChainState::untrusted,
                    "no certificate of " + text_of(chain[i].certificate->pCertInfo->Issuer) +
                        ", the issuer of " + who_is(chain[i]) + ", is in the replica"};
        }
    }
    // The end has to be a root of the replica, octet by octet, and nothing else counts (I13).
    if (chain.empty() || !is_among(known.trust.roots, chain.back().certificate)) {
        return {ChainState::untrusted, (chain.empty() ? std::string("it") : who_is(chain.back())) +
                                           " is not in the replicated Root store"};
    }
    for (const ChainLink& link : chain) {
        if (auto fault = date_fault_of(link, now)) {
            return *fault;
        }
    }
    return {};
}

}  // namespace ae::stores
