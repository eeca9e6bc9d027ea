#include "engine/revocation.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/held_review.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";
// Bits of KeyUsage (RFC 5280 4.2.1.3).
constexpr std::uint8_t kDigitalSignature = 0x80;
constexpr std::uint8_t kNonRepudiation = 0x40;
constexpr std::uint8_t kCrlSign = 0x02;

// A certificate without the extension may be used for everything.
bool may(const CertificateFacts& certificate, std::uint8_t usage) {
    return certificate.key_usage.empty() || (certificate.key_usage.front() & usage) != 0;
}

RevocationVerdict unknown(Hresult problem, std::string why) {
    return {RevocationState::unknown, problem, std::move(why)};
}
RevocationVerdict offline(std::string why) { return unknown(kRevocationOffline, std::move(why)); }

RevocationVerdict revoked(const CertificateFacts& certificate, Time when, RevocationReason reason) {
    return {RevocationState::revoked,
            {},
            printable(certificate.subject) + " was revoked at " + ae::to_string(when) + " (" +
                std::string(to_string(reason)) + ")"};
}

RevocationVerdict valid() { return {RevocationState::valid, {}, {}}; }

enum class Freshness { early, fresh, stale };

// Without a nextUpdate nobody can tell.
Freshness freshness_of(Time this_update, std::optional<Time> next_update, Time now) {
    if (this_update > now + kClockSkew) {
        return Freshness::early;
    }
    return next_update && now <= *next_update + kClockSkew ? Freshness::fresh : Freshness::stale;
}

// RFC 5280 6.3.3 (b) (2).
bool covers(const CrlScope& scope, const CertificateFacts& certificate) {
    if (scope.only_attributes || (scope.only_users && certificate.is_ca) ||
        (scope.only_authorities && !certificate.is_ca)) {
        return false;
    }
    return !scope.is_named || std::ranges::any_of(scope.urls, [&](const std::string& url) {
        return std::ranges::find(certificate.crl_urls, url) != certificate.crl_urls.end();
    });
}

bool same_scope(const CrlScope& left, const CrlScope& right) {
    return left.is_named == right.is_named && left.urls == right.urls &&
           left.only_users == right.only_users && left.only_authorities == right.only_authorities &&
           left.only_attributes == right.only_attributes &&
           left.only_some_reasons == right.only_some_reasons;
}

// Both without zeros in front.
bool is_less(const Bytes& left, const Bytes& right) {
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

bool is_final(const RevokedEntry& entry) {
    return entry.reason != RevocationReason::certificate_hold &&
           entry.reason != RevocationReason::remove_from_crl;
}

// The later word on a certificate.  A delta takes nothing back but what was on hold.
const RevokedEntry* entry_of(const CertificateFacts& certificate, const Crl& list,
                             const Crl* delta) {
    const RevokedEntry* entry = list.find(certificate.serial_octets);
    if (delta != nullptr && (entry == nullptr || !is_final(*entry))) {
        const RevokedEntry* later = delta->find(certificate.serial_octets);
        entry = later != nullptr ? later : entry;
    }
    return entry;
}

bool is_named(const CertificateFacts& signer, const OcspAnswer& answer, Crypto& crypto) {
    return answer.responder_name.empty()
               ? answer.responder_key_hash == ocsp_key_hash(signer.public_key_info, crypto)
               : answer.responder_name == signer.subject_der;
}

// RFC 6960 4.2.2.2.
bool is_delegate(const CertificateFacts& responder, const CertificateFacts& issuer, Time now,
                 Crypto& crypto) {
    return responder.issuer_der == issuer.subject_der &&
           std::ranges::find(responder.extended_key_usages, kOcspSigning) !=
               responder.extended_key_usages.end() &&
           may(responder, kDigitalSignature | kNonRepudiation) &&
           responder.not_before <= now + kClockSkew && now <= responder.not_after &&
           signature_of(responder.der, issuer.public_key_info, crypto) == Signature::good;
}

bool signed_by(const CertificateFacts& signer, const OcspAnswer& answer, Crypto& crypto) {
    const auto scheme = scheme_of(answer.algorithm);
    return scheme && is_named(signer, answer, crypto) &&
           crypto.verify(signer.public_key_info, *scheme, answer.signed_part, answer.signature)
               .value_or(false);
}

bool is_authentic(const OcspAnswer& answer, const CertificateFacts& issuer, Time now,
                  Crypto& crypto) {
    if (signed_by(issuer, answer, crypto)) {
        return true;
    }
    return std::ranges::any_of(answer.certificates, [&](ByteView octets) {
        const auto responder = parse_certificate(octets);
        return responder && is_delegate(*responder, issuer, now, crypto) &&
               signed_by(*responder, answer, crypto);
    });
}

// Its dates alone keep an old answer from being played again, so its end is taken as it is.
// RFC 6960 4.2.2.1: without a nextUpdate newer information is always available, so that it counts
// as long as it may be on the way.
Freshness freshness_of(const OcspSingle& single, Time produced, Time now) {
    if (single.this_update > now + kClockSkew ||
        (!single.next_update && produced > now + kClockSkew)) {
        return Freshness::early;
    }
    const Time until = single.next_update.value_or(produced + kClockSkew);
    return now <= until ? Freshness::fresh : Freshness::stale;
}

RevocationVerdict verdict_by_single(const CertificateFacts& certificate, const OcspSingle& single,
                                    Freshness freshness) {
    if (single.state == OcspState::revoked && freshness != Freshness::early &&
        (freshness == Freshness::fresh || single.reason != RevocationReason::certificate_hold)) {
        return revoked(certificate, single.revoked, single.reason);
    }
    if (freshness != Freshness::fresh) {
        return offline(freshness == Freshness::early
                           ? "the answer is from the future, " + ae::to_string(single.this_update)
                           : "the answer is out of date, from " +
                                 ae::to_string(single.this_update));
    }
    if (single.state == OcspState::unknown) {
        return unknown(kRevocationFailure, "the responder does not know the certificate");
    }
    return valid();
}

}  // namespace

