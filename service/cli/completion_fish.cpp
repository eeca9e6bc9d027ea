#include "engine/base/text.h"
#include "service/cli/completion.h"

namespace ae::service {
namespace {

constexpr const char* kStart = R"(# fish completion of aeclient, made by `aeclient completion fish`.
function __aeclient_at
    set -l at
    set -l words (commandline -opc)
    for word in $words[2..]
        switch "$at/$word"
            case )";
constexpr const char* kEnd = R"(
                set at "$at/$word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c aeclient -f
)";

std::string quoted(std::string_view text) {
    std::string made = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            made += '\\';
        }
        made += c;
    }
    return made + "'";
}

// How what stands behind an option, or in a place of its own, is completed.
std::string value_of(const OptionDoc& option) {
    switch (option.kind) {
        case ValueKind::none:
            return "";
        case ValueKind::choice:
            return " -x -a " + quoted(join(option.choices, " "));
        case ValueKind::file:
            return " -r -F";
        case ValueKind::folder:
            return " -x -a '(__fish_complete_directories)'";
        case ValueKind::text:
            break;
    }
    return " -x";
}

std::string lines_of(const std::string& place, const CommandDoc& command) {
    // The place is no foreign text: letters, '-' and '/'.
    const std::string start = "complete -c aeclient -n \"__aeclient_at '" + place + "'\"";
    std::string text;
    for (const CommandDoc& sub : command.commands) {
        text += start + " -a " + sub.name + " -d " + quoted(sub.text) + '\n';
    }
    for (const OptionDoc& option : command.options) {
        text += start;
        for (const std::string& name : option.names) {
            text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        text += value_of(option) + " -d " + quoted(option.text) + '\n';
    }
    for (const OptionDoc& one : command.positionals) {
        if (one.kind == ValueKind::file) {
            text += start + " -F\n";
        } else if (one.kind == ValueKind::choice) {
            text += start + " -a " + quoted(join(one.choices, " ")) + '\n';
        }
    }
    return text;
}

}  // namespace

std::string fish_completion(const CommandDoc& program) {
    std::string text = kStart + join(places_below(program), " ") + kEnd;
    visit_commands(program, [&](const std::string& place, const CommandDoc& command) {
        text += lines_of(place, command);
    });
    return text;
}

}  // namespace ae::service
