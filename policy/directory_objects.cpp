#include "policy/directory_objects.h"

#include "engine/base/der.h"
#include "engine/base/text.h"
#include "engine/certificate.h"

#include <algorithm>
#include <utility>

namespace ae::policy {
namespace {

bool is_placeholder(ByteView value) { return value.size() == 1 && value[0] == 0; }

struct Collector {
    engine::TrustSet& set;
    const std::string& dn;

    void skip(std::string_view attribute, const std::string& why) {
        set.skipped.push_back("a value of " + std::string(attribute) + " of " + printable(dn) +
                              " is no certificate: " + why);
    }
    void add(std::string_view attribute, ByteView value) {
        if (is_placeholder(value)) {
            return;
        }
        auto facts = engine::parse_certificate(value);
        if (!facts) {
            skip(attribute, facts.error().context);
            return;
        }
        Bytes octets(value.begin(), value.end());
        if (std::find(set.certificates.begin(), set.certificates.end(), octets) ==
            set.certificates.end()) {
            set.certificates.push_back(std::move(octets));
        }
    }
    // RFC 4523 2.3: CertificatePair ::= SEQUENCE { [0] Certificate OPTIONAL, [1] Certificate
    // OPTIONAL }, explicit tags.
    void add_pair(ByteView value) {
        constexpr std::string_view attribute_name = "crossCertificatePair";
        if (is_placeholder(value)) {
            return;
        }
        der::Reader outer(value);
        auto pair = outer.enter(der::Tag::sequence);
        if (!pair || !outer.finish()) {
            skip(attribute_name, "it is not a sequence of two optional certificates");
            return;
        }
        for (const unsigned member : {0U, 1U}) {
            if (const auto element = pair->optional(der::context_constructed(member))) {
                add(attribute_name, element->content);
            }
        }
        if (!pair->finish()) {
            skip(attribute_name, "the pair holds more than two certificates");
        }
    }
};

}  // namespace

engine::EnrollmentService parse_enrollment_service(const AttributeMap& object) {
    engine::EnrollmentService service;
    service.cn = text_of(object, "cn").value_or(std::string{});
    // displayName is the CA's own name; cn is that name sanitized for a directory name.
    service.name = text_of(object, "displayName").value_or(std::string{});
    if (service.name.empty()) {
        service.name = service.cn;
    }
    service.dns_host = text_of(object, "dNSHostName").value_or(std::string{});
    service.templates = texts_of(object, "certificateTemplates");
    service.sites = texts_of(object, "msPKI-Site-Name");
    if (const auto& sd = values_of(object, "nTSecurityDescriptor"); !sd.empty()) {
        service.security_descriptor = sd.front();
    }

    std::vector<std::pair<Time, Bytes>> dated;
    for (const auto& value : values_of(object, "cACertificate")) {
        const auto facts = engine::parse_certificate(value);
        const bool known = std::any_of(dated.begin(), dated.end(),
                                       [&](const auto& entry) { return entry.second == value; });
        if (facts && !known) {
            dated.emplace_back(facts->not_before, value);
        }
    }
    std::stable_sort(dated.begin(), dated.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& entry : dated) {
        service.certificates.push_back(std::move(entry.second));
    }
    return service;
}

void add_trust_object(const AttributeMap& object, const std::string& dn, engine::TrustSet& set) {
    Collector collector{set, dn};
    for (const auto& value : values_of(object, "cACertificate")) {
        collector.add("cACertificate", value);
    }
    for (const auto& value : values_of(object, "crossCertificatePair")) {
        collector.add_pair(value);
    }
}

}  // namespace ae::policy
