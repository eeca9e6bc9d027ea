#include "engine/base/text.h"
#include "service/cli/completion.h"

namespace ae::service {
namespace {

constexpr const char* kStart =
    R"(# PowerShell completion of aeclient, made by `aeclient completion powershell`.
Register-ArgumentCompleter -Native -CommandName 'aeclient', 'aeclient.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $known = @{
)";
constexpr const char* kValues = R"(    }
    $values = @{
)";
constexpr const char* kEnd = R"(    }
    $at = ''
    $previous = ''
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        $previous = $element.Extent.Text
        if ($known.ContainsKey("$at/$previous")) { $at = "$at/$previous" }
    }
    # Where nothing is offered PowerShell completes the names of files.
    $offered = $known[$at]
    if ($values.ContainsKey("$at $previous")) { $offered = $values["$at $previous"] }
    $offered.GetEnumerator() |
        Where-Object { $_.Key.StartsWith($wordToComplete, 'OrdinalIgnoreCase') } |
        ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)
        }
}
)";

std::string quoted(std::string_view text) {
    std::string made = "'";
    for (const char c : text) {
        made += c == '\'' ? std::string("''") : std::string(1, c);
    }
    return made + "'";
}

// One entry of a table; an empty explanation is none that PowerShell accepts.
std::string pair_of(const std::string& word, const std::string& text) {
    return "            " + quoted(word) + " = " + quoted(text) + '\n';
}

std::string table_of(const std::string& key, const std::string& pairs) {
    return "        " + quoted(key) + " = [ordered]@{\n" + pairs + "        }\n";
}

std::string known_of(const std::string& place, const CommandDoc& command) {
    std::string pairs;
    for (const CommandDoc& sub : command.commands) {
        pairs += pair_of(sub.name, sub.text);
    }
    for (const OptionDoc& one : command.positionals) {
        for (const std::string& word : one.choices) {
            pairs += pair_of(word, one.text);
        }
    }
    for (const OptionDoc& option : command.options) {
        for (const std::string& name : option.names) {
            pairs += pair_of(name, option.text);
        }
    }
    return table_of(place, pairs);
}

std::string values_of(const std::string& place, const CommandDoc& command) {
    std::string text;
    for (const OptionDoc& option : command.options) {
        if (option.kind == ValueKind::none) {
            continue;
        }
        std::string pairs;
        for (const std::string& word : option.choices) {
            pairs += pair_of(word, option.text);
        }
        for (const std::string& name : option.names) {
            text += table_of(place + ' ' + name, pairs);
        }
    }
    return text;
}

}  // namespace

std::string powershell_completion(const CommandDoc& program) {
    std::string known;
    std::string values;
    visit_commands(program, [&](const std::string& place, const CommandDoc& command) {
        known += known_of(place, command);
        values += values_of(place, command);
    });
    return kStart + known + kValues + values + kEnd;
}

}  // namespace ae::service
