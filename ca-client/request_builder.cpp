#include "ca-client/request_builder.h"

#include "ca-client/cmc_request.h"
#include "ca-client/pkcs10.h"
#include "ca-client/renewal.h"

namespace ae::ca {
namespace {

using engine::EncodedRequest;
using engine::RequestParts;

// "corp.example.test", "WS1$" -> "CORP\WS1$".  Display data in the request; the CA trusts only the
// Kerberos identity, so the first label may stand for the NetBIOS name.
std::string account_name(const engine::Account& account) {
    std::string domain = account.domain_dns.substr(0, account.domain_dns.find('.'));
    for (char& c : domain) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return domain + '\\' + account.sam_account_name;
}

bool needs_cmc(const RequestParts& parts) {
    return parts.wanted.schema_version != 1 || parts.authority != nullptr ||
           !parts.exchange_certificate.empty() || !parts.key.signs();
}

Result<EncodedRequest> encoded(EncodedRequest::Format format, Result<Bytes> octets) {
    return std::move(octets).map([format](Bytes&& whole) {
        return EncodedRequest{.format = format, .octets = std::move(whole)};
    });
}

}  // namespace

Result<EncodedRequest> build_request(const RequestParts& parts, const std::string& machine_fqdn,
                                     engine::Crypto& crypto) {
    using Format = EncodedRequest::Format;
    const Pkcs10Input input{.wanted = parts.wanted,
                            .requester = {.machine_fqdn = machine_fqdn,
                                          .dc_fqdn = parts.server.dns_name,
                                          .account_name = account_name(parts.account),
                                          .process_name = "aeclient"}};
    if (needs_cmc(parts)) {
        const CmcSigners signers{
            .predecessor = parts.authority == nullptr ? parts.predecessor : nullptr,
            .authority = parts.authority};
        return build_cmc(input, parts.key, signers, parts.exchange_certificate, crypto);
    }
    if (parts.predecessor != nullptr) {
        return encoded(Format::pkcs7, build_renewal(input, parts.key, *parts.predecessor, crypto));
    }
    return encoded(Format::pkcs10, build_pkcs10(input, parts.key, crypto));
}

}  // namespace ae::ca
