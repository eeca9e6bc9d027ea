// Whatever is taken for a certificate has facts that are its own octets and agree with each other.
#include "engine/base/der.h"
#include "engine/base/text.h"
#include "engine/certificate.h"
#include "engine/distinguished_name.h"
#include "tests/fuzz/property.h"

#include <algorithm>

namespace {

using ae::Bytes;
using ae::ByteView;
using ae::fuzz::must_hold;

bool is_part(const Bytes& part, ByteView whole) {
    return !part.empty() &&
           std::search(whole.begin(), whole.end(), part.begin(), part.end()) != whole.end();
}

ByteView content_of(const Bytes& element) { return ae::der::Reader(element).any()->content; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const auto facts = ae::engine::parse_certificate(octets);
    if (!facts) {
        must_hold(!facts.error().context.empty(), "a refusal says why");
        return 0;
    }
    must_hold(ae::equal(facts->der, octets), "the whole input is the certificate");
    must_hold(is_part(facts->subject_der, octets), "subject");
    must_hold(is_part(facts->issuer_der, octets), "issuer");
    must_hold(is_part(facts->public_key_info, octets), "public key");
    must_hold(ae::engine::distinguished_name_text(content_of(facts->subject_der)).value() ==
                  facts->subject,
              "subject text");
    must_hold(ae::is_utf8(facts->subject) && ae::is_utf8(facts->issuer), "names are UTF-8");
    const auto serial = ae::from_hex(facts->serial);
    must_hold(serial && !serial->empty(), "serial number");
    for (const std::string& oid : facts->extended_key_usages) {
        must_hold(is_part(ae::der::oid(oid), octets), "extended key usage");
    }
    if (const auto& reference = facts->template_reference; reference && !reference->oid.empty()) {
        must_hold(is_part(ae::der::oid(reference->oid), octets), "template identifier");
    }
    for (const std::string& name : facts->dns_names) {
        must_hold(is_part(ae::der::write(ae::der::context(2), ae::as_bytes(name)), octets),
                  "DNS name");
    }
    const auto again = ae::engine::parse_certificate(facts->der);
    must_hold(again && again->subject == facts->subject && again->serial == facts->serial &&
                  again->not_after == facts->not_after,
              "the same octets give the same facts");
    return 0;
}
