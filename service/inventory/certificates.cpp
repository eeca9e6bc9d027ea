#include "service/inventory/certificates.h"

#include "engine/held_review.h"
#include "service/look_parts.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::HeldCertificate;

// The certificate's own extensions; often no more than the template's number.
std::string named_template(const engine::CertificateFacts& facts) {
    const auto& reference = facts.template_reference;
    if (!reference) {
        return {};
    }
    return reference->name.empty() ? reference->oid : reference->name;
}

ListedCertificate listed(const HeldCertificate& held, const TextOf& key_place) {
    return {.facts = held.facts,
            .thumbprint = held.thumbprint,
            .path = held.path,
            .template_name = named_template(held.facts),
            .key = held.key,
            .key_detail = held.key_detail,
            .key_place = key_place(held.thumbprint),
            .binding = held.facts.sid ? SidBinding::unknown : SidBinding::none};
}

}  // namespace

std::string_view to_string(SidBinding binding) {
    switch (binding) {
        case SidBinding::none:
            return "nobody";
        case SidBinding::own:
            return "this account";
        case SidBinding::other:
            return "another account";
        case SidBinding::unknown:
            break;
    }
    return "not compared";
}

std::string_view to_string(ListedStore store) {
    switch (store) {
        case ListedStore::my:
            return "my";
        case ListedStore::request:
            return "request";
        case ListedStore::root:
            return "root";
        case ListedStore::ca:
            return "ca";
        case ListedStore::nt_auth:
            break;
    }
    return "ntauth";
}

std::vector<ListedCertificate> certificates_of(const Preview& preview, const TextOf& key_place) {
    const engine::Snapshot& world = preview.world;
    const engine::TemplateIndex index(world.templates);
    const auto outlooks = engine::renewal_outlooks(world);
    std::vector<ListedCertificate> all;
    for (std::size_t i = 0; i < world.my.size(); ++i) {
        const HeldCertificate& held = world.my[i];
        ListedCertificate one = listed(held, key_place);
        if (const auto place = index.find(held.facts)) {
            one.managed = true;
            one.template_name = world.templates[*place].name;
        }
        one.chain = held.chain;
        one.renewal = outlooks[i];
        if (const auto* decided =
                find_decision(preview.plan, engine::About::certificate, held.thumbprint)) {
            one.decision = *decided;
        }
        if (held.facts.sid) {
            one.binding =
                *held.facts.sid == world.account.object_sid ? SidBinding::own : SidBinding::other;
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<ListedCertificate> certificates_of(const std::vector<HeldCertificate>& held,
                                               const TextOf& key_place, const TextOf& template_of) {
    std::vector<ListedCertificate> all;
    for (const HeldCertificate& each : held) {
        all.push_back(listed(each, key_place));
        if (std::string name = template_of(each.thumbprint); !name.empty()) {
            all.back().template_name = std::move(name);
        }
    }
    return all;
}

std::vector<ListedCertificate> certificates_of(const std::vector<Bytes>& trusted, const Sha1& sha1,
                                               std::vector<std::string>& notes) {
    std::vector<ListedCertificate> all;
    for (const Bytes& der : trusted) {
        std::string thumbprint = sha1(der);
        auto facts = engine::parse_certificate(der);
        if (facts) {
            all.push_back({.facts = std::move(*facts), .thumbprint = std::move(thumbprint)});
        } else {
            notes.push_back("certificate " + thumbprint +
                            " cannot be read: " + facts.error().sentence());
        }
    }
    return all;
}

}  // namespace ae::service
