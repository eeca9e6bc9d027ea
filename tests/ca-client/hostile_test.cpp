// Every decoder of a server's octets, fed with what no server sends.
#include "ca-client/dcom/activation.h"
#include "ca-client/dcom/object_exporter.h"
#include "ca-client/dcom/rem_unknown.h"
#include "ca-client/issued_certificates.h"
#include "ca-client/rpc/pdu.h"
#include "ca-client/wcce/ca_property.h"
#include "ca-client/wcce/cert_request.h"
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <functional>
#include <random>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

const ActivationRequest kRequest{
    .causality = vectors::kCausality,
    .object_class = kCertRequestClass,
    .interfaces = {iface::kCertRequestD2.uuid, iface::kCertRequestD.uuid}};

// Request 77 is issued: a certificate, and a bag with it and its issuer.
const Bytes& retrieval_reply() {
    static const Bytes reply = [] {
        const Bytes leaf = der::sequence({der::integer(7)});
        const Bytes bag =
            der::write(der::context_constructed(0), {leaf, der::sequence({der::integer(8)})});
        const Bytes signed_data = der::sequence({der::integer(1), der::set_of({}),
                                                 der::sequence({der::oid("1.2.840.113549.1.7.1")}),
                                                 bag, der::set_of({})});
        NdrWriter out;
        out.u32(0);
        out.null();
        out.u32(77);
        out.u32(3);
        out.blob(der::sequence({der::oid("1.2.840.113549.1.7.2"),
                                der::write(der::context_constructed(0), signed_data)}));
        out.blob(leaf);
        out.blob({});
        out.u32(0);
        return out.take();
    }();
    return reply;
}

// All that the client does with the answer to a retrieval; accepted when something was issued.
bool read_retrieval(ByteView stub) {
    const auto answer = decode_certificate_answer(stub);
    if (!answer) {
        return false;
    }
    const auto reply = judge_retrieval(*answer, 77);
    if (!reply || reply->disposition != engine::Disposition::issued) {
        return false;
    }
    CHECK(reply->request_id == 77);
    CHECK_FALSE(reply->certificate.empty());
    const auto bag = certificates_of_signed_data(answer->full_response);
    return bag && bag->size() <= kMaxCertificates;
}

// True: accepted.
using Decoder = std::function<bool(ByteView)>;

bool decode_whole_packet(ByteView octets) {
    const auto packet = decode_packet(octets);
    if (!packet) {
        return false;
    }
    switch (packet->header.type) {
        case PacketType::bind_ack:
            return decode_bind_ack(*packet).has_value();
        case PacketType::fault:
            return decode_fault(*packet).has_value();
        case PacketType::bind_nak:
            return decode_bind_nak_reason(*packet).has_value();
        default: {
            const auto response = decode_response(*packet);
            return response.has_value();
        }
    }
}

struct Case {
    const char* name;
    const Bytes* vector;
    Decoder decode;
};
const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"bind_ack", &vectors::kBindAck, decode_whole_packet},
        {"ServerAlive2", &vectors::kServerAlive2Response, decode_whole_packet},
        {"fault", &vectors::kFault, decode_whole_packet},
        {"RemoteCreateInstance", &vectors::kCreateInstanceReply,
         [](ByteView stub) { return decode_remote_create_instance(stub, kRequest).has_value(); }},
        {"retrieval", &retrieval_reply(), read_retrieval},
        {"Request2", &vectors::kRequest2Reply,
         [](ByteView stub) { return decode_certificate_answer(stub).has_value(); }},
    };
    return all;
}

// In memory of exactly its size, so that a sanitizer sees a read behind the end.
bool decode_copy(const Case& one, ByteView octets) {
    const Bytes exact(octets.begin(), octets.end());
    return one.decode(exact);
}

}  // namespace

TEST_CASE("every proper prefix of a reply is refused", "[hostile]") {
    for (const Case& one : cases()) {
        CAPTURE(one.name);
        REQUIRE(decode_copy(one, *one.vector));
        for (std::size_t size = 0; size < one.vector->size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(decode_copy(one, ByteView(*one.vector).first(size)));
        }
    }
}

TEST_CASE("a reply with changed octets is read without harm", "[hostile]") {
    std::mt19937_64 random(20261121);  // NOLINT(cert-msc51-cpp): the same run every time
    for (const Case& one : cases()) {
        CAPTURE(one.name);
        int refused = 0;
        for (int round = 0; round < 4000; ++round) {
            Bytes octets = *one.vector;
            for (auto flips = 1 + random() % 4; flips > 0; --flips) {
                octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
            }
            refused += decode_copy(one, octets) ? 0 : 1;
        }
        CHECK(refused > 0);  // at least some of the changes hit a rule
    }
}

TEST_CASE("other replies made of random octets are read without harm", "[hostile]") {
    std::mt19937_64 random(7);  // NOLINT(cert-msc51-cpp): the same run every time
    int accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        Bytes octets(random() % 200);
        for (std::uint8_t& octet : octets) {
            // Mostly zeros: more of the decoders is reached.
            octet = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 8 : 0);
        }
        accepted += decode_remote_activation(octets, kRequest) ? 1 : 0;
        accepted += decode_resolve_oxid2(octets) ? 1 : 0;
        accepted += decode_ca_property_info(octets) ? 1 : 0;
        accepted += decode_ca_property(octets) ? 1 : 0;
        accepted += read_retrieval(octets) ? 1 : 0;
    }
    CHECK(accepted < 100000);
}
