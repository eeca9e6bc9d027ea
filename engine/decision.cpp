#include "engine/decision.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ae::engine {
namespace {

struct VerdictName {
    Verdict verdict;
    std::string_view name;
};
constexpr std::array kVerdictNames = {
    VerdictName{Verdict::enroll, "wanted"},
    VerdictName{Verdict::renew, "to be renewed"},
    VerdictName{Verdict::held, "held"},
    VerdictName{Verdict::pending, "pending"},
    VerdictName{Verdict::superseded, "superseded"},
    VerdictName{Verdict::published, "held elsewhere"},
    VerdictName{Verdict::policy_off, "off by policy"},
    VerdictName{Verdict::not_readable, "not readable"},
    VerdictName{Verdict::no_enroll_right, "no Enroll right"},
    VerdictName{Verdict::no_autoenroll_right, "no Autoenroll right"},
    VerdictName{Verdict::not_autoenrollable, "not autoenrollable"},
    VerdictName{Verdict::wrong_context, "wrong context"},
    VerdictName{Verdict::not_offered, "not offered by any CA"},
    VerdictName{Verdict::not_trusted, "no trusted CA"},
    VerdictName{Verdict::not_supported, "not supported"},
    VerdictName{Verdict::not_understood, "not understood"},
    VerdictName{Verdict::waiting, "waiting"},
    VerdictName{Verdict::braked, "braked"},
    VerdictName{Verdict::needs_user, "needs the user"},
    VerdictName{Verdict::retrieve, "to be fetched"},
    VerdictName{Verdict::forget, "to be dropped"},
    VerdictName{Verdict::archive, "to be archived"},
    VerdictName{Verdict::remove, "to be deleted"},
    VerdictName{Verdict::left_alone, "left alone"},
    VerdictName{Verdict::issued, "issued"},
    VerdictName{Verdict::failed, "failed"},
    VerdictName{Verdict::archived, "archived"},
    VerdictName{Verdict::removed, "deleted"},
    VerdictName{Verdict::forgotten, "dropped"},
};

}  // namespace

std::string_view to_string(Verdict verdict) {
    const auto* at = std::ranges::find(kVerdictNames, verdict, &VerdictName::verdict);
    return at == kVerdictNames.end() ? std::string_view("unknown") : at->name;
}

std::string_view to_string(About about) {
    switch (about) {
        case About::template_type:
            return "template";
        case About::certificate:
            return "certificate";
        case About::request:
            break;
    }
    return "request";
}

Decision about_template(const std::string& template_name, Verdict verdict, std::string rule,
                        std::string fact, std::string remedy, std::optional<EventId> event) {
    return {.template_name = template_name,
            .verdict = verdict,
            .rule = std::move(rule),
            .fact = std::move(fact),
            .remedy = std::move(remedy),
            .event = event};
}

}  // namespace ae::engine
