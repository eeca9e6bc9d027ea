#include "service/cli/options.h"

#include "service/cli/usage_error.h"
#include "service/console.h"

#include <algorithm>
#include <iostream>

namespace ae::service {
namespace {

constexpr int kUsageError = 64;  // EX_USAGE of sysexits.h
constexpr std::string_view kHelp = "help";

// CLI11 would print the help of whatever stands before the word that is none.
bool names_a_command(const std::vector<std::string>& line, CommandDoc doc) {
    for (std::size_t i = 1; i < line.size() && !doc.commands.empty(); ++i) {
        const auto at = std::ranges::find(doc.commands, line[i], &CommandDoc::name);
        if (at == doc.commands.end()) {
            return line[i].starts_with('-');
        }
        doc = CommandDoc(*at);
    }
    return true;
}

// `aeclient help service run` is `aeclient service run --help`, `aeclient help docter` the same
// mistake as `aeclient docter`.
std::vector<std::string> without_help_word(const CLI::App& app, std::vector<std::string> line) {
    if (line.size() > 1 && line[1] == kHelp) {
        line.erase(line.begin() + 1);
        if (names_a_command(line, describe(app))) {
            line.emplace_back("--help");
        }
    }
    return line;
}

ExitNow end_of(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_name() == "CallForHelp") {
        return {print(help_text(describe(innermost(app))), 0)};
    }
    if (error.get_exit_code() == 0) {
        return {print(std::string(error.what()) + '\n', 0)};  // the version
    }
    std::cerr << usage_complaint(app, error);
    return {kUsageError};
}

}  // namespace

Command parse_command_line(const std::vector<std::string>& line) {
    Command chosen = ExitNow{};
    const auto app = command_tree(chosen);
    const std::vector<std::string> read = without_help_word(*app, line);
    std::vector<const char*> words;
    words.reserve(read.size());
    for (const std::string& word : read) {
        words.push_back(word.c_str());
    }
    try {
        app->parse(static_cast<int>(words.size()), words.data());
    } catch (const CLI::ParseError& error) {
        return end_of(*app, error);
    }
    return chosen;
}

}  // namespace ae::service
