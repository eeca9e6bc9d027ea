#include "service/selftest/trial_certificate.h"

#include "ca-client/signature_algorithm.h"
#include "engine/base/der.h"

#include <cstdio>

namespace ae::service {
namespace {

using engine::HashAlgorithm;

Bytes name() {
    return der::sequence(
        {der::set_of({der::sequence({der::oid("2.5.4.3"), der::utf8_string(kTrialName)})})});
}

Bytes generalized_time(Time time) {
    const CivilTime t = civil(time);
    char text[32] = {};
    const int length = std::snprintf(text, sizeof text, "%04d%02u%02u%02u%02u%02uZ", t.year,
                                     t.month, t.day, t.hour, t.minute, t.second);
    return der::write(der::Tag::generalized_time,
                      as_bytes({text, static_cast<std::size_t>(length)}));
}

// RFC 5280 4.1.2.5: UTCTime up to 2049.
Bytes utc_time(Time time) {
    const Bytes whole = generalized_time(time);
    return der::write(der::Tag::utc_time, ByteView(whole).subspan(4));
}

// An extended key usage of our own, so that no program on the host takes the certificate for its
// own while the trial lasts ([RFC5280] 4.2.1.12: critical).
Bytes no_purpose() {
    const Bytes usages = der::sequence({der::oid("2.25.132669211916843750750392222022722050088")});
    return der::sequence({der::oid("2.5.29.37"), der::boolean_true(), der::octet_string(usages)});
}

}  // namespace

Result<Bytes> trial_certificate(engine::PrivateKey& key, Time now) {
    const Bytes algorithm = ca::signature_algorithm(key.algorithm(), HashAlgorithm::sha256);
    const ByteView public_key = key.public_key_info();
    const Bytes to_be_signed =
        der::sequence({der::write(der::context_constructed(0), der::integer(2)),
                       der::integer(now.time_since_epoch().count()), algorithm, name(),
                       der::sequence({utc_time(now - std::chrono::hours(1)),
                                      utc_time(now + std::chrono::hours(23))}),
                       name(), public_key,
                       der::write(der::context_constructed(3), der::sequence({no_purpose()}))});
    auto signature = key.sign(HashAlgorithm::sha256, to_be_signed);
    if (!signature) {
        return pass(signature, "sign the trial's certificate");
    }
    return der::sequence({to_be_signed, algorithm, der::bit_string(*signature)});
}

bool is_of_a_trial(const engine::CertificateFacts& facts) {
    return facts.subject_der == facts.issuer_der && facts.common_names.size() == 1 &&
           facts.common_names[0] == kTrialName;
}

}  // namespace ae::service
