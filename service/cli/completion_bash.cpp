#include "engine/base/text.h"
#include "service/cli/completion.h"

namespace ae::service {
namespace {

constexpr const char* kStart = R"(# bash completion of aeclient, made by `aeclient completion bash`.
_aeclient() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at='' words='' files='' i
    # bash breaks words at "=": --store=my is three of them.
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$at/${COMP_WORDS[i]}" in
)";
constexpr const char* kOptions = R"( at+="/${COMP_WORDS[i]}" ;;
        esac
    done
    case "$at $prev" in
)";
constexpr const char* kCommands = R"(        *)
            case "$at" in
)";
constexpr const char* kEnd = R"(            esac
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "-$files" -- "$cur")
    fi
}
complete -F _aeclient aeclient
)";

// What completes a value: words of our own, the names of files (f) or folders (d), or nothing.
std::string assignments_of(const OptionDoc& option, const std::vector<std::string>& more_words) {
    std::vector<std::string> words = option.choices;
    words.insert(words.end(), more_words.begin(), more_words.end());
    std::string text = words.empty() ? "" : " words='" + join(words, " ") + "'";
    if (option.kind == ValueKind::file || option.kind == ValueKind::folder) {
        text += (text.empty() ? "" : ";");
        text += option.kind == ValueKind::file ? " files=f" : " files=d";
    }
    return text;
}

std::string option_cases(const std::string& place, const CommandDoc& command) {
    std::string text;
    for (const OptionDoc& option : command.options) {
        if (option.kind == ValueKind::none) {
            continue;
        }
        std::vector<std::string> patterns;
        for (const std::string& name : option.names) {
            patterns.push_back("'" + place + ' ' + name + "'");
        }
        text += "        " + join(patterns, " | ") + ")" + assignments_of(option, {}) + " ;;\n";
    }
    return text;
}

std::string command_case(const std::string& place, const CommandDoc& command) {
    std::vector<std::string> words;
    for (const CommandDoc& sub : command.commands) {
        words.push_back(sub.name);
    }
    for (const OptionDoc& option : command.options) {
        words.insert(words.end(), option.names.begin(), option.names.end());
    }
    const OptionDoc first = command.positionals.empty() ? OptionDoc{} : command.positionals.front();
    return "                '" + place + "')" + assignments_of(first, words) + " ;;\n";
}

}  // namespace

std::string bash_completion(const CommandDoc& program) {
    std::string options;
    std::string commands;
    visit_commands(program, [&](const std::string& place, const CommandDoc& command) {
        options += option_cases(place, command);
        commands += command_case(place, command);
    });
    return kStart + std::string(12, ' ') + join(places_below(program), " | ") + ")" + kOptions +
           options + kCommands + commands + kEnd;
}

}  // namespace ae::service
