#include "tests/lab/ca/ca_properties.h"

#include "tests/lab/ca/ca_names.h"
#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/pkcs10.h"

#include <algorithm>

namespace ae::labca {
namespace {

constexpr std::uint32_t kInvalidArgument = 0x80070057;
constexpr std::uint32_t kPropertyEmpty = 0x80094004;
constexpr std::uint32_t kLast = 0xFFFFFFFF;
constexpr std::uint32_t kLong = 1;
constexpr std::uint32_t kBinary = 3;
constexpr std::uint32_t kString = 4;
constexpr std::uint32_t kEnterpriseSub = 1;

enum class Indexed { no, yes };
struct Property {
    std::uint32_t id;
    std::uint32_t type;
    Indexed indexed;
    std::string_view name;
};
constexpr std::array<Property, 43> kProperties{{
    {0x01, kString, Indexed::no, "FileVersion"},
    {0x02, kString, Indexed::no, "ProductVersion"},
    {0x03, kLong, Indexed::no, "ExitCount"},
    {0x04, kString, Indexed::yes, "ExitDescription"},
    {0x05, kString, Indexed::no, "PolicyDescription"},
    {0x06, kString, Indexed::no, "CAName"},
    {0x07, kString, Indexed::no, "SanitizedCAName"},
    {0x08, kString, Indexed::no, "SharedFolder"},
    {0x09, kString, Indexed::no, "ParentCA"},
    {0x0A, kLong, Indexed::no, "CAType"},
    {0x0B, kLong, Indexed::no, "CASigCertCount"},
    {0x0C, kBinary, Indexed::yes, "CASigCert"},
    {0x0D, kBinary, Indexed::yes, "CASigCertChain"},
    {0x0E, kLong, Indexed::no, "CAXchgCertCount"},
    {0x0F, kBinary, Indexed::yes, "CAXchgCert"},
    {0x10, kBinary, Indexed::yes, "CAXchgCertChain"},
    {0x11, kBinary, Indexed::yes, "BaseCRL"},
    {0x12, kBinary, Indexed::yes, "DeltaCRL"},
    {0x13, kLong, Indexed::yes, "CACertState"},
    {0x14, kLong, Indexed::yes, "CRLState"},
    {0x15, kLong, Indexed::no, "CAPropIdMax"},
    {0x16, kString, Indexed::no, "DNSName"},
    {0x17, kLong, Indexed::no, "RoleSeparationEnabled"},
    {0x18, kLong, Indexed::no, "KRACertUsedCount"},
    {0x19, kLong, Indexed::no, "KRACertCount"},
    {0x1A, kBinary, Indexed::yes, "KRACert"},
    {0x1B, kLong, Indexed::yes, "KRACertState"},
    {0x1C, kLong, Indexed::no, "AdvancedServer"},
    {0x1D, kString, Indexed::no, "Templates"},
    {0x1E, kLong, Indexed::yes, "BaseCRLPublishStatus"},
    {0x1F, kLong, Indexed::yes, "DeltaCRLPublishStatus"},
    {0x20, kBinary, Indexed::yes, "CASigCertCRLChain"},
    {0x21, kBinary, Indexed::yes, "CAXchgCertCRLChain"},
    {0x22, kLong, Indexed::yes, "CACertStatusCode"},
    {0x23, kBinary, Indexed::yes, "CAForwardCrossCert"},
    {0x24, kBinary, Indexed::yes, "CABackwardCrossCert"},
    {0x25, kLong, Indexed::yes, "CAForwardCrossCertState"},
    {0x26, kLong, Indexed::yes, "CABackwardCrossCertState"},
    {0x27, kLong, Indexed::yes, "CACertVersion"},
    {0x28, kString, Indexed::no, "SanitizedCAShortName"},
    {0x29, kString, Indexed::yes, "CertCDPUrls"},
    {0x2A, kString, Indexed::yes, "CertAIAUrls"},
    {0x2B, kString, Indexed::yes, "CertAIAOCSPUrls"},
}};

// [MS-WCCE] 2.2.2.4
Bytes ca_info(const Enrollment& enrollment) {
    NdrWriter out;
    const std::uint32_t exchange = enrollment.ca().exchange_certificate ? 1 : 0;
    for (const std::uint32_t field : {std::uint32_t{40}, kEnterpriseSub, std::uint32_t{1}, exchange,
                                      std::uint32_t{0}, kProperties.back().id, std::uint32_t{0},
                                      std::uint32_t{0}, std::uint32_t{0}, std::uint32_t{1}}) {
        out.u32(field);
    }
    return out.release();
}

Bytes long_value(std::uint32_t value) {
    NdrWriter out;
    out.u32(value);
    return out.release();
}

std::string templates(const Enrollment& enrollment) {
    std::string out;
    for (const Template& t : enrollment.offered()) {
        out += t.name + "\n" + t.oid + "\n";
    }
    return out;
}

Bytes chain(const Enrollment& enrollment, X509* first, bool with_crls) {
    std::vector<Bytes> certificates{encode_certificate(first)};
    if (first != enrollment.ca().certificate.get()) {
        certificates.push_back(encode_certificate(enrollment.ca().certificate.get()));
    }
    certificates.push_back(encode_certificate(enrollment.ca().root.get()));
    std::vector<Bytes> crls;
    if (with_crls) {
        crls.push_back(enrollment.crl());
    }
    return degenerate_signed_data(certificates, crls);
}

X509* exchange_certificate(const Enrollment& enrollment) {
    X509* certificate = enrollment.ca().exchange_certificate.get();
    if (certificate == nullptr) {
        refuse(kPropertyEmpty, "no exchange certificate");
    }
    return certificate;
}

Bytes text_value(const std::string& text) { return utf16le_terminated(text); }

Bytes text_property(const Enrollment& enrollment, std::uint32_t id) {
    const CaIdentity& ca = enrollment.ca();
    switch (id) {
        case 0x01:
        case 0x02:
            return text_value("6.1.7600.1 labca");
        case 0x05:
            return text_value("labca policy");
        case 0x06:
            return text_value(ca.name);
        case 0x07:
            return text_value(sanitized_name(ca.name));
        case 0x09:
            return text_value("Lab Root CA");
        case 0x16:
            return text_value(ca.host);
        case 0x1D:
            return text_value(templates(enrollment));
        case 0x28:
            return text_value(short_sanitized_name(ca.name));
        case 0x29:
            return text_value(ca.cdp_url + "\n");
        case 0x2A:
            return text_value(ca.aia_url + "\n");
        default:
            return text_value("");
    }
}

Bytes binary_property(const Enrollment& enrollment, std::uint32_t id) {
    const CaIdentity& ca = enrollment.ca();
    switch (id) {
        case 0x0C:
            return encode_certificate(ca.certificate.get());
        case 0x0D:
            return chain(enrollment, ca.certificate.get(), false);
        case 0x0F:
            return encode_certificate(exchange_certificate(enrollment));
        case 0x10:
            return chain(enrollment, exchange_certificate(enrollment), false);
        case 0x11:
            return enrollment.crl();
        case 0x20:
            return chain(enrollment, ca.certificate.get(), true);
        case 0x21:
            return chain(enrollment, exchange_certificate(enrollment), true);
        default:
            refuse(kPropertyEmpty, "the CA has no value for this property");
    }
}

Bytes long_property(const Enrollment& enrollment, std::uint32_t id) {
    switch (id) {
        case 0x13:
        case 0x14:
            return {3};  // byte arrays, one entry per CA certificate: 3 = valid
        case 0x1B:
            refuse(kPropertyEmpty, "no key recovery agents");
        case 0x1E:
            return long_value(5);  // base CRL, published
        case 0x1F:
            return long_value(0);
        case 0x22:
            return long_value(0);  // the HRESULT of the CA's own chain check
        case 0x25:
        case 0x26:
            refuse(kPropertyEmpty, "no cross certificates");
        case 0x27:
            return long_value(0);
        default:
            return ca_info(enrollment);
    }
}

}  // namespace

Bytes ca_property(const Enrollment& enrollment, const PropertyQuery& query) {
    const auto known = std::find_if(kProperties.begin(), kProperties.end(),
                                    [&](const Property& p) { return p.id == query.id; });
    if (known == kProperties.end() || known->type != query.type) {
        refuse(kInvalidArgument, "no such property, or another type");
    }
    // There is one CA certificate, so an index is 0 or "the last".
    const bool last_allowed = known->indexed == Indexed::yes;
    if (query.index != 0 && !(last_allowed && query.index == kLast)) {
        refuse(kInvalidArgument, "property index out of range");
    }
    switch (known->type) {
        case kString:
            return text_property(enrollment, query.id);
        case kBinary:
            return binary_property(enrollment, query.id);
        default:
            return long_property(enrollment, query.id);
    }
}

PropertyInfo ca_property_info() {
    constexpr std::size_t kRecord = 12;
    NdrWriter records;
    NdrWriter names;
    for (const Property& property : kProperties) {
        names.align(4);
        records.u32(property.id);
        records.u8(static_cast<std::uint8_t>(property.type));
        records.u8(0);
        records.u16(property.indexed == Indexed::yes ? 1 : 0);
        records.u32(static_cast<std::uint32_t>(kRecord * kProperties.size() + names.size()));
        names.raw(utf16le_terminated(property.name));
    }
    PropertyInfo info;
    info.count = static_cast<std::uint32_t>(kProperties.size());
    info.blob = records.release();
    append(info.blob, names.bytes());
    return info;
}

bool authority_matters(std::uint32_t fchain) {
    return fchain != 0x6E616D65 && fchain != 0x73616E69;
}

Bytes ca_certificate_query(const Enrollment& enrollment, std::uint32_t fchain) {
    const CaIdentity& ca = enrollment.ca();
    const auto indexed = [&](std::uint32_t kind) {
        return (fchain >> 16U) == kind && (fchain & 0xFFFFU) == 0;
    };
    switch (fchain) {
        case 0x0:
            return encode_certificate(ca.certificate.get());
        case 0x1:
            return encode_certificate(exchange_certificate(enrollment));
        case 0x6E616D65:  // "name"
            return text_value(ca.name);
        case 0x73616E69:  // "sani"
            return text_value(sanitized_name(ca.name));
        case 0x696E666F:  // "info"
            return ca_info(enrollment);
        case 0x74797065:  // "type"
            return long_value(kEnterpriseSub);
        case 0x6363726C:  // "ccrl"
            return enrollment.crl();
        case 0x70617265:  // "pare"
            return text_property(enrollment, 0x09);
        case 0x706F6C69:  // "poli"
            return text_property(enrollment, 0x05);
        case 0x66696C65:  // "file"
        case 0x70726F64:  // "prod"
            return text_property(enrollment, 0x01);
        case 0x73686172:  // "shar"
            return text_value("");
        default:
            break;
    }
    if (indexed(0x6374)) {
        return encode_certificate(ca.certificate.get());
    }
    if (indexed(0x636C)) {
        return enrollment.crl();
    }
    if (indexed(0x7374) || indexed(0x736C)) {
        return {3};
    }
    refuse(kInvalidArgument, "no such query");
}

}  // namespace ae::labca
