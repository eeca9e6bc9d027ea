#include "tests/lab/ca/test/support.h"

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/hierarchy.h"

#include <fstream>
#include <sstream>

namespace ae::labca::test {

Bytes read_pem(const std::string& name) {
    std::ifstream file(std::string(LABCA_TEST_DATA) + "/" + name);
    REQUIRE(file);
    std::string base64;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("-----")) {
            base64 += line;
        }
    }
    return from_base64(base64);
}

TemporaryFolder::TemporaryFolder()
    : path_(std::filesystem::temp_directory_path() / ("labca-test-" + Guid::random().text())) {
    std::filesystem::create_directories(path_);
}
TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Bytes sign_bytes(EVP_PKEY* key, View data) {
    const UniqueDigest context(EVP_MD_CTX_new());
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
    std::size_t size = 512;
    Bytes signature(size);
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) == 1);
    signature.resize(size);
    return signature;
}

Bytes make_extension(std::string_view oid, const Bytes& value) {
    return der::sequence(der::oid(oid), der::octets(value));
}

Bytes make_attribute(std::string_view oid, const std::vector<Bytes>& values) {
    return der::sequence(der::oid(oid), der::join(tag::kSet, values));
}

Bytes template_extension(std::string_view oid, std::uint32_t major, std::uint32_t minor) {
    return make_extension("1.3.6.1.4.1.311.21.7",
                          der::sequence(der::oid(oid), der::integer(major), der::integer(minor)));
}

Bytes make_pkcs10(EVP_PKEY* key, const std::vector<Bytes>& extensions,
                  const std::vector<Bytes>& attributes, const Bytes& subject) {
    std::vector<Bytes> all = attributes;
    if (!extensions.empty()) {
        all.push_back(
            make_attribute("1.2.840.113549.1.9.14", {der::join(tag::kSequence, extensions)}));
    }
    const Bytes info =
        der::sequence(der::integer(0), subject, spki_of(key), der::join(tag::context(0), all));
    Bytes signature{0};
    append(signature, sign_bytes(key, info));
    return der::sequence(info, der::sequence(der::oid("1.2.840.113549.1.1.11"), der::null()),
                         der::tlv(tag::kBitString, signature));
}

Bytes make_pki_data(const Bytes& pkcs10, std::string_view reg_info, std::uint32_t request_id) {
    std::vector<Bytes> controls;
    if (!reg_info.empty()) {
        controls.push_back(der::sequence(der::integer(2), der::oid("1.3.6.1.5.5.7.7.18"),
                                         der::set(der::octets(view_of(reg_info)))));
    }
    return der::sequence(
        der::join(tag::kSequence, controls),
        der::sequence(der::join(tag::context(0), {der::integer(request_id), pkcs10})),
        der::sequence(), der::sequence());
}

Bytes make_signed(std::string_view content_type, const Bytes& content,
                  const std::vector<Signing>& signers) {
    const Bytes sha256 = der::sequence(der::oid("2.16.840.1.101.3.4.2.1"), der::null());
    std::vector<Bytes> infos;
    std::vector<Bytes> bag;
    for (const Signing& signer : signers) {
        Bytes attributes = make_attribute("1.2.840.113549.1.9.3", {der::oid(content_type)});
        append(attributes, make_attribute("1.2.840.113549.1.9.4",
                                          {der::octets(digest(EVP_sha256(), content))}));
        Bytes sid = der::tlv(tag::context_primitive(0), key_identifier(spki_of(signer.key)));
        if (signer.certificate != nullptr) {
            const Bytes der = encode_certificate(signer.certificate);
            bag.push_back(der);
            DerReader body = DerReader(der).inside(tag::kSequence).inside(tag::kSequence);
            body.optional(tag::context(0));
            const Tlv serial = body.next();
            body.next();
            const Tlv issuer = body.next();
            sid = der::sequence(Bytes(issuer.whole.begin(), issuer.whole.end()),
                                Bytes(serial.whole.begin(), serial.whole.end()));
        }
        infos.push_back(
            der::sequence(der::integer(3), sid, sha256, der::tlv(tag::context(0), attributes),
                          der::sequence(der::oid("1.2.840.113549.1.1.1"), der::null()),
                          der::octets(sign_bytes(signer.key, der::tlv(tag::kSet, attributes)))));
    }
    const Bytes data = der::sequence(
        der::integer(3), der::set(sha256),
        der::sequence(der::oid(content_type), der::tlv(tag::context(0), der::octets(content))),
        der::join(tag::context(0), bag), der::join(tag::kSet, infos));
    return der::sequence(der::oid(kOidSignedData), der::tlv(tag::context(0), data));
}

}  // namespace ae::labca::test
