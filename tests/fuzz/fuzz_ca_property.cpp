// Properties of a hostile certification authority: what is accepted keeps the promises of
// ca_property.h.
#include "ca-client/wcce/ca_property.h"
#include "engine/base/text.h"
#include "tests/fuzz/property.h"

#include <algorithm>

using namespace ae;
using namespace ae::ca;
using fuzz::must_hold;

namespace {

void check_info(ByteView value) {
    const auto info = decode_ca_info(value);
    must_hold(!info || (info->size >= 8 && info->size <= value.size()), "CAINFO fits its octets");
    const auto count = decode_scalar(property::kSigningCertificateCount, value);
    if (info && value.size() != 4) {
        must_hold(count.has_value() == (info->size >= 12), "a field is there or it is an error");
        must_hold(!count || *count == info->signing_certificates, "both readers agree");
    }
    const auto status = decode_scalar(property::kCertificateStatus, value);
    must_hold(status.has_value() == (value.size() == 4), "a plain number has four octets");
}

void check_list(ByteView octets) {
    if (octets.empty()) {
        return;
    }
    const auto count = std::uint32_t{octets[0]};
    const auto list = decode_property_list({count, Bytes(octets.begin() + 1, octets.end())});
    must_hold(!list || list->size() == count, "as many as were said");
    must_hold(!list || std::ranges::all_of(*list,
                                           [](const ListedProperty& one) {
                                               return one.name.size() <= 513 * 3 &&
                                                      is_utf8(one.name);
                                           }),
              "names are bounded text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    check_info(octets);
    check_list(octets);
    const auto text = decode_text(octets);
    must_hold(text.has_value() == (size % 2 == 0), "a text has an even number of octets");
    must_hold(!text || (is_utf8(*text) && text->find('\0') == std::string::npos),
              "a text is UTF-8 up to its end");
    const auto offered = decode_templates(octets);
    must_hold(!offered || std::ranges::none_of(*offered,
                                               [](const OfferedTemplate& one) {
                                                   return one.name.empty() ||
                                                          one.name.find('\n') != std::string::npos;
                                               }),
              "every template has a name");
    return 0;
}
