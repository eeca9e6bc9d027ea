#include "tests/lab/ca/request_parser.h"

#include "tests/lab/ca/pkcs10.h"

#include <algorithm>
#include <set>

namespace ae::labca {
namespace {

constexpr std::uint32_t kInvalidData = 0x8007000D;
constexpr std::uint32_t kInvalidMessageType = 0x80091004;
constexpr std::uint32_t kNoSigner = 0x8009200E;
constexpr std::uint32_t kBadSignature = 0x80090006;
constexpr std::uint32_t kBadRenewal = 0x8009400E;
constexpr std::uint32_t kInvalidArgument = 0x80070057;

constexpr std::string_view kOidRegInfo = "1.3.6.1.5.5.7.7.18";
constexpr std::string_view kOidAddExtensions = "1.3.6.1.5.5.7.7.8";
constexpr std::string_view kOidAddAttributes = "1.3.6.1.4.1.311.10.10.1";
constexpr std::string_view kOidArchivedKey = "1.3.6.1.4.1.311.21.13";
constexpr std::string_view kOidArchivedKeyHash = "1.3.6.1.4.1.311.21.21";

void read_reg_info(const Bytes& value, CertificateRequest& request) {
    const View text = DerReader(value).expect(tag::kOctets).content;
    std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        if (const std::size_t equals = pair.find('='); equals != std::string_view::npos) {
            add_attribute(request, pair.substr(0, equals), pair.substr(equals + 1));
        }
    }
}

// SEQUENCE { INTEGER 0, SEQUENCE { bodyPartID }, payload }: the form of both Microsoft's
// CMC attribute control and id-cmc-addExtensions as Windows fills them.
Tlv payload_of(const Bytes& value, std::uint32_t body_part) {
    DerReader in = DerReader(value).inside(tag::kSequence);
    in.integer();
    DerReader references = in.inside(tag::kSequence);
    while (!references.done()) {
        if (references.integer() != body_part) {
            refuse(kInvalidData, "a CMC control refers to another body part than the request");
        }
    }
    return in.next();
}

void read_control(const std::string& oid, const Bytes& value, CertificateRequest& request) {
    if (oid == kOidRegInfo) {
        read_reg_info(value, request);
    } else if (oid == kOidAddExtensions) {
        read_extensions(payload_of(value, request.body_part).whole, request);
    } else if (oid == kOidAddAttributes) {
        for (const Attribute& attribute :
             read_attributes(payload_of(value, request.body_part).content)) {
            if (attribute.values.size() != 1) {
                refuse(kInvalidData, "attribute " + attribute.oid + " needs exactly one value");
            }
            if (attribute.oid == kOidArchivedKeyHash) {
                const View hash = DerReader(attribute.values[0]).expect(tag::kOctets).content;
                request.archived_key_hash.emplace(hash.begin(), hash.end());
            }
        }
    }
}

// PKIData (RFC 2797 3.1) with exactly one PKCS #10 request.
void read_pki_data(View content, CertificateRequest& request) {
    DerReader in(single_der(content).content);
    std::vector<std::pair<std::string, Bytes>> controls;
    std::set<std::uint32_t> body_parts;
    const auto take_id = [&body_parts](DerReader& from) {
        const std::uint32_t id = from.integer();
        if (id == 0 || !body_parts.insert(id).second) {
            refuse(kInvalidData, "CMC body part ids are zero or not distinct");
        }
        return id;
    };
    for (DerReader list = in.inside(tag::kSequence); !list.done();) {
        DerReader control = list.inside(tag::kSequence);
        take_id(control);
        std::string oid = control.oid();
        DerReader values = control.inside(tag::kSet);
        const View value = values.next().whole;
        values.end();
        controls.emplace_back(std::move(oid), Bytes(value.begin(), value.end()));
    }
    DerReader requests = in.inside(tag::kSequence);
    DerReader tagged = requests.inside(tag::context(0));
    request.body_part = take_id(tagged);
    const View pkcs10 = tagged.expect(tag::kSequence).whole;
    tagged.end();
    requests.end();
    in.inside(tag::kSequence).end();
    in.inside(tag::kSequence).end();
    in.end();
    read_pkcs10(pkcs10, NullSignature::allowed, request);
    for (const auto& [oid, value] : controls) {
        read_control(oid, value, request);
    }
}

// A signer other than the new key: the old certificate's holder or a registration authority.
void read_certified_signer(const SignedData& data, const SignerInfo& signer,
                           CertificateRequest& request) {
    const auto der = certificate_of(data, signer);
    if (!der) {
        // Which refusal fits depends on what the signer should have been.
        refuse(request.renewal_certificate ? kBadRenewal : kNoSigner,
               "the certificate of a signer is not in the message");
    }
    const UniqueX509 certificate = parse_certificate(*der);
    if (!verify_signer(data, signer, X509_get0_pubkey(certificate.get()))) {
        refuse(kBadSignature, "a signature of the request message does not verify");
    }
    if (request.renewal_certificate == der) {
        request.signed_by_old_key = true;
    } else {
        request.authority_certificates.push_back(*der);
    }
}

void read_cmc_signers(const SignedData& data, CertificateRequest& request) {
    const SignerInfo& first = data.signers.front();
    if (first.key_identifier.empty() && certificate_of(data, first).has_value()) {
        refuse(kNoSigner, "the first signer of a CMC request has to be the new key");
    }
    if (!verify_signer(data, first, request.key.get())) {
        refuse(kBadSignature, "the new key's signature over the CMC request does not verify");
    }
    for (const Attribute& attribute : first.unsigned_attributes) {
        if (attribute.oid == kOidArchivedKey && attribute.values.size() == 1) {
            request.archived_key = attribute.values[0];
        }
    }
    for (std::size_t i = 1; i < data.signers.size(); ++i) {
        read_certified_signer(data, data.signers[i], request);
    }
}

CertificateRequest parse_signed(View message) {
    const SignedData data = read_signed_data(message);
    if (data.signers.empty()) {
        refuse(kNoSigner, "the request message has no signer");
    }
    CertificateRequest request;
    if (data.content_type == kOidPkiData) {
        request.format = RequestFormat::cmc;
        read_pki_data(data.content, request);
        read_cmc_signers(data, request);
    } else if (data.content_type == kOidData) {
        request.format = RequestFormat::pkcs7;
        read_pkcs10(data.content, NullSignature::allowed, request);
        for (const SignerInfo& signer : data.signers) {
            read_certified_signer(data, signer, request);
        }
    } else {
        refuse(kInvalidMessageType, "a signed message without a request");
    }
    return request;
}

}  // namespace

