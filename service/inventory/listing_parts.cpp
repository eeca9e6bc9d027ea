#include "service/inventory/listing_parts.h"

#include "engine/base/text.h"

namespace ae::service {

Json facts_json(const engine::CertificateFacts& facts, const std::string& thumbprint) {
    return {{"thumbprint", thumbprint},
            {"subject", facts.subject},
            {"issuer", facts.issuer},
            {"serial", facts.serial},
            {"not_before", ae::to_string(facts.not_before)},
            {"not_after", ae::to_string(facts.not_after)},
            {"dns_names", facts.dns_names}};
}

std::string offline_line(const std::optional<Offline>& offline, Time now) {
    return offline ? "the directory is " + as_of(offline->source, now) + " (" +
                         ae::to_string(offline->source.read) +
                         "), because none answers now: " + printable(offline->problem) + '\n'
                   : std::string();
}

std::string notes_text(const std::vector<std::string>& notes) {
    std::string text;
    for (const std::string& note : notes) {
        text += "\nnote: " + printable(note) + '\n';
    }
    return text;
}

}  // namespace ae::service
