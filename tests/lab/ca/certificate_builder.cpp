#include "tests/lab/ca/certificate_builder.h"

#include <algorithm>

#include <openssl/bn.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace ae::labca {
namespace {

void must(bool done, const char* what) {
    if (!done) {
        throw std::runtime_error(std::string("OpenSSL could not ") + what);
    }
}

void set_random_serial(X509* certificate) {
    std::array<std::uint8_t, 19> serial{};
    must(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "make a serial number");
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7FU) | 0x10U);  // positive, full length
    const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
        BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
    must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
         "set a serial number");
}

void add_extension(X509* certificate, const RequestExtension& extension) {
    const std::unique_ptr<ASN1_OBJECT, FreeWith<ASN1_OBJECT_free>> type(
        OBJ_txt2obj(extension.oid.c_str(), 1));
    const std::unique_ptr<ASN1_OCTET_STRING, FreeWith<ASN1_OCTET_STRING_free>> value(
        ASN1_OCTET_STRING_new());
    must(type && value &&
             ASN1_OCTET_STRING_set(value.get(), extension.value.data(),
                                   static_cast<int>(extension.value.size())) == 1,
         "encode an extension");
    const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> made(
        X509_EXTENSION_create_by_OBJ(nullptr, type.get(), extension.critical ? 1 : 0, value.get()));
    must(made && X509_add_ext(certificate, made.get(), -1) == 1, "add an extension");
}

RequestExtension make(std::string_view oid, Bytes value, bool critical = false) {
    return {std::string(oid), critical, std::move(value)};
}

std::vector<Bytes> uri_names(const std::vector<std::string>& urls) {
    std::vector<Bytes> names;
    for (const std::string& url : urls) {
        names.push_back(der::tlv(tag::context_primitive(6), view_of(url)));
    }
    return names;
}

}  // namespace

UniqueX509 build_certificate(const CertificatePlan& plan, X509* issuer, EVP_PKEY* issuer_key) {
    UniqueX509 certificate(X509_new());
    must(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1,
         "make a certificate");
    set_random_serial(certificate.get());
    const unsigned char* at = plan.subject.data();
    const UniqueName subject(d2i_X509_NAME(nullptr, &at, static_cast<long>(plan.subject.size())));
    must(subject && X509_set_subject_name(certificate.get(), subject.get()) == 1,
         "set the subject");
    const X509_NAME* issuer_name =
        issuer != nullptr ? X509_get_subject_name(issuer) : subject.get();
    must(X509_set_issuer_name(certificate.get(), issuer_name) == 1, "set the issuer");
    at = plan.spki.data();
    const UniqueKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(plan.spki.size())));
    must(key && X509_set_pubkey(certificate.get(), key.get()) == 1, "set the public key");
    must(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), plan.not_before) != nullptr &&
             ASN1_TIME_set(X509_getm_notAfter(certificate.get()), plan.not_after) != nullptr,
         "set the dates");
    for (const RequestExtension& extension : plan.extensions) {
        add_extension(certificate.get(), extension);
    }
    must(X509_sign(certificate.get(), issuer_key, EVP_sha256()) != 0, "sign a certificate");
    return certificate;
}

UniqueX509 reissue(X509* draft, std::time_t not_before, EVP_PKEY* issuer_key) {
    UniqueX509 certificate(X509_dup(draft));
    must(certificate != nullptr, "copy a certificate");
    const std::time_t length =
        time_of(X509_get0_notAfter(draft)) - time_of(X509_get0_notBefore(draft));
    set_random_serial(certificate.get());
    must(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), not_before) != nullptr &&
             ASN1_TIME_set(X509_getm_notAfter(certificate.get()), not_before + length) != nullptr,
         "set the dates");
    must(X509_sign(certificate.get(), issuer_key, EVP_sha256()) != 0, "sign a certificate");
    return certificate;
}

Bytes spki_of(EVP_PKEY* key) {
    const int size = i2d_PUBKEY(key, nullptr);
    must(size > 0, "encode a public key");
    Bytes out(static_cast<std::size_t>(size));
    unsigned char* at = out.data();
    i2d_PUBKEY(key, &at);
    return out;
}

