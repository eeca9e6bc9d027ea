#include "service/cli/usage_error.h"

#include "engine/base/text.h"
#include "service/cli/nearest.h"

namespace ae::service {
namespace {

std::vector<std::string> command_names(const CommandDoc& doc) {
    std::vector<std::string> names;
    for (const CommandDoc& one : doc.commands) {
        names.push_back(one.name);
    }
    return names;
}

std::vector<std::string> option_names(const CommandDoc& doc) {
    std::vector<std::string> names;
    for (const OptionDoc& one : doc.options) {
        names.insert(names.end(), one.names.begin(), one.names.end());
    }
    return names;
}

// "--since=8h" names --since.
std::string name_in(const std::string& word) { return word.substr(0, word.find('=')); }

std::string about_option(const CommandDoc& doc, const std::string& word) {
    const std::string name = name_in(word);
    if (!doc.commands.empty()) {
        return "\"" + doc.path + "\" has no option " + printable(name) +
               did_you_mean(name, option_names(doc)) +
               " (options stand behind the command that they are for)";
    }
    return "\"" + doc.path + "\" has no option " + printable(name) +
           did_you_mean(name, option_names(doc));
}

// Nothing fits a word: `extra` is the first one.
std::string about_extra(const CommandDoc& doc, const std::string& extra) {
    if (extra.size() > 1 && extra.front() == '-') {
        return about_option(doc, extra);
    }
    if (!doc.commands.empty()) {
        return "there is no command \"" + doc.path + ' ' + printable(extra) + "\"" +
               did_you_mean(extra, command_names(doc));
    }
    return "\"" + doc.path + "\" takes no " + (doc.positionals.empty() ? "" : "further ") +
           "argument \"" + printable(extra) + "\"";
}

// The first command with a word that fits nothing, else the innermost.
const CLI::App& blamed(const CLI::App& app) {
    const auto below = app.get_subcommands();
    return below.empty() || !app.remaining().empty() ? app : blamed(*below.back());
}

std::string sentence_of(const CLI::App& command, const CLI::ParseError& error) {
    const CommandDoc doc = describe(command);
    const auto extras = command.remaining();
    // A missing argument is often one that was spelt wrongly.
    const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (!extras.empty() && (missing || dynamic_cast<const CLI::ExtrasError*>(&error))) {
        return about_extra(doc, extras.front());
    }
    if (missing && !doc.commands.empty()) {
        return "\"" + doc.path + "\" needs a command: " + join(command_names(doc), ", ");
    }
    return "\"" + doc.path + "\": " + printable(error.what());
}

}  // namespace

const CLI::App& innermost(const CLI::App& app) {
    const auto below = app.get_subcommands();
    return below.empty() ? app : innermost(*below.back());
}

std::string usage_complaint(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = blamed(app);
    return "aeclient: " + sentence_of(command, error) + "\n\"" + describe(command).path +
           " --help\" says what it takes.\n";
}

}  // namespace ae::service
