#include "tests/lab/ca/enrollment.h"

#include "tests/lab/ca/ca_properties.h"
#include "tests/lab/ca/control.h"
#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/test/enrolling_ca.h"

using namespace ae::labca;
using namespace ae::labca::test;

SCENARIO("a machine gets the certificate that its template describes", "[enrollment]") {
    Ca ca;
    const Outcome outcome = ca.enroll();
    REQUIRE(outcome.hresult == 0);
    REQUIRE(outcome.disposition == 3);
    CHECK(outcome.request_id == 1);
    CHECK(outcome.message == "Issued");
    const UniqueX509 leaf = parse_certificate(outcome.certificate);
    CHECK(X509_verify(leaf.get(), X509_get0_pubkey(ca.enrollment->ca().certificate.get())) == 1);
    CHECK(spki_of(X509_get0_pubkey(leaf.get())) == spki_of(ca.key.get()));
    const SignedData chain = read_signed_data(outcome.response);
    CHECK(chain.certificates.size() == 3);
    CHECK(chain.certificates[0] == outcome.certificate);
    CHECK(ca.record.template_name == "CorpMachine");
    CHECK(ca.record.request_format == "pkcs10");
    CHECK(ca.record.disposition == 3);
}

SCENARIO("the validity ends with the CA's own", "[enrollment]") {
    Ca ca;
    ca.offered.validity = std::chrono::hours(24 * 365 * 50);
    const UniqueX509 leaf = parse_certificate(ca.enroll().certificate);
    CHECK(time_of(X509_get0_notAfter(leaf.get())) ==
          time_of(X509_get0_notAfter(ca.enrollment->ca().certificate.get())));
}

SCENARIO("refusals of the policy are HRESULT 0 with the code as disposition", "[enrollment]") {
    const auto refused = [](auto change) {
        Ca ca;
        change(ca);
        const Outcome outcome = ca.enroll();
        CHECK(outcome.hresult == 0);
        CHECK(outcome.certificate.empty());
        CHECK(outcome.request_id == 1);  // a row that an administrator can look up
        return outcome.disposition;
    };
    CHECK(refused([](Ca& ca) {  // an empty DACL
              ca.offered.security_descriptor =
                  from_hex("0100 0480 00000000 00000000 00000000 14000000 0400 0800 0000 0000");
          }) == 0x80094012);
    CHECK(refused([](Ca& ca) { ca.offered.minimal_key_size = 2049; }) == 0x80094811);
    CHECK(refused([](Ca& ca) { ca.offered.key_algorithm = "ECDSA_P256"; }) == 0x80094811);
    CHECK(refused([](Ca& ca) { ca.offered.major = 99; }) == 0x80094807);
    CHECK(refused([](Ca& ca) { ca.offered.minor = 0; }) == 0x80094807);
    CHECK(refused([](Ca& ca) { ca.offered.oid = "1.2.3"; }) == 0x80094800);
    CHECK(refused([](Ca& ca) { ca.enrollment->offer({"Other"}); }) == 0x80094800);
    CHECK(refused([](Ca& ca) { ca.offered.authority_signatures = 1; }) == 0x80094809);
    CHECK(refused([](Ca& ca) { ca.offered.key_flags = key_flag::kArchive; }) == 0x80094804);
    CHECK(refused([](Ca& ca) { ca.offered.name_flags = name_flag::kSanEmail; }) == 0x80094812);
    CHECK(refused([](Ca& ca) { ca.offered.overlap = ca.offered.validity; }) == 0x80094814);
    CHECK(refused([](Ca& ca) { ca.offered.name_flags = name_flag::kEnrolleeSupplies; }) ==
          0x80094001);
    CHECK(refused([](Ca& ca) { ca.caller.sids.clear(); }) == 0x80070005);
}

SCENARIO("the request's template version may be older, not newer", "[enrollment]") {
    Ca ca;
    CHECK(ca.send(ca.request(99, 5), 0x100).disposition == 3);
    CHECK(ca.send(ca.request(100, 1), 0x100).disposition == 3);
    CHECK(ca.send(ca.request(100, 2), 0x100).disposition == 0x80094807);
    CHECK(ca.send(ca.request(101, 0), 0x100).disposition == 0x80094807);
}

