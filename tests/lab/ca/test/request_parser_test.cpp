#include "tests/lab/ca/request_parser.h"

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/hierarchy.h"
#include "tests/lab/ca/test/support.h"

using namespace ae::labca;
using namespace ae::labca::test;

namespace {

constexpr std::uint32_t kPkcs10 = 0x100;
constexpr std::uint32_t kPkcs7 = 0x300;
constexpr std::uint32_t kCmc = 0x400;
constexpr std::string_view kRenewal = "1.3.6.1.4.1.311.13.1";

std::uint32_t refusal(const Bytes& request, std::uint32_t flags) {
    try {
        parse_request(request, flags);
    } catch (const HresultError& error) {
        return error.code;
    }
    return 0;
}

struct Keys {
    UniqueKey fresh = make_key(KeyKind::rsa2048);
    UniqueKey old = make_key(KeyKind::rsa2048);
    UniqueX509 certificate{};  // self-issued stand-in for the certificate that is renewed

    Keys() {
        CertificatePlan plan;
        plan.subject = make_name({{"2.5.4.3", "old"}});
        plan.spki = spki_of(old.get());
        plan.not_after = plan.not_before + 1000;
        certificate = build_certificate(plan, nullptr, old.get());
    }
    Bytes renewal() const {
        return make_pkcs10(fresh.get(), {template_extension("1.2.3.4", 100, 1)},
                           {make_attribute(kRenewal, {encode_certificate(certificate.get())})});
    }
};

}  // namespace

TEST_CASE("the PKCS #10 of a Windows client is read", "[request][MS-WSTEP:4.1.2]") {
    const CertificateRequest request = parse_request(read_pem("wstep-user-p10.pem"), kPkcs10);
    CHECK(request.format == RequestFormat::pkcs10);
    CHECK(request.template_name() == "User");
    CHECK_FALSE(request.template_version());
    CHECK_FALSE(request.renewal_certificate);
    CHECK(EVP_PKEY_get_bits(request.key.get()) == 2048);
}

TEST_CASE("the renewal of a Windows client is read and its signature verifies",
          "[request][MS-WSTEP:4.1.3]") {
    const CertificateRequest request =
        parse_request(read_pem("wstep-user-renewal-cms.pem"), kPkcs7);
    CHECK(request.format == RequestFormat::pkcs7);
    CHECK(request.template_name() == "User");
    CHECK(request.renewal_certificate);
    CHECK(request.signed_by_old_key);
    CHECK(request.authority_certificates.empty());
}

TEST_CASE("dwFlags has to name the format that comes", "[request][MS-WCCE:3.2.1.4.2.1.4]") {
    const Keys keys;
    const Bytes pkcs10 = make_pkcs10(keys.fresh.get(), {});
    const Bytes cmc = make_signed(kOidPkiData, make_pki_data(pkcs10), {{keys.fresh.get()}});
    const Bytes pkcs7 = read_pem("wstep-user-renewal-cms.pem");
    struct Row {
        const Bytes* request;
        std::uint32_t flags;
        std::uint32_t code;
    };
    const std::vector<Row> rows{{&pkcs10, 0, 0},
                                {&pkcs10, kPkcs10, 0},
                                {&pkcs10, kPkcs7, 0x80091004},
                                {&pkcs10, kCmc, 0x80091004},
                                {&pkcs7, 0, 0},
                                {&pkcs7, kPkcs7, 0},
                                {&pkcs7, kPkcs10, 0x80091004},
                                {&pkcs7, kCmc, 0x80091004},
                                {&cmc, 0, 0},
                                {&cmc, kCmc | 0x40000, 0},
                                {&cmc, kPkcs10, 0x80091004},
                                {&cmc, kPkcs7, 0x80091004},
                                {&pkcs10, 0x200, 0x80070057},
                                {&pkcs10, 0x500, 0x80070057}};
    for (const Row& row : rows) {
        INFO("flags " << row.flags);
        CHECK(refusal(*row.request, row.flags) == row.code);
    }
}

TEST_CASE("a CMC request carries template, attributes and key", "[request][RFC2797]") {
    const Keys keys;
    const Bytes pkcs10 = make_pkcs10(keys.fresh.get(), {template_extension("1.2.3.4", 100, 2)});
    const Bytes cmc = make_signed(
        kOidPkiData, make_pki_data(pkcs10, "rmd=ws1.corp.example.test&CertificateTemplate=T"),
        {{keys.fresh.get()}});
    const CertificateRequest request = parse_request(cmc, kCmc);
    CHECK(request.format == RequestFormat::cmc);
    REQUIRE(request.template_version());
    CHECK(request.template_version()->oid == "1.2.3.4");
    CHECK(request.template_version()->major == 100);
    CHECK(request.template_version()->minor == 2);
    CHECK(request.attributes.at("rmd") == "ws1.corp.example.test");
    CHECK(request.attributes.at("certificatetemplate") == "T");
    CHECK(request.spki == spki_of(keys.fresh.get()));
}

