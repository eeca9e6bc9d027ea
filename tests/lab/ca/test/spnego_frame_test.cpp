// Which first tokens are changed before MIT's acceptor sees them, and how.
#include "tests/lab/ca/spnego_frame.h"

#include "tests/lab/ca/der.h"

#include <catch2/catch.hpp>

using namespace ae::labca;

namespace {

const Bytes kApReq = {0x6E, 0x03, 0x02, 0x01, 0x05};

Bytes framed(const Bytes& oid, const Bytes& rest) {
    Bytes content = oid;
    append(content, rest);
    return der::tlv(0x60, content);
}

Bytes kerberos_frame(std::uint8_t token_id = 1) {
    Bytes rest = {token_id, 0};
    append(rest, kApReq);
    return framed(der::oid("1.2.840.113554.1.2.2"), rest);
}

Bytes neg_token_init(const Bytes& mech_token) {
    const Bytes types = der::tlv(0xA0, der::sequence(der::oid("1.2.840.48018.1.2.2")));
    const Bytes token = der::tlv(0xA2, der::octets(mech_token));
    return framed(der::oid("1.3.6.1.5.5.2"), der::tlv(0xA0, der::sequence(types, token)));
}

}  // namespace

TEST_CASE("a frame around the AP-REQ inside SPNEGO is taken off", "[spnego][RFC4121:4.1]") {
    CHECK(without_inner_frame(neg_token_init(kerberos_frame())) == neg_token_init(kApReq));
}

TEST_CASE("every other token stays as it is", "[spnego]") {
    Bytes cut = neg_token_init(kerberos_frame());
    cut.pop_back();
    for (const Bytes& token :
         {neg_token_init(kApReq), neg_token_init(kerberos_frame(2)), neg_token_init({}), cut,
          kApReq, kerberos_frame(), framed(der::oid("1.3.6.1.5.5.2"), {}), Bytes{}}) {
        CHECK(without_inner_frame(token) == token);
    }
}
