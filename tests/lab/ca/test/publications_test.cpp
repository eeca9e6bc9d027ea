#include "tests/lab/ca/publications.h"

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/test/enrolling_ca.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

using namespace ae::labca;
using namespace ae::labca::test;

SCENARIO("a request over HTTP is read when all of it is there", "[publications]") {
    const std::string text = "POST /ocsp HTTP/1.1\r\nHost: ca1\r\ncontent-length: 3\r\n\r\nabc";
    CHECK_FALSE(parse_web_request(text.substr(0, text.size() - 1)));
    CHECK_FALSE(parse_web_request("GET / HTTP/1.1\r\n"));
    const auto request = parse_web_request(text);
    REQUIRE(request);
    CHECK(request->method == "POST");
    CHECK(request->path == "/ocsp");
    CHECK(request->content == Bytes{'a', 'b', 'c'});
    CHECK_THROWS_AS(parse_web_request("nonsense\r\n\r\n"), std::runtime_error);
}

SCENARIO("lists and certificates stand where the certificates say", "[publications]") {
    Ca ca;
    ca.enroll();
    const auto get = [&ca](const std::string& path) {
        return publication(*ca.enrollment, {"GET", path, {}});
    };
    CHECK(get("/CertEnroll/Corp%20Issuing%20CA%201.crl")->content == ca.enrollment->crl());
    CHECK(get("/CertEnroll/root.crl")->content == read_file(ca.folder.path() / "root/root.crl"));
    CHECK(get("/CertEnroll/root.crt")->content == read_file(ca.folder.path() / "root/root.der"));
    CHECK_FALSE(get("/CertEnroll/../ca.key"));
    CHECK_FALSE(get("/ocsp"));
    CHECK_FALSE(publication(*ca.enrollment, {"POST", "/CertEnroll/root.crl", {}}));
}

SCENARIO("the root's list names a CA while it is revoked", "[publications]") {
    Ca ca;
    const auto revoked = [&ca] {
        const Bytes list = read_file(ca.folder.path() / "ca/root.crl");
        const unsigned char* at = list.data();
        const UniqueCrl crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(list.size())));
        X509_REVOKED* entry = nullptr;
        return X509_CRL_get0_by_cert(crl.get(), &entry, ca.enrollment->ca().certificate.get());
    };
    CHECK(revoked() == 0);
    set_standing(ca.folder.path() / "ca", ca.folder.path() / "root", Standing::revoked);
    CHECK(revoked() == 1);
    set_standing(ca.folder.path() / "ca", ca.folder.path() / "root", Standing::good);
    CHECK(revoked() == 0);
}

SCENARIO("the responder knows issued, revoked and unknown", "[publications][RFC6960:2.2]") {
    Ca ca;
    const UniqueX509 leaf = parse_certificate(ca.enroll().certificate);
    X509* issuer = ca.enrollment->ca().certificate.get();
    const auto status_of = [&](X509* subject) {
        const std::unique_ptr<OCSP_REQUEST, FreeWith<OCSP_REQUEST_free>> request(
            OCSP_REQUEST_new());
        OCSP_CERTID* id = OCSP_cert_to_id(nullptr, subject, issuer);
        OCSP_request_add0_id(request.get(), id);
        OCSP_request_add1_nonce(request.get(), nullptr, -1);
        Bytes asked(static_cast<std::size_t>(i2d_OCSP_REQUEST(request.get(), nullptr)));
        unsigned char* to = asked.data();
        i2d_OCSP_REQUEST(request.get(), &to);
        const auto answer = publication(*ca.enrollment, {"POST", "/ocsp", asked});
        const unsigned char* at = answer->content.data();
        const std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>> response(
            d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(answer->content.size())));
        const std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>> basic(
            OCSP_response_get1_basic(response.get()));
        const std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>> store(X509_STORE_new());
        X509_STORE_add_cert(store.get(), ca.enrollment->ca().root.get());
        CHECK(OCSP_check_nonce(request.get(), basic.get()) == 1);
        CHECK(OCSP_basic_verify(basic.get(), nullptr, store.get(), 0) == 1);
        int status = -1;
        OCSP_resp_find_status(basic.get(), id, &status, nullptr, nullptr, nullptr, nullptr);
        return status;
    };
    CHECK(status_of(leaf.get()) == V_OCSP_CERTSTATUS_GOOD);
    ca.enrollment->revoke(1);
    CHECK(status_of(leaf.get()) == V_OCSP_CERTSTATUS_REVOKED);
    CHECK(status_of(ca.enrollment->ca().exchange_certificate.get()) == V_OCSP_CERTSTATUS_UNKNOWN);
    const Bytes refusal = answer_ocsp(*ca.enrollment, Bytes{1, 2, 3});
    const unsigned char* at = refusal.data();
    const std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>> malformed(
        d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(refusal.size())));
    CHECK(OCSP_response_status(malformed.get()) == OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
}

SCENARIO("certificates name the places that a test wants", "[publications][faults]") {
    Ca ca;
    const auto extension = [&ca](int nid) {
        const UniqueX509 leaf = parse_certificate(ca.enroll().certificate);
        const int at = X509_get_ext_by_NID(leaf.get(), nid, -1);
        if (at < 0) {
            return std::string("none");
        }
        const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(leaf.get(), at));
        return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                           static_cast<std::size_t>(ASN1_STRING_length(value)));
    };
    const auto names = [&](int nid, const std::string& url) {
        return extension(nid).find(url) != std::string::npos;
    };
    CHECK(names(NID_crl_distribution_points, "http://ca1.corp.example.test/CertEnroll/"));
    CHECK_FALSE(names(NID_info_access, "/ocsp"));
    ca.faults.set("cdp=ldap:///CN=x http://y/z");
    ca.faults.set("ocsp=http://ca1/ocsp");
    CHECK(names(NID_crl_distribution_points, "ldap:///CN=x"));
    CHECK(names(NID_crl_distribution_points, "http://y/z"));
    CHECK_FALSE(names(NID_crl_distribution_points, "CertEnroll"));
    CHECK(names(NID_info_access, "http://ca1/ocsp"));
    CHECK(names(NID_info_access, ".crt"));
    CHECK(ca.faults.describe() == "cdp=ldap:///CN=x http://y/z\nocsp=http://ca1/ocsp\n");
    ca.faults.set("cdp=none");
    CHECK(extension(NID_crl_distribution_points) == "none");
}
