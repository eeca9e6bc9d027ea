// Full answers that are not what they should be.
#include "ca-client/cms/attribute.h"
#include "ca-client/cms/signed_data_reader.h"
#include "ca-client/full_response.h"
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/cmc/response_builder.h"

#include <functional>
#include <random>

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

constexpr const char* kIssuedHash = "1.3.6.1.4.1.311.21.17";
constexpr const char* kArchivedHash = "1.3.6.1.4.1.311.21.21";
constexpr const char* kContentType = "1.2.840.113549.1.9.3";
constexpr const char* kMessageDigest = "1.2.840.113549.1.9.4";
constexpr const char* kPkiResponse = "1.3.6.1.5.5.7.12.3";

TEST_CASE("each fault of a full answer is refused with a sentence", "[full_response][hostile]") {
    struct Row {
        const char* what;
        std::function<void(ResponseParts&)> spoil;
        const char* sentence;
    };
    const Row row = GENERATE(values<Row>({
        {"other content", [](ResponseParts& parts) { parts.content_type = "1.2.840.113549.1.7.1"; },
         "what is signed is of type 1.2.840.113549.1.7.1"},
        {"a second state",
         [](ResponseParts& parts) {
             parts.more_controls = {control(3, "1.3.6.1.5.5.7.7.1", {parts.status})};
         },
         "there are two states"},
        {"two values of the state",
         [](ResponseParts& parts) {
             parts.status = join({parts.status, parts.status});
         },
         "the state: "},
        {"a state without a status",
         [](ResponseParts& parts) { parts.status = der::sequence({der::sequence({})}); },
         "the state: "},
        {"a state without its body parts",
         [](ResponseParts& parts) { parts.status = der::sequence({der::integer(0)}); },
         "the state: "},
        {"a status that does not fit a number",
         [](ResponseParts& parts) {
             parts.status =
                 der::sequence({der::write(der::Tag::integer, Bytes(9, 0x11)), der::sequence({})});
         },
         "the state: "},
        {"text that is no UTF-8",
         [](ResponseParts& parts) { parts.status = status_info(0, "\xFF"); }, "the state: "},
        {"a token without a time",
         [](ResponseParts& parts) {
             parts.status = status_info(3, "", der::sequence({der::octet_string(Bytes{1})}));
         },
         "the state: "},
        {"a state with more behind",
         [](ResponseParts& parts) {
             parts.status = status_info(3, "", join({pend_info({1}), der::null()}));
         },
         "the state: "},
        {"a hash twice",
         [](ResponseParts& parts) { parts.attributes.push_back(parts.attributes.front()); },
         "control 1.3.6.1.4.1.311.10.10.1: attribute 1.3.6.1.4.1.311.21.17 is empty or stands "
         "there "
         "twice"},
        {"a hash twice, in two controls",
         [](ResponseParts& parts) {
             parts.more_controls = {control(3, "1.3.6.1.4.1.311.10.10.1",
                                            {der::write(der::Tag::set, parts.attributes.front())})};
         },
         "control 1.3.6.1.4.1.311.10.10.1: attribute 1.3.6.1.4.1.311.21.17 is empty or stands "
         "there "
         "twice"},
        {"an empty hash",
         [](ResponseParts& parts) { parts.attributes = {octets_attribute(kIssuedHash, {})}; },
         "control 1.3.6.1.4.1.311.10.10.1: attribute 1.3.6.1.4.1.311.21.17 is empty or stands "
         "there "
         "twice"},
        {"two values of a hash",
         [](ResponseParts& parts) {
             const Bytes value = der::octet_string(Bytes{1});
             parts.attributes = {attribute(kArchivedHash, {value, value})};
         },
         "control 1.3.6.1.4.1.311.10.10.1: attribute 1.3.6.1.4.1.311.21.21: "},
        {"a hash of another type",
         [](ResponseParts& parts) { parts.attributes = {attribute(kIssuedHash, {der::null()})}; },
         "control 1.3.6.1.4.1.311.10.10.1: attribute 1.3.6.1.4.1.311.21.17: "},
        {"attributes of a third shape",
         [](ResponseParts& parts) {
             parts.more_controls = {control(3, "1.3.6.1.4.1.311.10.10.1", {der::null()})};
         },
         "control 1.3.6.1.4.1.311.10.10.1: its value is neither a SET nor a SEQUENCE"},
        {"no value of that control",
         [](ResponseParts& parts) {
             parts.more_controls = {control(3, "1.3.6.1.4.1.311.10.10.1", {})};
         },
         "control 1.3.6.1.4.1.311.10.10.1: "},
        {"no signer", [](ResponseParts& parts) { parts.signers = 0; }, "its signer: "},
        {"a signer by key identifier",
         [](ResponseParts& parts) {
             parts.signer_id = der::write(der::context(0), Bytes{1, 2, 3});
         },
         "its signer: "},
        {"a signer without a number",
         [](ResponseParts& parts) { parts.signer_id = der::sequence({der::sequence({})}); },
         "its signer: the signer is not named by issuer and serial number"},
        {"no signed attributes", [](ResponseParts& parts) { parts.signed_attributes.clear(); },
         "its signer: the signature is not over this content's type and digest"},
        {"no digest among them", [](ResponseParts& parts) { parts.signed_attributes.pop_back(); },
         "its signer: the signature is not over this content's type and digest"},
        {"no content type among them",
         [](ResponseParts& parts) {
             parts.signed_attributes.erase(parts.signed_attributes.begin());
         },
         "its signer: the signature is not over this content's type and digest"},
        {"another content type",
         [](ResponseParts& parts) {
             parts.signed_attributes.front() =
                 attribute(kContentType, {der::oid("1.2.840.113549.1.7.1")});
         },
         "its signer: the signature is not over this content's type and digest"},
        {"two content types",
         [](ResponseParts& parts) {
             parts.signed_attributes.push_back(attribute(kContentType, {der::oid(kPkiResponse)}));
         },
         "its signer: the signed content type is no OID or stands there twice"},
        {"two digests",
         [](ResponseParts& parts) {
             parts.signed_attributes.push_back(octets_attribute(kMessageDigest, {1}));
         },
         "its signer: attribute 1.2.840.113549.1.9.4 is empty or stands there twice"},
    }));
    INFO(row.what);
    ResponseParts parts;
    row.spoil(parts);
    const auto full = read_full_response(full_response(parts));
    REQUIRE_FALSE(full);
    CHECK(full.error().code == kInvalidData);
    CHECK_THAT(full.error().context,
               Catch::StartsWith("the full answer cannot be read: " + std::string(row.sentence)));
}