std::string_view format_name(RequestFormat format) {
    switch (format) {
        case RequestFormat::pkcs10:
            return "pkcs10";
        case RequestFormat::pkcs7:
            return "pkcs7";
        default:
            return "cmc";
    }
}

const RequestExtension* CertificateRequest::extension(std::string_view oid) const {
    const auto found = std::find_if(extensions.begin(), extensions.end(),
                                    [oid](const RequestExtension& e) { return e.oid == oid; });
    return found == extensions.end() ? nullptr : &*found;
}

std::optional<TemplateVersion> CertificateRequest::template_version() const {
    const RequestExtension* found = extension("1.3.6.1.4.1.311.21.7");
    if (found == nullptr) {
        return std::nullopt;
    }
    DerReader in = DerReader(found->value).inside(tag::kSequence);
    TemplateVersion version;
    version.oid = in.oid();
    version.major = in.done() ? 0 : in.integer();
    version.minor = in.done() ? 0 : in.integer();
    return version;
}

std::optional<std::string> CertificateRequest::template_name() const {
    const RequestExtension* found = extension("1.3.6.1.4.1.311.20.2");
    if (found == nullptr) {
        return std::nullopt;
    }
    // Windows writes a bare BMPString, the specification a SEQUENCE { UTF8String }: take both.
    const Tlv element = single_der(found->value);
    return der_text(element.tag == tag::kSequence ? single_der(element.content) : element);
}

CertificateRequest parse_request(View request, std::uint32_t flags) {
    const bool is_signed = is_signed_data(request);
    const std::uint32_t type = flags & 0xFF00U;
    if (type != 0 && type != 0x100 && type != 0x300 && type != 0x400) {
        refuse(kInvalidArgument, "this request type is not supported");
    }
    try {
        if (!is_signed && (type == 0x300 || type == 0x400)) {
            refuse(kInvalidMessageType, "dwFlags says CMS, the request is not");
        }
        if (is_signed && type == 0x100) {
            refuse(kInvalidMessageType, "dwFlags says PKCS #10, the request is CMS");
        }
        CertificateRequest parsed;
        if (is_signed) {
            parsed = parse_signed(request);
        } else {
            parsed.format = RequestFormat::pkcs10;
            read_pkcs10(request, NullSignature::refused, parsed);
        }
        if ((type == 0x300 && parsed.format != RequestFormat::pkcs7) ||
            (type == 0x400 && parsed.format != RequestFormat::cmc)) {
            refuse(kInvalidMessageType, "dwFlags and the content of the message differ");
        }
        if (parsed.renewal_certificate && parsed.format == RequestFormat::pkcs10) {
            refuse(kInvalidMessageType, "a renewal needs CMS or CMC");
        }
        if (parsed.renewal_certificate && !parsed.signed_by_old_key) {
            refuse(kBadRenewal, "the certificate to renew did not sign the request");
        }
        parsed.template_version();  // malformed extensions are found here
        parsed.template_name();
        return parsed;
    } catch (const ParseError& error) {
        refuse(kInvalidData, error.what());
    }
}

std::map<std::string, std::string> parse_attribute_lines(std::string_view text) {
    std::map<std::string, std::string> out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            continue;
        }
        std::string name;
        for (const char c : lower_ascii(line.substr(0, colon))) {
            if (c != ' ' && c != '-' && c != '\t') {
                name.push_back(c);
            }
        }
        std::string_view value = line.substr(colon + 1);
        constexpr std::string_view kBlank = " \t\r";
        const std::size_t start = value.find_first_not_of(kBlank);
        const std::size_t end = value.find_last_not_of(kBlank);
        value = start == std::string_view::npos ? "" : value.substr(start, end - start + 1);
        if (!name.empty()) {
            out[name] = value;
        }
    }
    return out;
}

}  // namespace ae::labca