TEST_CASE("two values in one attribute are invalid data", "[request][MS-WCCE:3.2.1.4.2.1.4.1.1]") {
    const Keys keys;
    const Bytes value = der::text(tag::kIa5, "6.1.7600.2");
    for (const char* oid : {"1.3.6.1.4.1.311.13.2.3", "1.3.6.1.4.1.311.13.2.2"}) {
        CHECK(refusal(make_pkcs10(keys.fresh.get(), {}, {make_attribute(oid, {value})}), 0) == 0);
        CHECK(refusal(make_pkcs10(keys.fresh.get(), {}, {make_attribute(oid, {value, value})}),
                      0) == 0x8007000D);
    }
}

TEST_CASE("signatures are checked", "[request]") {
    const Keys keys;
    Bytes pkcs10 = make_pkcs10(keys.fresh.get(), {});
    pkcs10.back() ^= 1;
    CHECK(refusal(pkcs10, kPkcs10) == 0x80090006);
    const Bytes good = make_pki_data(make_pkcs10(keys.fresh.get(), {}));
    CHECK(refusal(make_signed(kOidPkiData, good, {}), kCmc) == 0x8009200E);
    CHECK(refusal(make_signed(kOidPkiData, good, {{keys.old.get()}}), kCmc) == 0x80090006);
    Bytes tampered = make_signed(kOidPkiData, good, {{keys.fresh.get()}});
    tampered.back() ^= 1;
    CHECK(refusal(tampered, kCmc) == 0x80090006);
}

TEST_CASE("a renewal is signed by the new and the old key", "[request][MS-WCCE:3.1.1.4.3.2]") {
    const Keys keys;
    const Bytes data = make_pki_data(keys.renewal());
    const Signing fresh{keys.fresh.get(), nullptr};
    const Signing old{keys.old.get(), keys.certificate.get()};
    const CertificateRequest good =
        parse_request(make_signed(kOidPkiData, data, {fresh, old}), kCmc);
    CHECK(good.signed_by_old_key);
    CHECK(refusal(make_signed(kOidPkiData, data, {fresh}), kCmc) == 0x8009400E);
    // The old certificate is named, but another key signed.
    const Signing forged{keys.fresh.get(), keys.certificate.get()};
    CHECK(refusal(make_signed(kOidPkiData, data, {fresh, forged}), kCmc) == 0x80090006);
    CHECK(refusal(keys.renewal(), kPkcs10) == 0x80091004);
}

TEST_CASE("a null signature is legal inside CMC only", "[request][MS-WCCE:2.2.2.6.5]") {
    const Keys keys;
    const Bytes info = der::sequence(der::integer(0), der::sequence(), spki_of(keys.fresh.get()),
                                     der::tlv(tag::context(0), {}));
    Bytes bits{0};
    append(bits, digest(EVP_sha256(), info));
    const Bytes request = der::sequence(info, der::sequence(der::oid("2.16.840.1.101.3.4.2.1")),
                                        der::tlv(tag::kBitString, bits));
    CHECK(refusal(request, kPkcs10) == 0x80090006);
    CHECK(refusal(make_signed(kOidPkiData, make_pki_data(request), {{keys.fresh.get()}}), kCmc) ==
          0);
}

TEST_CASE("the alternate signature formats are checked", "[request][MS-WCCE:3.1.2.4.2.2.2.8]") {
    const UniqueKey curve = make_key(KeyKind::ec256);
    const Bytes usual = make_pkcs10(curve.get(), {});
    DerReader parts = DerReader(usual).inside(tag::kSequence);
    const View info = parts.next().whole;
    parts.next();
    const View signature = parts.next().whole;
    const auto with = [&](std::string_view digest_oid) {
        const Bytes algorithm = der::sequence(der::oid("1.2.840.10045.4.3"),
                                              der::sequence(der::oid(digest_oid), der::null()));
        return der::sequence(Bytes(info.begin(), info.end()), algorithm,
                             Bytes(signature.begin(), signature.end()));
    };
    CHECK(refusal(with("2.16.840.1.101.3.4.2.1"), kPkcs10) == 0);
    CHECK(refusal(with("2.16.840.1.101.3.4.2.2"), kPkcs10) == 0x80090006);
    CHECK(refusal(with("1.2.3"), kPkcs10) == 0x80090006);
}

TEST_CASE("body part ids are distinct and not zero", "[request][RFC2797:3.1]") {
    const Keys keys;
    const Bytes pkcs10 = make_pkcs10(keys.fresh.get(), {});
    const auto code = [&](std::uint32_t id) {
        return refusal(
            make_signed(kOidPkiData, make_pki_data(pkcs10, "a=b", id), {{keys.fresh.get()}}), kCmc);
    };
    CHECK(code(1) == 0);
    CHECK(code(0) == 0x8007000D);
    CHECK(code(2) == 0x8007000D);  // the control's id
}

TEST_CASE("a request cut anywhere is refused", "[request][hostile]") {
    const Bytes good = read_pem("wstep-user-renewal-cms.pem");
    for (std::size_t length = 0; length < good.size(); length += 7) {
        const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
        CHECK(refusal(cut, 0) != 0);
    }
}

TEST_CASE("attribute lines are split as the CA does", "[request][MS-WCCE:3.2.1.4.2.1.2]") {
    const auto lines =
        parse_attribute_lines("Certificate-Template: Machine \nrubbish\nA b:c:d\n:x\nempty:");
    CHECK(lines == std::map<std::string, std::string>{
                       {"certificatetemplate", "Machine"}, {"ab", "c:d"}, {"empty", ""}});
}
