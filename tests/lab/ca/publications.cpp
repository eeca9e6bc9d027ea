#include "tests/lab/ca/publications.h"

#include "tests/lab/ca/certificate_builder.h"

#include <openssl/ocsp.h>

namespace ae::labca {
namespace {

using UniqueOcspRequest = std::unique_ptr<OCSP_REQUEST, FreeWith<OCSP_REQUEST_free>>;
using UniqueOcspResponse = std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>>;
using UniqueBasic = std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>>;
using UniqueTime = std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>>;

constexpr std::time_t kSkew = 10 * 60;
constexpr std::time_t kHour = 60 * 60;

std::string path_of(const std::string& url) {
    const auto host = url.find("://") + 3;
    return url.substr(url.find('/', host));
}

std::string serial_of(OCSP_CERTID* id) {
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id);
    const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(ASN1_INTEGER_to_BN(serial, nullptr));
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), octets.data());
    return to_hex(octets);
}

void add_status(OCSP_BASICRESP* basic, OCSP_CERTID* id, const Enrollment& enrollment) {
    const auto now = std::time(nullptr);
    const UniqueTime this_update(ASN1_TIME_set(nullptr, now - kSkew));
    const UniqueTime next_update(ASN1_TIME_set(nullptr, now + kHour));
    const auto row = enrollment.row_of(serial_of(id));
    int status = V_OCSP_CERTSTATUS_UNKNOWN;
    UniqueTime when;
    if (row && row->status == RowStatus::revoked) {
        status = V_OCSP_CERTSTATUS_REVOKED;
        when.reset(ASN1_TIME_set(nullptr, row->resolved));
    } else if (row && row->status == RowStatus::issued) {
        status = V_OCSP_CERTSTATUS_GOOD;
    }
    OCSP_basic_add1_status(basic, id, status, -1, when.get(), this_update.get(), next_update.get());
}

Bytes encoded(OCSP_RESPONSE* response) {
    Bytes out(static_cast<std::size_t>(i2d_OCSP_RESPONSE(response, nullptr)));
    unsigned char* at = out.data();
    i2d_OCSP_RESPONSE(response, &at);
    return out;
}

}  // namespace

Bytes answer_ocsp(const Enrollment& enrollment, View request) {
    const unsigned char* at = request.data();
    const UniqueOcspRequest asked(
        d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(request.size())));
    if (!asked) {
        const UniqueOcspResponse refusal(
            OCSP_response_create(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, nullptr));
        return encoded(refusal.get());
    }
    const UniqueBasic basic(OCSP_BASICRESP_new());
    for (int i = 0; i < OCSP_request_onereq_count(asked.get()); ++i) {
        add_status(basic.get(), OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked.get(), i)),
                   enrollment);
    }
    OCSP_copy_nonce(basic.get(), asked.get());
    const CaIdentity& ca = enrollment.ca();
    if (OCSP_basic_sign(basic.get(), ca.certificate.get(), ca.key.get(), EVP_sha256(), nullptr,
                        0) != 1) {
        throw std::runtime_error("OpenSSL could not sign an OCSP response");
    }
    const UniqueOcspResponse response(
        OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
    return encoded(response.get());
}

std::optional<WebContent> publication(const Enrollment& enrollment, const WebRequest& request) {
    const CaIdentity& ca = enrollment.ca();
    if (request.method == "POST") {
        return request.path == "/ocsp"
                   ? std::optional(WebContent{"application/ocsp-response",
                                              answer_ocsp(enrollment, request.content)})
                   : std::nullopt;
    }
    if (request.method != "GET") {
        return std::nullopt;
    }
    constexpr const char* kListType = "application/pkix-crl";
    constexpr const char* kCertificateType = "application/pkix-cert";
    if (request.path == path_of(ca.cdp_url)) {
        return WebContent{kListType, enrollment.crl()};
    }
    if (request.path == "/CertEnroll/root.crl") {
        return WebContent{kListType, read_file(ca.dir / "root.crl")};
    }
    if (request.path == path_of(ca.aia_url)) {
        return WebContent{kCertificateType, encode_certificate(ca.certificate.get())};
    }
    if (request.path == "/CertEnroll/root.crt") {
        return WebContent{kCertificateType, read_file(ca.dir / "root.der")};
    }
    return std::nullopt;
}

}  // namespace ae::labca
