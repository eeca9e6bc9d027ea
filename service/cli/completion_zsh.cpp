#include "engine/base/text.h"
#include "service/cli/completion.h"

namespace ae::service {
namespace {

constexpr const char* kStart = R"(#compdef aeclient
# zsh completion of aeclient, made by `aeclient completion zsh`.
_aeclient() {
    local at='' i last=1
    for ((i = 2; i < CURRENT; i++)); do
        case "$at/${words[i]}" in
            ()";
constexpr const char* kCommands = R"()
                at+="/${words[i]}"
                last=$i
                ;;
        esac
    done
    # What _arguments counts begins at the command.
    words=("${(@)words[last,-1]}")
    ((CURRENT -= last - 1))
    local curcontext=$curcontext state line
    local -a commands
    typeset -A opt_args
    case "$at" in
)";
constexpr const char* kEnd = R"(    esac
    if [[ $state == command ]]; then
        _describe -t commands command commands
    fi
}
# Found on $fpath this is the function itself; read with `source` it has to be made known.
if [[ ${funcstack[1]} == _aeclient ]]; then
    _aeclient "$@"
else
    compdef _aeclient aeclient
fi
)";

std::string quoted(std::string_view text) {
    std::string made = "'";
    for (const char c : text) {
        made += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return made + "'";
}

// Inside [...] of _arguments.
std::string explanation(const std::string& text) {
    std::string made;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == '\\') {
            made += '\\';
        }
        made += c;
    }
    return made;
}

std::string action_of(const OptionDoc& option) {
    switch (option.kind) {
        case ValueKind::choice:
            return "(" + join(option.choices, " ") + ")";
        case ValueKind::file:
            return "_files";
        case ValueKind::folder:
            return "_files -/";
        case ValueKind::none:
        case ValueKind::text:
            break;
    }
    return " ";
}

void add_specs(const OptionDoc& option, std::vector<std::string>& specs) {
    std::vector<std::string> not_with = option.names;
    not_with.insert(not_with.end(), option.excludes.begin(), option.excludes.end());
    const std::string before = option.repeats ? "*" : "(" + join(not_with, " ") + ")";
    for (const std::string& name : option.names) {
        const bool value = option.kind != ValueKind::none;
        specs.push_back(quoted(before + name + (value && name.starts_with("--") ? "=" : "") + '[' +
                               explanation(option.text) + ']' +
                               (value ? ':' + option.value + ':' + action_of(option) : "")));
    }
}

std::string command_case(const std::string& place, const CommandDoc& command) {
    std::vector<std::string> specs;
    for (const OptionDoc& option : command.options) {
        add_specs(option, specs);
    }
    std::string text = "        (" + quoted(place) + ")\n";
    if (!command.commands.empty()) {
        specs.push_back(quoted("1: :->command"));
        text += "            commands=(\n";
        for (const CommandDoc& sub : command.commands) {
            text += "                " + quoted(sub.name + ':' + sub.text) + '\n';
        }
        text += "            )\n";
    }
    for (const OptionDoc& one : command.positionals) {
        specs.push_back(
            quoted((one.repeats ? "*:" : "1:") + one.names.front() + ':' + action_of(one)));
    }
    text += "            _arguments -s";
    for (const std::string& spec : specs) {
        text += " \\\n                " + spec;
    }
    return text + "\n            ;;\n";
}

}  // namespace

std::string zsh_completion(const CommandDoc& program) {
    std::string commands;
    visit_commands(program, [&](const std::string& place, const CommandDoc& command) {
        commands += command_case(place, command);
    });
    return kStart + join(places_below(program), "|") + kCommands + commands + kEnd;
}

}  // namespace ae::service
