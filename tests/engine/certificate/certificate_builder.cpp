#include "tests/engine/certificate/certificate_builder.h"

#include "engine/base/der.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

Bytes common_name(std::string_view text) {
    return der::sequence({der::write(
        der::Tag::set, {der::sequence({der::oid("2.5.4.3"), der::utf8_string(text)})})});
}

}  // namespace

CertificateParts ordinary_parts() {
    const Bytes algorithm = der::sequence({der::oid("1.2.840.113549.1.1.11"), der::null()});
    return {.version = der::write(der::context_constructed(0), {der::integer(2)}),
            .serial = der::integer(1),
            .algorithm = algorithm,
            .issuer = common_name("Lab CA"),
            .validity = der::sequence({der::write(der::Tag::utc_time, as_bytes("260101000000Z")),
                                       der::write(der::Tag::utc_time, as_bytes("270101000000Z"))}),
            .subject = common_name("ws1.corp.example.test"),
            .public_key_info = der::sequence({algorithm, der::bit_string(Bytes{1, 2, 3})})};
}

Bytes assemble(const CertificateParts& parts) {
    Bytes extensions;
    if (!parts.extensions.empty()) {
        extensions = der::write(der::context_constructed(3),
                                {der::write(der::Tag::sequence, joined(parts.extensions))});
    }
    const Bytes body =
        der::sequence({parts.version, parts.serial, parts.algorithm, parts.issuer, parts.validity,
                       parts.subject, parts.public_key_info, extensions, parts.behind_extensions});
    return der::sequence({body, parts.algorithm, der::bit_string(Bytes{0xAA})});
}

Bytes extension(std::string_view oid, ByteView value) {
    return der::sequence({der::oid(oid), der::octet_string(value)});
}

Bytes certificate_file(std::string_view name) {
    const std::string path = AE_TEST_DATA "/" + std::string(name) + ".pem";
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CAPTURE(path);
    const auto der = from_pem("CERTIFICATE", text);
    REQUIRE(der);
    return *der;
}

}  // namespace ae::engine
