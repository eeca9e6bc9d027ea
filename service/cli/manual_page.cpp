#include "service/cli/manual_page.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

// Of the last change of what the pages say.  Not today's: two builds of one source are the same.
constexpr const char* kDate = "2026-11-21";
constexpr std::size_t kWidth = 66;  // escapes make lines longer

// Plain text for roff.
std::string escaped(std::string_view text) {
    std::string made;
    for (const char c : text) {
        if (c == '\\') {
            made += "\\e";
        } else if (c == '-') {
            made += "\\-";
        } else if (c == '\'') {
            made += "\\(aq";
        } else if (c == '`') {
            made += "\\(ga";
        } else {
            made += c;
        }
    }
    return made;
}

// Running text; no line begins as a request would.
std::string paragraph(const std::string& text) {
    const std::string narrow = wrapped(text, 0, kWidth);
    std::string lines;
    for (const std::string_view line : split(trim(narrow), '\n')) {
        lines += (line.starts_with('.') ? "\\&" : "") + escaped(line) + '\n';
    }
    return lines;
}

std::string sentence(std::string text) {
    return text.ends_with('.') ? text : std::move(text) + '.';
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string slanted(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string heading(const OptionDoc& option, const CommandDoc& command) {
    const bool positional = std::ranges::any_of(
        command.positionals, [&](const OptionDoc& one) { return one.names == option.names; });
    std::vector<std::string> names;
    for (const std::string& name : option.names) {
        names.push_back(positional ? slanted(name) : bold(name));
    }
    return join(names, ", ") + (option.value.empty() ? "" : ' ' + slanted(option.value)) +
           (option.repeats ? "..." : "");
}

std::string entries(const std::vector<OptionDoc>& options, const CommandDoc& command) {
    std::string text;
    for (const OptionDoc& option : options) {
        text +=
            ".TP\n" + heading(option, command) + '\n' + paragraph(sentence(sentences_of(option)));
    }
    return text;
}

std::string synopsis(const CommandDoc& command) {
    if (command.commands.empty()) {
        return bold(command.path) + escaped(usage_of(command).substr(command.path.size())) + '\n';
    }
    std::string text;
    for (const CommandDoc& sub : command.commands) {
        text += (text.empty() ? "" : ".br\n") + synopsis(sub);
    }
    return text;
}

std::string section(const std::string& title, const std::string& body) {
    return body.empty() ? body : ".SH " + title + '\n' + body;
}

std::string examples_of(const CommandDoc& command) {
    std::string lines;
    for (const std::string& example : command.examples) {
        lines += (example.starts_with('.') ? "\\&" : "") + escaped(example) + '\n';
    }
    return lines.empty() ? lines : ".nf\n" + lines + ".fi\n";
}

std::string start_of(const CommandDoc& command) {
    const std::string name = manual_name(command);
    std::string title = name;
    std::ranges::transform(title, title.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return ".\\\" Made of the command line's own description.\n.TH " + title + " 1 " + kDate +
           " \"aeclient " AE_VERSION "\" \"User Commands\"\n.SH NAME\n" + escaped(name) + " \\- " +
           escaped(command.text) + '\n';
}

// The description of a command without those below it.
std::string body_of(const CommandDoc& command) {
    std::string text = paragraph(sentence(command.text));
    for (const std::string& note : command.notes) {
        text += ".PP\n" + paragraph(note);
    }
    return text;
}

std::string below(const CommandDoc& command) {
    std::string text;
    for (const CommandDoc& sub : command.commands) {
        text += ".SS " + escaped(sub.path) + '\n' + body_of(sub) + entries(sub.positionals, sub) +
                entries(sub.options, sub);
        if (!sub.exit_codes.empty() && sub.exit_codes != command.exit_codes) {
            text += ".PP\n" + paragraph(sub.exit_codes);
        }
        text += sub.examples.empty() ? "" : ".PP\n" + examples_of(sub);
    }
    return text;
}

std::string see_also(const CommandDoc& command, const CommandDoc& program) {
    std::vector<std::string> pages;
    for (const CommandDoc& one : program.commands) {
        if (one.path != command.path) {
            pages.push_back("\\fB" + escaped(manual_name(one)) + "\\fR(1)");
        }
    }
    if (command.path == program.path) {
        return join(pages, ",\n") + '\n';
    }
    return "\\fB" + escaped(manual_name(program)) + "\\fR(1)\n";
}

std::string list_of_commands(const CommandDoc& program) {
    std::string text;
    std::string group;
    for (const CommandDoc& command : program.commands) {
        if (command.group != group) {
            group = command.group;
            text += ".SS " + escaped(group) + '\n';
        }
        text += ".TP\n\\fB" + escaped(manual_name(command)) + "\\fR(1)\n" +
                paragraph(sentence(command.text));
    }
    return text;
}

constexpr const char* kEnvironment = R"(.TP
\fBNO_COLOR\fR
Set and not empty, no colour is used; without it only where standard output is a
terminal.
.TP
\fBTERM\fR
.BR dumb :
no colour, and no line that shows how far the work is.
)";

}  // namespace

std::string manual_name(const CommandDoc& command) {
    std::string name = command.path;
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string manual_page(const CommandDoc& command, const CommandDoc& program) {
    const bool whole = command.path == program.path;
    return start_of(command) +
           section("SYNOPSIS", whole ? bold(command.path) + escaped(" COMMAND [OPTION]...") + '\n'
                                     : synopsis(command)) +
           section("DESCRIPTION", body_of(command)) +
           section("COMMANDS", whole ? list_of_commands(command) : below(command)) +
           section("ARGUMENTS", entries(command.positionals, command)) +
           section("OPTIONS", entries(command.options, command)) +
           section("EXIT STATUS", command.exit_codes.empty() ? "" : paragraph(command.exit_codes)) +
           section("ENVIRONMENT", whole ? kEnvironment : "") +
           section("EXAMPLES", examples_of(command)) +
           section("SEE ALSO", see_also(command, program));
}

}  // namespace ae::service
