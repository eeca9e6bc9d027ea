#include "tests/ca-client/cmc/response_builder.h"

#include "engine/base/der.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

namespace ae::ca {

using namespace der;

Bytes join(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

Bytes attribute(const std::string& id, const std::vector<Bytes>& values) {
    return sequence({oid(id), write(Tag::set, join(values))});
}

Bytes octets_attribute(const std::string& id, const Bytes& value) {
    return attribute(id, {octet_string(value)});
}

Bytes control(std::int64_t body_part, const std::string& id, const std::vector<Bytes>& values) {
    return sequence({integer(body_part), oid(id), write(Tag::set, join(values))});
}

Bytes status_info(std::int64_t status, const std::string& text, const Bytes& other_info) {
    return sequence({integer(status), sequence({integer(1)}),
                     text.empty() ? Bytes{} : utf8_string(text), other_info});
}

Bytes pend_info(const Bytes& token) {
    return sequence(
        {octet_string(token), write(Tag::generalized_time, as_bytes("20261121120000Z"))});
}

ResponseParts::ResponseParts()
    : status(status_info(0, "Issued")),
      attributes({octets_attribute("1.3.6.1.4.1.311.21.17", {1, 2, 3})}),
      certificates({sequence({integer(1)}), sequence({integer(2)})}),
      signer_id(sequence({sequence({}), integer(0x80)})),
      signed_attributes({attribute("1.2.840.113549.1.9.3", {oid("1.3.6.1.5.5.7.12.3")}),
                         octets_attribute("1.2.840.113549.1.9.4", {4, 5, 6})}) {}

Bytes response_body(const ResponseParts& parts) {
    Bytes controls = control(1, "1.3.6.1.5.5.7.7.1", {parts.status});
    if (!parts.attributes.empty()) {
        const Bytes set = write(Tag::set, join(parts.attributes));
        const Bytes value = parts.shape == ResponseParts::Shape::set
                                ? set
                                : sequence({integer(0), sequence({integer(1)}), set});
        controls = join({controls, control(2, "1.3.6.1.4.1.311.10.10.1", {value})});
    }
    controls = join({controls, join(parts.more_controls)});
    return sequence({write(Tag::sequence, controls), sequence({}), sequence({})});
}

Bytes signer_info(const ResponseParts& parts) {
    return sequence({integer(1), parts.signer_id, sequence({oid("2.16.840.1.101.3.4.2.1"), null()}),
                     write(context_constructed(0), join(parts.signed_attributes)),
                     sequence({oid("1.2.840.113549.1.1.1"), null()}),
                     octet_string(Bytes{7, 8, 9})});
}

Bytes full_response(const ResponseParts& parts) {
    const Bytes content =
        sequence({oid(parts.content_type),
                  write(context_constructed(0), octet_string(response_body(parts)))});
    const std::vector<Bytes> signers(parts.signers, signer_info(parts));
    return sequence({oid("1.2.840.113549.1.7.2"),
                     write(context_constructed(0),
                           sequence({integer(3), set_of({}), content,
                                     write(context_constructed(0), join(parts.certificates)),
                                     write(Tag::set, join(signers))}))});
}

Bytes windows_response() {
    std::ifstream file(AE_SAMPLES "/wstep-first-response.p7.pem", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto octets = from_pem("CMS", text);
    REQUIRE(octets);
    return *octets;
}

}  // namespace ae::ca
