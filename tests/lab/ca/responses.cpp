#include "tests/lab/ca/responses.h"

namespace ae::labca {
namespace {

constexpr std::string_view kOidStatusInfo = "1.3.6.1.5.5.7.7.1";
constexpr std::string_view kOidAddAttributes = "1.3.6.1.4.1.311.10.10.1";
constexpr std::string_view kOidIssuedHash = "1.3.6.1.4.1.311.21.17";
constexpr std::string_view kOidArchivedHash = "1.3.6.1.4.1.311.21.21";

Bytes generalized_time(std::time_t when) {
    std::tm parts{};
    gmtime_r(&when, &parts);
    std::array<char, 16> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &parts);
    return der::text(tag::kGeneralizedTime, {text.data(), size});
}

Bytes status_info(const CmcResponse& response) {
    std::vector<Bytes> parts{der::integer(static_cast<std::uint32_t>(response.status)),
                             der::sequence(der::integer(response.body_part)),
                             der::text(tag::kUtf8, response.text)};
    if (response.status == CmcStatus::pending) {
        parts.push_back(der::sequence(der::octets(view_of(std::to_string(response.request_id))),
                                      generalized_time(response.now)));
    } else if (response.status == CmcStatus::failed) {
        parts.push_back(der::integer(2));  // badRequest
    }
    return der::join(tag::kSequence, parts);
}

Bytes control(std::uint32_t body_part, std::string_view type, const Bytes& value) {
    return der::sequence(der::integer(body_part), der::oid(type), der::set(value));
}

Bytes hash_attribute(std::string_view type, const Bytes& hash) {
    return der::sequence(der::oid(type), der::set(der::octets(hash)));
}

}  // namespace

Bytes response_body(const CmcResponse& response) {
    std::vector<Bytes> controls{control(1, kOidStatusInfo, status_info(response))};
    std::vector<Bytes> attributes;
    if (response.leaf_hash) {
        attributes.push_back(hash_attribute(kOidIssuedHash, *response.leaf_hash));
    }
    if (response.archived_hash) {
        attributes.push_back(hash_attribute(kOidArchivedHash, *response.archived_hash));
    }
    if (!attributes.empty()) {
        // The three-part form that real CAs send: 0, the body part answered, the attributes.
        controls.push_back(
            control(2, kOidAddAttributes,
                    der::sequence(der::integer(0), der::sequence(der::integer(response.body_part)),
                                  der::join(tag::kSet, attributes))));
    }
    return der::sequence(der::join(tag::kSequence, controls), der::sequence(), der::sequence());
}

Bytes full_response(const CmcResponse& response, const std::vector<Bytes>& bag, X509* ca,
                    EVP_PKEY* ca_key) {
    return sign_data(kOidPkiResponse, response_body(response), bag, ca, ca_key);
}

}  // namespace ae::labca
