// The command line described as values: what --help, the manual pages and the shells' completion
// are made of, so that none of them can say anything else than what is understood. Pure values, any
// thread.  Not for reading a command line: options.h.
#pragma once

#include <string>
#include <vector>

namespace ae::service {

enum class ValueKind { none, text, file, folder, choice };

struct OptionDoc {
    std::vector<std::string> names{};  // "-q", "--quiet"; of a positional its one name, "FILE"
    std::string value{};               // what stands behind it: "FILE"; empty: nothing
    ValueKind kind = ValueKind::none;
    std::vector<std::string> choices{};
    std::string text{};
    std::string preset{};  // without it this holds; empty: nothing to tell
    bool required = false;
    bool repeats = false;                 // takes several values
    std::vector<std::string> needs{};     // only together with these
    std::vector<std::string> excludes{};  // never together with these
};

struct CommandDoc {
    std::string name{};   // "run"
    std::string path{};   // "aeclient service run"
    std::string group{};  // the heading above it in the list of commands
    std::string text{};
    std::vector<OptionDoc> positionals{};
    std::vector<OptionDoc> options{};
    std::string exit_codes{};             // one paragraph
    std::vector<std::string> notes{};     // paragraphs
    std::vector<std::string> examples{};  // command lines
    std::vector<CommandDoc> commands{};
};

// Of aeclient's own command line, as this build has it.
CommandDoc describe_program();

// "aeclient service run [OPTION]..."
std::string usage_of(const CommandDoc& command);
// "-q, --quiet", "--store STORE", "FILE..."
std::string heading_of(const OptionDoc& option);
// Text, choices, preset, needs and excludes as sentences.
std::string sentences_of(const OptionDoc& option);

// What `aeclient COMMAND --help` prints: lines of 80 characters at most where words allow that.
std::string help_text(const CommandDoc& command);

// `text` in lines of at most `width` characters, each with `indent` blanks in front.  A blank line
// stays one.  Pure.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

}  // namespace ae::service