TEST_CASE("an answer without a state is refused", "[full_response][hostile]") {
    ResponseParts parts;
    Bytes octets = full_response(parts);
    // 1.3.6.1.5.5.7.7.1 becomes 1.3.6.1.5.5.7.7.2: another control.
    const Bytes name = der::oid("1.3.6.1.5.5.7.7.1");
    const auto at = std::search(octets.begin(), octets.end(), name.begin(), name.end());
    REQUIRE(at != octets.end());
    *(at + static_cast<std::ptrdiff_t>(name.size()) - 1) = 2;
    const auto full = read_full_response(octets);
    REQUIRE_FALSE(full);
    CHECK(full.error().context == "the full answer cannot be read: there is no state");
}

TEST_CASE("the bounds of a full answer", "[full_response][hostile]") {
    const auto reads = [](const std::function<void(ResponseParts&, std::size_t)>& grow,
                          std::size_t count) {
        ResponseParts parts;
        grow(parts, count);
        return read_full_response(full_response(parts)).has_value();
    };
    const auto certificates = [](ResponseParts& parts, std::size_t count) {
        parts.certificates.assign(count, der::sequence({}));
    };
    CHECK(reads(certificates, kMaxCertificates));
    CHECK_FALSE(reads(certificates, kMaxCertificates + 1));
    const auto attributes = [](ResponseParts& parts, std::size_t count) {
        parts.attributes.assign(count, octets_attribute("1.2.3", {1}));
    };
    CHECK(reads(attributes, kMaxParts));
    CHECK_FALSE(reads(attributes, kMaxParts + 1));
    const auto controls = [](ResponseParts& parts, std::size_t count) {
        parts.more_controls.assign(count - 2, control(9, "1.2.3", {}));
    };
    CHECK(reads(controls, kMaxParts));
    CHECK_FALSE(reads(controls, kMaxParts + 1));
    const auto signed_attributes = [](ResponseParts& parts, std::size_t count) {
        while (parts.signed_attributes.size() < count) {
            parts.signed_attributes.push_back(octets_attribute("1.2.3", {1}));
        }
    };
    CHECK(reads(signed_attributes, kMaxParts));
    CHECK_FALSE(reads(signed_attributes, kMaxParts + 1));
}

TEST_CASE("an answer of 8 MiB is read, a larger one is not", "[full_response][hostile]") {
    ResponseParts parts;
    parts.certificates = {der::write(der::Tag::sequence, Bytes(kMaxFullResponse - 1000))};
    const std::size_t overhead = full_response(parts).size() - (kMaxFullResponse - 1000);
    parts.certificates = {der::write(der::Tag::sequence, Bytes(kMaxFullResponse - overhead))};
    CHECK(full_response(parts).size() == kMaxFullResponse);
    CHECK(read_full_response(full_response(parts)));
    parts.certificates = {der::write(der::Tag::sequence, Bytes(kMaxFullResponse - overhead + 1))};
    const auto full = read_full_response(full_response(parts));
    REQUIRE_FALSE(full);
    CHECK(full.error().context == "the full answer cannot be read: it is larger than 8 MiB");
}

TEST_CASE("a cut off answer is refused, a changed one is refused or read, never more",
          "[full_response][hostile]") {
    const Bytes whole = windows_response();
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        REQUIRE_FALSE(read_full_response(ByteView(whole).first(cut)));
    }
    std::mt19937_64 random(4);
    std::size_t refused = 0;
    for (int round = 0; round < 5000; ++round) {
        Bytes octets = whole;
        // What is no certificate: the first 170 octets and the last 430.
        const std::size_t at = random() % 600;
        octets[at < 170 ? at : octets.size() - 600 + at] = static_cast<std::uint8_t>(random());
        const auto full = read_full_response(octets);
        refused += full ? 0U : 1U;
        if (full) {
            REQUIRE(full->content.size() + full->signature.size() + full->signed_octets.size() <
                    octets.size());
        }
    }
    CHECK(refused > 500);
    CHECK(refused < 5000);
}

}  // namespace
}  // namespace ae::ca
