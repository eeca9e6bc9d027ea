// A full CMC answer is taken apart into what it says.
#include "ca-client/full_response.h"

#include "ca-client/issued_certificates.h"
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/ca-client/cmc/response_builder.h"

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using engine::FullResponse;
namespace cmc_status = engine::cmc_status;

TEST_CASE("a Windows CA's answer says issued, which certificate, and who signed it",
          "[full_response][MS-WSTEP:4][MS-WCCE:3.2.1.4.2.1.4.8.2]") {
    const Bytes octets = windows_response();
    const auto full = read_full_response(octets);
    REQUIRE(full);
    CHECK(full->status == cmc_status::kSuccess);
    CHECK(full->status_text == "Issued");
    CHECK(full->pending_token.empty());
    CHECK(to_hex(full->issued_hash) == "58acd78e7e61b11ad73b2c6b41badca9100faf8e");
    CHECK(full->archived_key_hash.empty());
    CHECK(full->certificates == certificates_of_signed_data(octets).value());

    // The signer is the subordinate CA, by the name of its issuer.
    const auto root = engine::parse_certificate(full->certificates.at(0)).value();
    const auto ca = engine::parse_certificate(full->certificates.at(1)).value();
    CHECK(full->signer_issuer == root.subject_der);
    CHECK(full->signer_serial == ca.serial);
    CHECK(full->signer_serial == "610c7cdc000000000002");
    CHECK(full->digest_oid == "1.3.14.3.2.26");
    CHECK(full->signature_oid == "1.2.840.113549.1.1.1");
    CHECK(full->signature_parameters == der::null());
    CHECK(to_hex(full->message_digest) == "cbf5b8be98c01acc1f96feb23a2ae933e91ac331");
    CHECK(full->signature.size() == 256);
    CHECK(full->content.size() == 111);
    CHECK(full->signed_octets.size() == 64);
    CHECK(full->signed_octets.front() == 0x31);  // RFC 5652 5.4
}

TEST_CASE("the attributes of an answer are read in both shapes",
          "[full_response][MS-WCCE:3.2.1.4.2.1.4.8.2]") {
    ResponseParts parts;
    parts.shape = GENERATE(ResponseParts::Shape::three_parts, ResponseParts::Shape::set);
    parts.attributes = {octets_attribute("1.3.6.1.4.1.311.21.17", {1, 2, 3}),
                        octets_attribute("1.2.3", {0}),
                        octets_attribute("1.3.6.1.4.1.311.21.21", {4, 5})};
    const auto full = read_full_response(full_response(parts));
    REQUIRE(full);
    CHECK(full->issued_hash == Bytes{1, 2, 3});
    CHECK(full->archived_key_hash == Bytes{4, 5});
}

TEST_CASE("an answer without a certificate has a status, and a token while it is pending",
          "[full_response][RFC2797:5.1]") {
    ResponseParts parts;
    parts.attributes.clear();
    parts.certificates.clear();
    parts.status = status_info(3, "Taken Under Submission", pend_info({'1', '7'}));
    auto full = read_full_response(full_response(parts));
    REQUIRE(full);
    CHECK(full->status == cmc_status::kPending);
    CHECK(full->status_text == "Taken Under Submission");
    CHECK(full->pending_token == Bytes{'1', '7'});
    CHECK(full->issued_hash.empty());
    CHECK(full->certificates.empty());

    parts.status = status_info(2, "", der::integer(2));  // failInfo: badRequest
    full = read_full_response(full_response(parts));
    REQUIRE(full);
    CHECK(full->status == cmc_status::kFailed);
    CHECK(full->status_text.empty());
}

TEST_CASE("a signer is named as certificates name themselves", "[full_response]") {
    ResponseParts parts;
    const Bytes issuer = der::sequence({});
    parts.signer_id = der::sequence({issuer, der::integer(0x80)});  // 02 02 00 80
    CHECK(read_full_response(full_response(parts))->signer_serial == "80");
    parts.signer_id = der::sequence({issuer, der::integer(0)});
    CHECK(read_full_response(full_response(parts))->signer_serial == "00");
    CHECK(read_full_response(full_response(parts))->signer_issuer == issuer);
}

TEST_CASE("other controls and other attributes are stepped over", "[full_response][RFC2797:5]") {
    ResponseParts parts;
    parts.more_controls = {control(3, "1.3.6.1.5.5.7.7.5", {der::integer(1)})};
    parts.signed_attributes.push_back(octets_attribute("1.2.840.113549.1.9.5", {1}));
    CHECK(read_full_response(full_response(parts)));
}

TEST_CASE("a reply takes up the full answer that was asked for", "[full_response][I1]") {
    const auto reply_with = [](engine::Disposition disposition, const Bytes& octets) {
        engine::CaReply reply{.disposition = disposition};
        reply.certificate = der::sequence({der::integer(2)});
        return with_full_response(reply, octets);
    };
    using engine::Disposition;
    const Bytes good = full_response({});
    const auto issued = reply_with(Disposition::issued, good);
    REQUIRE(issued.full);
    CHECK(issued.full->status_text == "Issued");
    CHECK(issued.full_problem.empty());
    CHECK(issued.chain ==
          std::vector<Bytes>{der::sequence({der::integer(1)})});  // without the leaf

    for (const Disposition other :
         {Disposition::pending, Disposition::denied, Disposition::failed}) {
        const auto reply = reply_with(other, good);
        CHECK(reply.full);
        CHECK(reply.chain.empty());
        CHECK(reply_with(other, {}).full_problem.empty());
        CHECK_FALSE(reply_with(other, {}).full);
        CHECK(reply_with(other, {0x30, 0x00})
                  .full_problem.starts_with("the full answer cannot be read: "));
    }
    CHECK(reply_with(Disposition::issued, {}).full_problem ==
          "the CA gave no full answer, which was asked for");
    const auto broken = reply_with(Disposition::issued, {0x30, 0x00});
    CHECK(broken.full_problem.starts_with("the full answer cannot be read: "));
    CHECK_FALSE(broken.full);
    CHECK(broken.chain.empty());
}

}  // namespace
}  // namespace ae::ca
