#include "ca-client/ca_inquiry.h"

#include "ca-client/issued_certificates.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <chrono>

namespace ae::ca {
namespace {

// CERTSRV_E_PROPERTY_EMPTY and what 3.2.1.4.3.2.12 names: the row is there, its certificate is not.
constexpr Hresult kPropertyEmpty = hresult(0x80094004);

// Of a whole list: a CA that is slow with each certificate must not hold up the pulse.
constexpr std::chrono::seconds kListTime{60};

bool says_none(const Error& error) {
    return error.code == kPropertyEmpty || error.code == kFileNotFound;
}

}  // namespace

template <class T>
Result<T> CaInquiry::named(Result<T> result, std::string_view step) const {
    return result ? std::move(result)
                  : Result<T>(pass(result, std::string(step) + ' ' + printable(ca_.config())));
}

Result<std::string> CaInquiry::text(std::uint32_t id) {
    return transport_.property(ca_, {.id = id, .type = PropertyType::text}).and_then(decode_text);
}

Result<Bytes> CaInquiry::certificate(std::uint32_t id, std::uint32_t index) {
    auto value = transport_.property(ca_, {.id = id, .index = index, .type = PropertyType::binary});
    if (value && (value->empty() || value->size() > kMaxCertificateSize)) {
        return fail(kInvalidData, "a certificate of " + std::to_string(value->size()) + " octets");
    }
    return value;
}

Done CaInquiry::ping() { return named(transport_.ping(ca_), "ping"); }

Result<CaIdentity> CaInquiry::read_identity() {
    CaIdentity identity;
    struct Row {
        std::uint32_t id;
        std::string CaIdentity::*member;
    };
    for (const Row& row : {Row{property::kCaName, &CaIdentity::name},
                           Row{property::kSanitizedCaName, &CaIdentity::sanitized_name},
                           Row{property::kDnsName, &CaIdentity::dns_name},
                           Row{property::kFileVersion, &CaIdentity::version}}) {
        auto value = text(row.id);
        if (value) {
            identity.*row.member = std::move(*value);
        } else if (value.error().code != kNotSupported) {
            return pass(value);
        }
    }
    auto info = transport_.property(ca_, {.id = property::kCaType, .type = PropertyType::integer})
                    .and_then(decode_ca_info);
    if (!info) {
        return pass(info);
    }
    identity.info = *info;
    return identity;
}

Result<CaIdentity> CaInquiry::identity() {
    return named(read_identity(), "ask the names and the type of");
}

Result<std::vector<OfferedTemplate>> CaInquiry::templates() {
    return named(transport_.property(ca_, {.id = property::kTemplates, .type = PropertyType::text})
                     .and_then(decode_templates),
                 "ask for the templates of");
}

Result<std::vector<Bytes>> CaInquiry::read_signing_certificates() {
    auto count = transport_
                     .property(ca_, {.id = property::kSigningCertificateCount,
                                     .type = PropertyType::integer})
                     .and_then([](const Bytes& value) {
                         return decode_scalar(property::kSigningCertificateCount, value);
                     });
    if (!count) {
        return pass(count);
    }
    if (*count > kMaxSigningCertificates) {
        return fail(kInvalidData,
                    "it says that it has " + std::to_string(*count) + " signing certificates");
    }
    std::vector<Bytes> certificates;
    const auto last = std::chrono::steady_clock::now() + kListTime;
    for (std::uint32_t index = *count; index > 0; --index) {
        if (std::chrono::steady_clock::now() >= last) {
            return fail(kTimeout, "not all signing certificates came within 60 s");
        }
        auto one = certificate(property::kSigningCertificate, index - 1);
        if (one) {
            certificates.push_back(std::move(*one));
        } else if (!says_none(one.error())) {
            return pass(one);
        }
    }
    return certificates;
}

Result<std::vector<Bytes>> CaInquiry::signing_certificates() {
    return named(read_signing_certificates(), "ask for the signing certificates of");
}

Result<Hresult> CaInquiry::signing_certificate_status(std::uint32_t index) {
    return named(transport_
                     .property(ca_, {.id = property::kCertificateStatus,
                                     .index = index,
                                     .type = PropertyType::integer})
                     .and_then([](const Bytes& value) {
                         return decode_scalar(property::kCertificateStatus, value);
                     })
                     .map(hresult),
                 "ask for the state of a certificate of");
}

Result<engine::ExchangeCertificate> CaInquiry::read_exchange_certificate() {
    auto own = certificate(property::kExchangeCertificate, 0);
    if (!own) {
        return pass(own);
    }
    engine::ExchangeCertificate exchange{.certificate = std::move(*own)};
    auto chain = transport_
                     .property(ca_, {.id = property::kExchangeCertificateChain,
                                     .type = PropertyType::binary})
                     .and_then(certificates_of_signed_data);
    if (chain) {
        std::erase_if(*chain, [&](const Bytes& each) { return equal(each, exchange.certificate); });
        exchange.chain = std::move(*chain);
    } else if (chain.error().code != kNotSupported && !says_none(chain.error())) {
        return pass(chain);
    }
    // ICertRequestD does not give the chain; the intermediates of this machine must do then.
    return exchange;
}

Result<engine::ExchangeCertificate> CaInquiry::exchange_certificate() {
    return named(read_exchange_certificate(), "ask for the exchange certificate of");
}

Result<std::vector<ListedProperty>> CaInquiry::properties() {
    return named(transport_.property_info(ca_).and_then(decode_property_list),
                 "ask for the properties of");
}

}  // namespace ae::ca
