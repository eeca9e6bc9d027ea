// What a certification authority says about itself, read out of its properties ([MS-WCCE]
// 3.2.1.4.3.2).  All of it is hearsay: nothing here is checked against the directory, no
// certificate is parsed or verified.
// Works over every transport that has properties; kNotSupported where the CA's interface lacks one.
// Blocks like the transport, which must outlive it; one thread.  Errors name the CA and the step.
#pragma once

#include "ca-client/cert_request_transport.h"

#include <string>
#include <vector>

namespace ae::ca {

// More of them than any CA has; each costs a round trip.
inline constexpr std::uint32_t kMaxSigningCertificates = 32;
inline constexpr std::size_t kMaxCertificateSize = std::size_t{64} << 10;

struct CaIdentity {
    std::string name{};            // common name
    std::string sanitized_name{};  // [MS-WCCE] 3.1.1.4.1.1
    std::string dns_name{};        // empty: over ICertRequestD, which does not tell it
    std::string version{};         // of its program
    CaInfo info{};
};

class CaInquiry {
  public:
    CaInquiry(CertRequestTransport& transport, const engine::CaRef& ca)
        : transport_(transport), ca_(ca) {}

    Done ping();
    Result<CaIdentity> identity();
    Result<std::vector<OfferedTemplate>> templates();
    // Newest first.
    Result<std::vector<Bytes>> signing_certificates();
    // What the CA found when it checked that certificate's chain; `index` counts from the oldest.
    Result<Hresult> signing_certificate_status(std::uint32_t index);
    Result<engine::ExchangeCertificate> exchange_certificate();
    Result<std::vector<ListedProperty>> properties();

  private:
    template <class T>
    Result<T> named(Result<T> result, std::string_view step) const;
    Result<std::string> text(std::uint32_t id);
    Result<Bytes> certificate(std::uint32_t id, std::uint32_t index);
    Result<CaIdentity> read_identity();
    Result<std::vector<Bytes>> read_signing_certificates();
    Result<engine::ExchangeCertificate> read_exchange_certificate();

    CertRequestTransport& transport_;
    engine::CaRef ca_;
};

}  // namespace ae::ca