SCENARIO("a pending request waits for a manager, also over a restart", "[enrollment]") {
    Ca ca;
    ca.offered.enrollment_flags = enrollment_flag::kPendAll;
    CHECK(ca.enroll().disposition == 5);
    CHECK(ca.send({}, 0, 1).disposition == 5);
    ca.restart();
    CHECK(ca.enroll().request_id == 2);
    ca.enrollment->approve(1);
    ca.enrollment->deny(2);
    CHECK_THROWS_AS(ca.enrollment->approve(1), std::invalid_argument);
    CHECK_THROWS_AS(ca.enrollment->approve(3), std::invalid_argument);
    const Outcome issued = ca.send({}, 0, 1);
    CHECK(issued.disposition == 3);
    CHECK_FALSE(issued.certificate.empty());
    const Outcome denied = ca.send({}, 0, 2);
    CHECK(denied.hresult == 0x80094014);
    CHECK(ca.send({}, 0, 3).hresult == 0x80094004);
    CHECK(ca.send({}, 0, 0).hresult == 0x80070057);
}

SCENARIO("renewals are checked against the old certificate", "[enrollment][renewal]") {
    Ca ca;
    const Bytes old = ca.enroll().certificate;
    const UniqueKey fresh = make_key(KeyKind::rsa2048);
    CHECK(ca.send(ca.renewal_of(old, fresh.get()), 0x400).disposition == 3);
    WHEN("another account renews") {
        ca.caller.sids = {"S-1-5-21-1-2-3-9999"};
        CHECK(ca.send(ca.renewal_of(old, fresh.get()), 0x400).disposition == 0x80094806);
    }
    WHEN("the template demands the same key") {
        ca.offered.key_flags = key_flag::kSameKeyRenewal;
        CHECK(ca.send(ca.renewal_of(old, fresh.get()), 0x400).disposition == 0x80094816);
        CHECK(ca.send(ca.renewal_of(old, ca.key.get()), 0x400).disposition == 3);
    }
    WHEN("the old certificate is revoked") {
        ca.enrollment->revoke(1);
        CHECK(ca.send(ca.renewal_of(old, fresh.get()), 0x400).disposition == 0x80092010);
        CHECK(ca.send({}, 0, 1).disposition == 6);
    }
    WHEN("the template pends and waives it for renewals of a certificate with UPN") {
        ca.offered.enrollment_flags =
            enrollment_flag::kPendAll | enrollment_flag::kPreviousApproval;
        CHECK(ca.send(ca.renewal_of(old, fresh.get()), 0x400).disposition == 5);  // DNS only
        ca.offered.enrollment_flags = 0;
        ca.offered.name_flags |= name_flag::kSanUpn;
        const Bytes with_upn = ca.enroll().certificate;
        ca.offered.enrollment_flags =
            enrollment_flag::kPendAll | enrollment_flag::kPreviousApproval;
        CHECK(ca.send(ca.renewal_of(with_upn, fresh.get()), 0x400).disposition == 3);
    }
}

SCENARIO("a full response states what the disposition states", "[enrollment]") {
    Ca ca;
    const auto status = [](const Outcome& outcome) {
        const SignedData data = read_signed_data(outcome.response);
        DerReader body = DerReader(data.content).inside(tag::kSequence);
        DerReader control = body.inside(tag::kSequence).inside(tag::kSequence);
        control.integer();
        control.oid();
        return control.inside(tag::kSet).inside(tag::kSequence).integer();
    };
    CHECK(status(ca.send(ca.request(), 0x40100)) == 0);
    CHECK(status(ca.send(ca.request(200), 0x40100)) == 2);
    ca.faults.set("pend=on");
    CHECK(status(ca.send(ca.request(), 0x40100)) == 3);
    ca.faults.set("off");
    ca.faults.set("status-mismatch=on");
    CHECK(status(ca.send(ca.request(), 0x40100)) == 2);
}

