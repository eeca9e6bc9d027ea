// What `aeclient templates` lists: each template of the forest with what this account may do with
// it, the entry that decided that, the rule that keeps it from being autoenrolled, and the CAs that
// offer it.  Every answer is the engine's (access_check.h, explain_template(), Plan::decisions,
// CaOffers).  Values; pure, any thread.
#pragma once

#include "engine/access_check.h"
#include "engine/rule_trail.h"
#include "service/preview.h"
#include "service/style.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::service {

struct ListedTemplate {
    std::string name{};  // cn
    std::string display_name{};
    std::string oid{};
    std::string version{};  // "100.4"
    std::uint32_t schema_version = 0;
    engine::Scope for_whom{};
    // Nothing in `problem` but a sentence: the security could not be read at all.
    engine::AccessAnswer read{};
    engine::AccessAnswer enroll{};
    engine::AccessAnswer autoenroll{};
    std::optional<engine::RuleStep> objection{};  // the first of E1-E10, S1 that did not pass
    engine::Decision decision{};                  // of the next pulse
    std::vector<std::string> offered_by{};        // "host\\name"
    std::vector<std::string> closed{};  // those that list it and are of no use, a clause each
};

struct TemplateListing {
    engine::Scope scope{};
    Time now{};
    std::string account{};
    std::string ca{};  // only what it offers; empty: all
    std::vector<ListedTemplate> templates{};
    std::size_t left_out = 0;  // those without a right to enroll
    std::optional<Offline> offline{};
    std::vector<std::string> notes{};
};

enum class ListedTemplates { with_rights, all };

// `ca`: "host\\name", or the name alone; empty: whoever offers it.  kFileNotFound: the directory
// has no such CA.
Result<TemplateListing> list_templates(const Preview& preview, const std::string& ca,
                                       ListedTemplates which);

std::string templates_as_text(const TemplateListing& listing, const Style& style = {});
std::string templates_as_json(const TemplateListing& listing);

}  // namespace ae::service