Bytes key_identifier(View spki) {
    DerReader in = DerReader(spki).inside(tag::kSequence);
    in.expect(tag::kSequence);
    const View bits = in.expect(tag::kBitString).content;
    if (bits.empty()) {
        throw ParseError("an empty public key");
    }
    return digest(EVP_sha1(), bits.subspan(1));
}

std::string serial_hex(const X509* certificate) {
    const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    must(number != nullptr, "read a serial number");
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.data());
    return to_hex(bytes);
}

std::time_t time_of(const ASN1_TIME* time) {
    std::tm parts{};
    must(ASN1_TIME_to_tm(time, &parts) == 1, "read a date");
    return timegm(&parts);
}

RequestExtension subject_key_id(View spki) {
    return make(oid::kSubjectKeyId, der::octets(key_identifier(spki)));
}

RequestExtension authority_key_id(X509* issuer) {
    // The issuer's own subject key identifier, whatever way it was made.
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer);
    must(id != nullptr, "find the issuer's key identifier");
    const View bytes(ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id)));
    return make(oid::kAuthorityKeyId, der::sequence(der::tlv(tag::context_primitive(0), bytes)));
}

RequestExtension distribution_point(const std::vector<std::string>& urls) {
    const Bytes full_name = der::join(tag::context(0), uri_names(urls));
    return make(oid::kCdp, der::sequence(der::sequence(der::tlv(tag::context(0), full_name))));
}

RequestExtension ca_issuers(const std::vector<std::string>& urls) {
    return authority_info(urls, {});
}

RequestExtension authority_info(const std::vector<std::string>& ca_issuers,
                                const std::vector<std::string>& ocsp) {
    std::vector<Bytes> descriptions;
    for (const Bytes& name : uri_names(ca_issuers)) {
        descriptions.push_back(der::sequence(der::oid("1.3.6.1.5.5.7.48.2"), name));
    }
    for (const Bytes& name : uri_names(ocsp)) {
        descriptions.push_back(der::sequence(der::oid("1.3.6.1.5.5.7.48.1"), name));
    }
    return make(oid::kAuthorityInfo, der::join(tag::kSequence, descriptions));
}

RequestExtension basic_constraints(bool is_ca, std::optional<std::uint32_t> path_length) {
    std::vector<Bytes> parts;
    if (is_ca) {
        parts.push_back(der::boolean_true());
        if (path_length) {
            parts.push_back(der::integer(*path_length));
        }
    }
    return make(oid::kBasicConstraints, der::join(tag::kSequence, parts), is_ca);
}

RequestExtension key_usage(View bits) {
    std::size_t size = bits.size();
    while (size > 0 && bits[size - 1] == 0) {
        --size;
    }
    unsigned unused = 0;
    if (size > 0) {
        while (((bits[size - 1] >> unused) & 1U) == 0) {
            ++unused;
        }
    }
    Bytes content{static_cast<std::uint8_t>(unused)};
    append(content, bits.first(size));
    return make(oid::kKeyUsage, der::tlv(tag::kBitString, content));
}

RequestExtension oid_sequence(std::string_view extension, const std::vector<std::string>& oids) {
    std::vector<Bytes> parts;
    for (const std::string& one : oids) {
        parts.push_back(der::oid(one));
    }
    return make(extension, der::join(tag::kSequence, parts));
}

RequestExtension policies(std::string_view extension, const std::vector<std::string>& oids) {
    std::vector<Bytes> parts;
    for (const std::string& one : oids) {
        parts.push_back(der::sequence(der::oid(one)));
    }
    return make(extension, der::join(tag::kSequence, parts));
}

Bytes make_name(const std::vector<std::pair<std::string, std::string>>& rdns) {
    std::vector<Bytes> parts;
    for (const auto& [type, value] : rdns) {
        // domainComponent and emailAddress are IA5String by their definitions (RFC 4519, PKCS #9).
        const bool ia5 = type == "0.9.2342.19200300.100.1.25" || type == "1.2.840.113549.1.9.1";
        parts.push_back(der::set(
            der::sequence(der::oid(type), der::text(ia5 ? tag::kIa5 : tag::kUtf8, value))));
    }
    return der::join(tag::kSequence, parts);
}

}  // namespace ae::labca
