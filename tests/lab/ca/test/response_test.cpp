#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/hierarchy.h"
#include "tests/lab/ca/responses.h"
#include "tests/lab/ca/test/support.h"

using namespace ae::labca;
using namespace ae::labca::test;

TEST_CASE("the response body equals what a real CA sent", "[response][MS-WSTEP:4.1.2]") {
    const SignedData real = read_signed_data(read_pem("wstep-first-response.p7.pem"));
    CHECK(real.content_type == kOidPkiResponse);
    CmcResponse response;
    response.text = "Issued";
    response.leaf_hash = from_hex("58acd78e7e61b11ad73b2c6b41badca9100faf8e");
    CHECK(to_hex(response_body(response)) == to_hex(real.content));
}

TEST_CASE("a pending answer carries the request id as its token", "[response][RFC2797:5.1]") {
    CmcResponse response;
    response.status = CmcStatus::pending;
    response.request_id = 42;
    response.text = "T";
    response.now = 1795237433;  // 2026-11-21 05:03:53 UTC
    const Bytes expected = der::sequence(
        der::sequence(der::sequence(
            der::integer(1), der::oid("1.3.6.1.5.5.7.7.1"),
            der::set(der::sequence(
                der::integer(3), der::sequence(der::integer(1)), der::text(tag::kUtf8, "T"),
                der::sequence(der::octets(view_of("42")),
                              der::text(tag::kGeneralizedTime, "20261121050353Z")))))),
        der::sequence(), der::sequence());
    CHECK(to_hex(response_body(response)) == to_hex(expected));
}

TEST_CASE("a full response is signed by the CA key, named by issuer and serial", "[response]") {
    const TemporaryFolder folder;
    create_hierarchy({folder.path() / "ca", folder.path() / "root", "Corp Issuing CA 1",
                      "ca1.corp.example.test", KeyKind::ec256});
    const CaIdentity ca = load_identity(folder.path() / "ca");
    CmcResponse response;
    response.status = CmcStatus::failed;
    const Bytes message = full_response(response, {encode_certificate(ca.certificate.get())},
                                        ca.certificate.get(), ca.key.get());
    SignedData data = read_signed_data(message);
    REQUIRE(data.signers.size() == 1);
    CHECK(certificate_of(data, data.signers[0]) == encode_certificate(ca.certificate.get()));
    CHECK(verify_signer(data, data.signers[0], ca.key.get()));
    data.content.back() ^= 1;
    CHECK_FALSE(verify_signer(data, data.signers[0], ca.key.get()));
}

TEST_CASE("a degenerate PKCS #7 has certificates and no signer", "[response]") {
    const UniqueKey key = make_key(KeyKind::ec256);
    CertificatePlan plan;
    plan.subject = make_name({{"2.5.4.3", "x"}});
    plan.spki = spki_of(key.get());
    const Bytes certificate = encode_certificate(build_certificate(plan, nullptr, key.get()).get());
    const SignedData data = read_signed_data(degenerate_signed_data({certificate}));
    CHECK(data.content_type == kOidData);
    CHECK(data.content.empty());
    CHECK(data.signers.empty());
    CHECK(data.certificates == std::vector<Bytes>{certificate});
}