Done check_crl_signature(const Crl& list, const CertificateFacts& issuer, Crypto& crypto) {
    if (list.issuer_der != issuer.subject_der) {
        // Its own name is not told: nobody has signed for it yet.
        return fail(kInvalidData, "the list is not by " + printable(issuer.subject));
    }
    if (!list.authority_key.empty() && !issuer.subject_key_id.empty() &&
        list.authority_key != issuer.subject_key_id) {
        return fail(kInvalidData, "the list is signed with another key of its issuer");
    }
    if (!may(issuer, kCrlSign)) {
        return fail(kInvalidData, "the issuer's certificate does not allow it to sign lists");
    }
    const auto scheme = scheme_of(list.algorithm);
    if (!scheme) {
        return fail(kInvalidData, "the list is signed in a way that is not understood");
    }
    if (!crypto.verify(issuer.public_key_info, *scheme, list.signed_part, list.signature)
             .value_or(false)) {
        return fail(kInvalidData, "the signature of the list is wrong");
    }
    return done();
}

DeltaFit fit_of(const Crl& list, const Crl& delta, Time now) {
    const bool belongs =
        delta.base_number && delta.not_understood.empty() && delta.issuer_der == list.issuer_der &&
        delta.authority_key == list.authority_key && same_scope(delta.scope, list.scope) &&
        !is_less(delta.number, list.number) &&
        freshness_of(delta.this_update, delta.next_update, now) == Freshness::fresh;
    if (!belongs) {
        return DeltaFit::unusable;
    }
    return is_less(list.number, *delta.base_number) ? DeltaFit::wants_newer_list : DeltaFit::fits;
}

RevocationVerdict verdict_by_list(const CertificateFacts& certificate, const Crl& list,
                                  const Crl* delta, Time now) {
    if (!list.not_understood.empty()) {
        return unknown(kRevocationFailure, "the list cannot be used: " + list.not_understood);
    }
    // What another may put in the place of the list that was asked for, must not look like the
    // issuer's fault.
    if (list.base_number) {
        return offline("only a delta list is there");
    }
    if (!covers(list.scope, certificate)) {
        return offline("the list speaks of other certificates");
    }
    const Freshness freshness = freshness_of(list.this_update, list.next_update, now);
    if (freshness == Freshness::early) {
        return offline("the list is from the future, " + ae::to_string(list.this_update));
    }
    const bool is_fresh = freshness == Freshness::fresh;
    const bool has_delta =
        is_fresh && delta != nullptr && fit_of(list, *delta, now) == DeltaFit::fits;
    const RevokedEntry* entry = entry_of(certificate, list, has_delta ? delta : nullptr);
    if (entry != nullptr &&
        (is_final(*entry) || (is_fresh && entry->reason == RevocationReason::certificate_hold))) {
        return revoked(certificate, entry->revoked, entry->reason);
    }
    if (!is_fresh) {
        return offline(list.next_update
                           ? "the list is out of date since " + ae::to_string(*list.next_update)
                           : std::string("the list does not say how long it holds"));
    }
    if (list.scope.only_some_reasons) {
        return offline("the list speaks of some reasons only");
    }
    return valid();
}

RevocationVerdict verdict_by_answer(const CertificateFacts& certificate,
                                    const CertificateFacts& issuer, const OcspQuestion& question,
                                    const OcspAnswer& answer, Time now, Crypto& crypto) {
    const auto single = std::ranges::find(answer.singles, question.id, &OcspSingle::id);
    if (single == answer.singles.end()) {
        return offline("the answer speaks of other certificates");
    }
    if (!is_authentic(answer, issuer, now, crypto)) {
        return offline("neither the issuer nor a responder of its choice signed the answer");
    }
    if (answer.has_unknown_critical || single->has_unknown_critical) {
        return unknown(kRevocationFailure, "a critical extension of the answer is not understood");
    }
    return verdict_by_single(certificate, *single, freshness_of(*single, answer.produced, now));
}

}  // namespace ae::engine
