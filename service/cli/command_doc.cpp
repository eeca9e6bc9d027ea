#include "service/cli/command_doc.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 24;  // where the texts of options and commands begin

// "NAME" beside its text, or above it where it is too long.
std::string entry(const std::string& heading, const std::string& text) {
    const std::string body = wrapped(text, kColumn, kWidth);
    const std::string head = "  " + heading;
    if (head.size() + 2 > kColumn) {
        return head + '\n' + body;
    }
    return head + body.substr(head.size());
}

std::string section(const std::string& title, const std::vector<OptionDoc>& options) {
    std::string text;
    for (const OptionDoc& option : options) {
        text += entry(heading_of(option), sentences_of(option));
    }
    return text.empty() ? text : '\n' + title + ":\n" + text;
}

std::string commands_section(const CommandDoc& command) {
    std::string text;
    std::string group;
    for (const CommandDoc& sub : command.commands) {
        if (sub.group != group) {
            group = sub.group;
            text += '\n' + group + ":\n";
        }
        text += entry(sub.name, sub.text);
    }
    return text;
}

}  // namespace

std::string usage_of(const CommandDoc& command) {
    std::string text = command.path;
    if (!command.commands.empty()) {
        return text + " COMMAND [OPTION]...";
    }
    text += command.options.empty() ? "" : " [OPTION]...";
    for (const OptionDoc& one : command.positionals) {
        text += one.required ? ' ' + heading_of(one) : " [" + heading_of(one) + ']';
    }
    return text;
}

std::string heading_of(const OptionDoc& option) {
    return join(option.names, ", ") + (option.value.empty() ? "" : ' ' + option.value) +
           (option.repeats ? "..." : "");
}

std::string sentences_of(const OptionDoc& option) {
    std::string text = option.text;
    const auto add = [&text](const std::string& start, const std::vector<std::string>& names) {
        if (!names.empty()) {
            text += ". " + start + join(names, ", ");
        }
    };
    add("One of: ", option.choices);
    add("Without it: ", option.preset.empty() ? std::vector<std::string>{}
                                              : std::vector<std::string>{option.preset});
    add("Only with ", option.needs);
    add("Not with ", option.excludes);
    return text;
}

std::string help_text(const CommandDoc& command) {
    std::string text =
        wrapped(command.text + '.', 0, kWidth) + "\nUsage: " + usage_of(command) + '\n';
    text += section("Arguments", command.positionals);
    text += commands_section(command);
    text += section("Options", command.options);
    for (const std::string& note : command.notes) {
        text += '\n' + wrapped(note, 0, kWidth);
    }
    if (!command.exit_codes.empty()) {
        text += '\n' + wrapped(command.exit_codes, 0, kWidth);
    }
    if (!command.examples.empty()) {
        text += "\nExamples:\n";
    }
    for (const std::string& example : command.examples) {
        text += "  " + example + '\n';
    }
    return text;
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
    const std::string blanks(indent, ' ');
    std::string lines;
    std::string line;
    for (const std::string_view word : split(text, ' ')) {
        if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
            lines += blanks + line + '\n';
            line.clear();
        }
        line += line.empty() ? "" : " ";
        line += word;
    }
    return lines + blanks + line + '\n';
}

}  // namespace ae::service
