#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/cli/nearest.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/explain/explain_report.h"
#include "service/look.h"
#include "stores/crypto.h"

namespace ae::service {
namespace {

int print_explanation(const Explanation& explanation, Output output) {
    return print_as(
        output, [&] { return explanation_as_text(explanation, style_of_output()); },
        [&] { return explanation_as_json(explanation); }, 0);
}

Error unknown_code(const std::string& what) {
    return {kInvalidArgument, unknown_code_text(what),
            "Look it up in [MS-ERREF], or where the program comes from"};
}

// By its thumbprint, or the beginning that the listings show.
Result<std::optional<CertificateAnswer>> find_certificate(const Preview& preview,
                                                          const std::string& what) {
    const auto digits = engine::thumbprint_of(what);
    if (!digits) {
        return std::nullopt;
    }
    const auto crypto = stores::make_crypto();
    const Sha1 sha1 = [&](ByteView certificate) {
        return to_hex(crypto->digest(engine::HashAlgorithm::sha1, certificate));
    };
    const auto found = engine::thumbprints_like(*digits, explainable_thumbprints(preview, sha1));
    if (found.size() > 1) {
        return fail(engine::ambiguous(what, found));
    }
    return found.empty() ? std::nullopt : explain_certificate(preview, found.front(), sha1);
}

// What only this context knows: one of its templates, or one of its certificates.
Result<Explanation> explain_here(const ExplainCommand& command) {
    open_quiet_log(command.sources);
    const auto preview = look(command.sources, command.from);
    if (!preview) {
        return tl::unexpected<Error>(
            Error(preview.error()).within("explain " + printable(command.what)));
    }
    Explanation explanation{
        .asked = command.what, .offline = preview->offline, .now = preview->world.now};
    explanation.of_template = explain_template_of(*preview, command.what);
    if (explanation.of_template) {
        return explanation;
    }
    auto certificate = find_certificate(*preview, command.what);
    if (!certificate) {
        return pass(certificate);
    }
    explanation.certificate = std::move(*certificate);
    if (explanation.certificate) {
        return explanation;
    }
    if (is_written_as_code(command.what)) {
        return fail(unknown_code(command.what));
    }
    return fail(kInvalidArgument,
                "nothing is known here of \"" + printable(command.what) +
                    "\": no template, no certificate, no result code, no event" +
                    did_you_mean(command.what, explainable_names(*preview)),
                "\"aeclient templates --all\" and \"aeclient certs\" list the names");
}

}  // namespace

int run(const ExplainCommand& command) {
    const Explanation word = explain_word(command.what);
    if (!word.codes.empty() || !word.events.empty()) {
        return print_explanation(word, command.output);
    }
    // Digits alone may begin a thumbprint.
    if (is_written_as_code(command.what) && !engine::thumbprint_of(command.what)) {
        return complain(unknown_code(command.what));
    }
    if (is_written_as_event(command.what)) {
        return complain({kInvalidArgument,
                         "no event \"" + printable(command.what) + "\" is known of that source",
                         "docs/service.md lists the sources; \"aeclient events\" those recorded"});
    }
    const auto here = explain_here(command);
    return here ? print_explanation(*here, command.output) : complain(here.error());
}

}  // namespace ae::service
