#include "engine/lost_answer.h"

#include "engine/base/text.h"
#include "engine/held_review.h"

#include <algorithm>

namespace ae::engine {
namespace {

const HeldCertificate* in_my(const std::string& thumbprint, const Snapshot& world) {
    const auto at = std::ranges::find(world.my, thumbprint, &HeldCertificate::thumbprint);
    return at == world.my.end() ? nullptr : &*at;
}

bool is_issuer(const EnrollmentService& ca, const CertificateFacts& certificate) {
    return std::ranges::any_of(ca.certificates, [&](const Bytes& octets) {
        const auto own = parse_certificate(octets);
        return own && own->subject_der == certificate.issuer_der;
    });
}

}  // namespace

std::vector<const PublishedCertificate*> possible_answers(const PendingRequest& entry,
                                                          const Snapshot& world) {
    const HeldCertificate* predecessor =
        entry.predecessor.empty() ? nullptr : in_my(entry.predecessor, world);
    if (!entry.predecessor.empty() && predecessor == nullptr) {
        return {};  // nothing tells an older certificate of the same key from the answer
    }
    const TemplateIndex index(world.templates);
    std::vector<const PublishedCertificate*> found;
    for (const PublishedCertificate& one : world.published) {
        const auto place = index.find(one.facts);
        const bool fits =
            place && equal_ignoring_case(world.templates[*place].name, entry.template_name) &&
            world.now < one.facts.not_after && in_my(one.thumbprint, world) == nullptr &&
            (predecessor == nullptr || one.facts.not_before > predecessor->facts.not_before);
        if (fits) {
            found.push_back(&one);
        }
    }
    return found;
}

const PublishedCertificate* find_answer(const PendingRequest& entry, ByteView public_key_info,
                                        const Snapshot& world) {
    const PublishedCertificate* newest = nullptr;
    for (const PublishedCertificate* one : possible_answers(entry, world)) {
        if (equal(one->facts.public_key_info, public_key_info) &&
            (newest == nullptr || one->facts.not_before > newest->facts.not_before)) {
            newest = one;
        }
    }
    return newest;
}

const EnrollmentService* issuer_of(const CertificateFacts& certificate, const PendingRequest& entry,
                                   const Snapshot& world) {
    const EnrollmentService* other = nullptr;
    for (const EnrollmentService& ca : world.services) {
        if (is_issuer(ca, certificate)) {
            if (ca.ref() == entry.ca) {
                return &ca;
            }
            other = &ca;
        }
    }
    return other;
}

std::string unanswered_text(const PendingRequest& entry) {
    return "sent to " + entry.ca.config() + " at " + ae::to_string(entry.submitted) +
           ", answer unknown";
}

std::string surplus_text(const PendingRequest& entry) {
    return "the answer of " + entry.ca.config() + " to the request of " +
           ae::to_string(entry.submitted) +
           " was lost: it may have issued one certificate that nobody holds";
}

}  // namespace ae::engine
