#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include "engine/base/der.h"

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using der::Tag;

template <class T>
T must(Result<T> result) {
    if (!result) {
        FAIL(result.error().sentence());
    }
    return *std::move(result);
}

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

Bytes name_of(std::string_view common_name) {
    return der::sequence({der::write(
        Tag::set, der::sequence({der::oid("2.5.4.3"), der::utf8_string(common_name)}))});
}

std::vector<Bytes> elements(der::Reader list) {
    std::vector<Bytes> found;
    while (!list.at_end()) {
        found.push_back(copy(must(list.any()).whole));
    }
    return found;
}

}  // namespace

Bytes general_names(std::string_view dns_name) {
    return der::sequence({der::write(der::context(2), as_bytes(dns_name))});
}

CertificateParts old_parts() {
    CertificateParts parts;
    parts.issuer = name_of("Lab Issuing CA");
    parts.subject = name_of("ws1");
    parts.public_key_info = FixedKey().public_key_info_;
    parts.extensions = {{"2.5.29.14", der::octet_string(Bytes(20, 0x22))},
                        {"2.5.29.17", general_names("ws1.corp.example.test")}};
    return parts;
}

Bytes certificate_of(const CertificateParts& parts) {
    Bytes extensions;
    for (const auto& [oid, value] : parts.extensions) {
        const Bytes one = der::sequence({der::oid(oid), der::octet_string(value)});
        extensions.insert(extensions.end(), one.begin(), one.end());
    }
    const Bytes list = parts.extensions.empty() ? Bytes{}
                                                : der::write(der::context_constructed(3),
                                                             der::write(Tag::sequence, extensions));
    const Bytes algorithm = der::sequence({der::oid("1.2.840.10045.4.3.2")});
    const Bytes body =
        der::sequence({parts.version, parts.serial_number, algorithm, parts.issuer,
                       der::sequence({}), parts.subject, parts.public_key_info, list});
    return der::sequence({body, algorithm, der::bit_string(Bytes{1, 2, 3})});
}

engine::Signer signer_of(const CertificateParts& parts, std::unique_ptr<engine::PrivateKey> key) {
    return {.certificate = certificate_of(parts), .key = std::move(key)};
}

ReadRenewal read_renewal(ByteView pkcs7) {
    ReadRenewal renewal;
    der::Reader outer(pkcs7);
    auto info = must(outer.enter(Tag::sequence));
    REQUIRE(outer.finish());
    CHECK(must(info.next_oid()) == "1.2.840.113549.1.7.2");
    auto wrapped = must(info.enter(der::context_constructed(0)));
    REQUIRE(info.finish());
    auto fields = must(wrapped.enter(Tag::sequence));
    REQUIRE(wrapped.finish());

    renewal.version = must(der::read_integer(must(fields.expect(Tag::integer)).content));
    renewal.digest_algorithms = elements(must(fields.enter(Tag::set)));
    auto content = must(fields.enter(Tag::sequence));
    renewal.content_type = must(content.next_oid());
    auto explicit_content = must(content.enter(der::context_constructed(0)));
    REQUIRE(content.finish());
    renewal.request = copy(must(explicit_content.expect(Tag::octet_string)).content);
    REQUIRE(explicit_content.finish());
    renewal.certificates = elements(must(fields.enter(der::context_constructed(0))));

    auto signers = must(fields.enter(Tag::set));
    REQUIRE(fields.finish());
    auto signer = must(signers.enter(Tag::sequence));
    REQUIRE(signers.finish());
    renewal.signer_version = must(der::read_integer(must(signer.expect(Tag::integer)).content));
    auto id = must(signer.enter(Tag::sequence));
    renewal.issuer = copy(must(id.expect(Tag::sequence)).whole);
    renewal.serial_number = copy(must(id.expect(Tag::integer)).whole);
    REQUIRE(id.finish());
    renewal.signer_digest = copy(must(signer.expect(Tag::sequence)).whole);
    renewal.signer_algorithm = copy(must(signer.expect(Tag::sequence)).whole);
    renewal.signature = copy(must(signer.expect(Tag::octet_string)).content);
    REQUIRE(signer.finish());  // no attributes, signed or unsigned
    return renewal;
}

}  // namespace ae::ca
