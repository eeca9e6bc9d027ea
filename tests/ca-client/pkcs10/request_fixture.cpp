#include "tests/ca-client/pkcs10/request_fixture.h"

#include "engine/base/der.h"

#include <algorithm>
#include <fstream>
#include <iterator>

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

void read_extensions(ByteView value, ReadRequest& request) {
    der::Reader outer(value);
    auto list = must(outer.enter(Tag::sequence));
    while (!list.at_end()) {
        auto fields = must(list.enter(Tag::sequence));
        ReadExtension extension;
        extension.oid = must(fields.next_oid());
        extension.critical = fields.optional(Tag::boolean).has_value();
        extension.value = copy(must(fields.expect(Tag::octet_string)).content);
        REQUIRE(fields.finish());
        request.extensions.push_back(extension);
    }
    REQUIRE(outer.finish());
}

void read_attributes(der::Reader list, ReadRequest& request) {
    while (!list.at_end()) {
        auto fields = must(list.enter(Tag::sequence));
        const std::string oid = must(fields.next_oid());
        auto values = must(fields.enter(Tag::set));
        REQUIRE(fields.finish());
        request.attributes.emplace_back(oid, copy(must(values.any()).whole));
        REQUIRE(values.finish());  // [MS-WCCE] 3.2.1.4.2.1.4.1.1: one value each
        if (oid == "1.2.840.113549.1.9.14") {
            read_extensions(request.attributes.back().second, request);
        }
    }
}

}  // namespace

FixedKey::FixedKey(engine::KeyAlgorithm algorithm)
    : public_key_info_(
          der::sequence({der::sequence({der::oid("1.2.840.113549.1.1.1"), der::null()}),
                         der::bit_string(Bytes{1, 2, 3, 4, 5, 6, 7, 8})})),
      signature_(Bytes{0x5A, 0x5A, 0x5A, 0x5A}),
      algorithm_(algorithm) {}

Result<Bytes> FixedKey::sign(const engine::SignatureScheme& scheme, ByteView octets) {
    hashes.push_back(scheme.hash);
    paddings.push_back(scheme.padding);
    message = copy(octets);
    messages.push_back(message);
    return signature_;
}

Result<Secret> FixedKey::archival_blob() {
    return blob_.map([](const Bytes& blob) { return Secret(blob); });
}

Bytes FixedCrypto::digest(engine::HashAlgorithm algorithm, ByteView message) {
    digested.emplace_back(algorithm, copy(message));
    return Bytes(20, 0x11);
}

Result<bool> FixedCrypto::verify(ByteView, const engine::SignatureScheme&, ByteView, ByteView) {
    FAIL("a request is built without verifying anything");
    return false;
}

engine::Template computer_template() {
    engine::Template wanted;
    wanted.name = "LabComputer";
    wanted.oid = "1.3.6.1.4.1.311.21.8.1.2";
    wanted.schema_version = 2;
    wanted.major_version = 100;
    wanted.minor_version = 3;
    wanted.enrollment_flags = engine::enrollment_flag::kBasicConstraintsForEndEntity;
    wanted.default_key_spec = 1;
    wanted.key_usage = {0xA0, 0x00};
    wanted.extended_key_usages = {"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"};
    wanted.application_policies = wanted.extended_key_usages;
    wanted.certificate_policies = {"1.2.3.4"};
    wanted.critical_extensions = {"2.5.29.15"};
    wanted.providers = {{1, "Lab Provider"}, {2, "Other Provider"}};
    return wanted;
}

engine::Template machine_template() {
    engine::Template wanted;
    wanted.name = "Machine";
    wanted.default_key_spec = 1;
    wanted.key_usage = {0xA0, 0x00};
    wanted.extended_key_usages = {"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"};
    wanted.critical_extensions = {"2.5.29.15"};
    return wanted;
}

Pkcs10Input input_for(const engine::Template& wanted) {
    return {wanted, "ws1.corp.example.test", "dc1.corp.example.test", "CORP\\WS1$", "aeclient"};
}

std::vector<Bytes> ReadRequest::values(std::string_view attribute_oid) const {
    std::vector<Bytes> found;
    for (const auto& [oid, value] : attributes) {
        if (oid == attribute_oid) {
            found.push_back(value);
        }
    }
    return found;
}

const ReadExtension* ReadRequest::extension(std::string_view oid) const {
    const auto found = std::ranges::find(extensions, oid, &ReadExtension::oid);
    return found == extensions.end() ? nullptr : &*found;
}

ReadRequest read_request(ByteView pkcs10) {
    ReadRequest request;
    der::Reader outer(pkcs10);
    auto parts = must(outer.enter(Tag::sequence));
    REQUIRE(outer.finish());
    const auto info = must(parts.expect(Tag::sequence));
    auto algorithm = must(parts.enter(Tag::sequence));
    request.signature_oid = must(algorithm.next_oid());
    request.signature_parameters = copy(algorithm.rest());
    request.signature =
        copy(must(der::read_bit_string(must(parts.expect(Tag::bit_string)).content)));
    REQUIRE(parts.finish());

    request.info = copy(info.whole);
    der::Reader fields(info.content);
    CHECK(must(der::read_integer(must(fields.expect(Tag::integer)).content)) == 0);
    request.subject = copy(must(fields.expect(Tag::sequence)).whole);
    request.public_key_info = copy(must(fields.expect(Tag::sequence)).whole);
    read_attributes(must(fields.enter(der::context_constructed(0))), request);
    REQUIRE(fields.finish());
    return request;
}

Bytes data_file(std::string_view name, std::string_view label) {
    const std::string path = AE_TEST_DATA "/" + std::string(name) + ".pem";
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CAPTURE(path);
    const auto der = from_pem(label, text);
    REQUIRE(der);
    return *der;
}

}  // namespace ae::ca