SCENARIO("faults do what they are named after", "[enrollment][faults]") {
    Ca ca;
    const auto with = [&ca](const std::string& fault) {
        ca.faults.set("off");
        ca.faults.set(fault);
        return ca.send(ca.request(), 0x40100);
    };
    CHECK(with("deny=0x80094012").disposition == 0x80094012);
    CHECK(with("deny-hresult=0x80094014").hresult == 0x80094014);
    CHECK(with("pend=on").disposition == 5);
    CHECK(with("message=Guten Tag").message == "Guten Tag");
    CHECK(with("stale-template=on").disposition == 0x80094807);
    const UniqueX509 other = parse_certificate(with("issue-other-key=on").certificate);
    CHECK(spki_of(X509_get0_pubkey(other.get())) != spki_of(ca.key.get()));
    CHECK(read_signed_data(with("extra-root=on").response).certificates.size() == 4);
    const std::time_t now = std::time(nullptr);
    const UniqueX509 early = parse_certificate(with("not-yet-valid=on").certificate);
    CHECK(time_of(X509_get0_notBefore(early.get())) > now);
    const UniqueX509 late = parse_certificate(with("expired=on").certificate);
    CHECK(time_of(X509_get0_notAfter(late.get())) < now);
    CHECK(ca.faults.describe() == "expired=on\n");
    CHECK_THROWS_AS(ca.faults.set("nonsense=on"), std::invalid_argument);
    CHECK_THROWS_AS(ca.faults.set("deny=x"), std::invalid_argument);
    CHECK_THROWS_AS(ca.faults.set("pend=maybe"), std::invalid_argument);
}

SCENARIO("control commands answer with one line of result first", "[control]") {
    Ca ca;
    ca.faults.set("pend=on");
    ca.enroll();
    CHECK(run_command("list", *ca.enrollment, ca.faults).starts_with(R"(ok
{"id":1,"status":"pending","requester":"WS1$@CORP.EXAMPLE.TEST","template":"CorpMachine")"));
    CHECK(run_command("approve 1", *ca.enrollment, ca.faults) == "ok\nrequest 1 is issued\n");
    CHECK(run_command("approve 1", *ca.enrollment, ca.faults) ==
          "error request 1 is issued, not pending\n");
    CHECK(run_command("approve x", *ca.enrollment, ca.faults).starts_with("error "));
    CHECK(run_command("set", *ca.enrollment, ca.faults) == "ok\npend=on\n");
    CHECK(run_command("set off", *ca.enrollment, ca.faults) == "ok\n");
    CHECK(run_command("format c:", *ca.enrollment, ca.faults).starts_with("error "));
}

SCENARIO("scalar properties answer with a whole CAINFO", "[properties][MS-WCCE:3.2.1.4.3.2.11]") {
    Ca ca;
    const auto value = [&ca](std::uint32_t id, std::uint32_t index, std::uint32_t type) {
        return ca_property(*ca.enrollment, {id, index, type});
    };
    const Bytes info = value(0x0B, 0, 1);
    REQUIRE(info.size() == 40);
    NdrReader in(info);
    CHECK(in.u32() == 40);
    CHECK(in.u32() == 1);  // enterprise subordinate
    CHECK(in.u32() == 1);  // one signing certificate
    CHECK(value(0x06, 0, 4) == utf16le_terminated("Corp Issuing CA 1"));
    CHECK(value(0x1D, 0, 4) ==
          utf16le_terminated("CorpMachine\n" + std::string(kTemplateOid) + "\n"));
    CHECK(value(0x0C, 0, 3) == encode_certificate(ca.enrollment->ca().certificate.get()));
    CHECK(value(0x0C, 0xFFFFFFFF, 3) == value(0x0C, 0, 3));
    CHECK(value(0x22, 0, 1).size() == 4);
    const auto code = [&](std::uint32_t id, std::uint32_t index, std::uint32_t type) {
        try {
            value(id, index, type);
        } catch (const HresultError& error) {
            return error.code;
        }
        return std::uint32_t{0};
    };
    CHECK(code(0x0C, 1, 3) == 0x80070057);
    CHECK(code(0x06, 0, 1) == 0x80070057);  // wrong type
    CHECK(code(0x99, 0, 1) == 0x80070057);
    CHECK(code(0x1A, 0, 3) == 0x80094004);  // no recovery agents
    const PropertyInfo all = ca_property_info();
    NdrReader records(all.blob);
    for (std::uint32_t i = 0; i < all.count; ++i) {
        records.u32();
        records.u32();
        const std::uint32_t offset = records.u32();
        CHECK(offset % 4 == 0);
        CHECK(offset < all.blob.size());
    }
}
