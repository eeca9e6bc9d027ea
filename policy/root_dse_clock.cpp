#include "policy/root_dse_clock.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/ber_reader.h"

#include <string_view>

namespace ae::policy {
namespace {

constexpr std::string_view kAttribute = "currentTime";
constexpr std::size_t kLargestAnswer = 4096;

tl::unexpected<Error> broken() {
    return fail(kInvalidData,
                "the controller answered the question for its time with something else");
}

// GeneralizedTime as AD writes it, "20261121120000.0Z" ([MS-ADTS] 3.1.1.2.2.2.1... syntax 5.5.11);
// the fraction says nothing.
std::optional<Time> time_of(ByteView value) {
    std::string text(as_text(value));
    if (const auto point = text.find('.'); point != std::string::npos) {
        text = text.substr(0, point) + 'Z';
    }
    const auto time =
        der::read_time({.tag = der::Tag::generalized_time, .content = as_bytes(text), .whole = {}});
    return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

Bytes encode_clock_query(std::int32_t message_id) {
    const std::uint8_t zero[] = {0};
    const Bytes no_limit = der::integer(0);
    const auto enumerated = der::write(static_cast<der::Tag>(0x0A), ByteView(zero));
    const auto search =
        der::write(static_cast<der::Tag>(0x63),  // [APPLICATION 3] SearchRequest, RFC 4511 4.5.1
                   {der::octet_string({}), enumerated, enumerated, no_limit, no_limit,
                    der::write(der::Tag::boolean, ByteView(zero)),
                    der::write(der::context(7), as_bytes("objectClass")),  // present
                    der::sequence({der::octet_string(as_bytes(kAttribute))})});
    return der::sequence({der::integer(message_id), search});
}

Result<std::optional<std::size_t>> message_size(ByteView begin) {
    if (begin.size() < 2) {
        return std::optional<std::size_t>{};
    }
    if (begin[0] != ber::kSequence) {
        return broken();
    }
    std::size_t length = begin[1];
    std::size_t head = 2;
    if ((length & 0x80U) != 0) {
        const std::size_t octets = length & 0x7FU;
        if (octets == 0 || octets > kClockHead - 2) {
            return broken();
        }
        head += octets;
        if (begin.size() < head) {
            return std::optional<std::size_t>{};
        }
        length = 0;
        for (std::size_t i = 2; i < head; ++i) {
            length = length << 8U | begin[i];
        }
    }
    if (length > kLargestAnswer) {
        return broken();
    }
    return std::optional(head + length);
}

Result<Time> parse_clock_answer(std::int32_t message_id, ByteView message) {
    const auto content = ber::Reader(message).take(ber::kSequence);
    if (!content) {
        return broken();
    }
    ber::Reader fields(*content);
    const auto id = ber::integer_of(fields.take(ber::kInteger));
    const auto entry = fields.take(ber::kSearchResultEntry);
    if (!id || *id != message_id || !entry) {
        return broken();
    }
    ber::Reader parts(*entry);
    const auto name = parts.take(ber::kOctetString);
    const auto attributes = parts.take(ber::kSequence);
    const auto attribute =
        name && attributes ? ber::Reader(*attributes).take(ber::kSequence) : std::nullopt;
    if (!attribute) {
        return broken();
    }
    ber::Reader pair(*attribute);
    const auto type = pair.take(ber::kOctetString);
    const auto values = pair.take(ber::kSet);
    if (!type || !values || !equal_ignoring_case(as_text(*type), kAttribute)) {
        return broken();
    }
    const auto value = ber::Reader(*values).take(ber::kOctetString);
    const auto time = value ? time_of(*value) : std::nullopt;
    return time ? Result<Time>(*time) : Result<Time>(broken());
}

}  // namespace ae::policy
