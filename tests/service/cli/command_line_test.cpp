// What the command line says of itself, and what it says to a wrong one.
#include "engine/base/text.h"
#include "service/cli/command_doc.h"
#include "service/cli/usage_error.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace ae::service;

namespace {

// Words as a shell makes them of a line: quotes keep blanks together; what follows '|' or '>' is
// another program's.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words{""};
    char quote = 0;
    for (const char c : line) {
        if (quote == 0 && (c == '|' || c == '>')) {
            break;
        }
        if (c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
        } else if (quote == 0 && c == ' ') {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    std::erase(words, "");
    return words;
}

void each_command(const CommandDoc& command,
                  const std::function<void(const CommandDoc& command)>& check) {
    check(command);
    for (const CommandDoc& sub : command.commands) {
        each_command(sub, check);
    }
}

std::string complaint_about(std::vector<std::string> words) {
    words.insert(words.begin(), kProgram);
    Command chosen = ExitNow{};
    const auto app = command_tree(chosen);
    std::vector<const char*> line;
    for (const std::string& word : words) {
        line.push_back(word.c_str());
    }
    try {
        app->parse(static_cast<int>(line.size()), line.data());
    } catch (const CLI::ParseError& error) {
        return usage_complaint(*app, error);
    }
    return "no complaint";
}

CommandDoc command(const std::string& path) {
    CommandDoc found;
    each_command(describe_program(), [&](const CommandDoc& one) {
        if (one.path == path) {
            found = one;
        }
    });
    REQUIRE(found.path == path);
    return found;
}

const OptionDoc& option_of(const CommandDoc& command, const std::string& name) {
    const auto at = std::ranges::find_if(command.options, [&](const OptionDoc& one) {
        return std::ranges::find(one.names, name) != one.names.end();
    });
    REQUIRE(at != command.options.end());
    return *at;
}

}  // namespace

TEST_CASE("every command says what it does, its exit codes, and gives an example", "[cli]") {
    each_command(describe_program(), [](const CommandDoc& one) {
        INFO(one.path);
        CHECK_FALSE(one.text.empty());
        CHECK_FALSE(one.text.ends_with('.'));  // the pages put it there
        if (one.commands.empty()) {
            CHECK(one.exit_codes.starts_with("Exit code: 0 "));
            CHECK(one.exit_codes.find("64") != std::string::npos);
            CHECK_FALSE(one.examples.empty());
        }
        for (const OptionDoc& option : one.options) {
            INFO(heading_of(option));
            CHECK_FALSE(option.text.empty());
        }
    });
}

TEST_CASE("every example is a command line that is understood, and one of its command", "[cli]") {
    std::size_t checked = 0;
    each_command(describe_program(), [&](const CommandDoc& one) {
        for (const std::string& example : one.examples) {
            if (example.starts_with("source <(")) {
                continue;
            }
            INFO(example);
            CHECK(example.starts_with(one.path));
            if (example.starts_with("aeclient help")) {
                continue;  // prints
            }
            const Command command = parse_command_line(words_of(example));
            CHECK_FALSE(std::holds_alternative<ExitNow>(command));
            ++checked;
        }
    });
    CHECK(checked > 30);
}

TEST_CASE("every command that prints a report has --json and --quiet", "[cli]") {
    each_command(describe_program(), [](const CommandDoc& one) {
        const std::vector<std::string> without{
            "aeclient capture",           "aeclient service run", "aeclient service install",
            "aeclient service uninstall", "aeclient completion",  "aeclient help"};
        if (!one.commands.empty() || std::ranges::find(without, one.path) != without.end()) {
            return;
        }
        INFO(one.path);
        CHECK(option_of(one, "--json").kind == ValueKind::none);
        CHECK(option_of(one, "--quiet").names == std::vector<std::string>{"-q", "--quiet"});
    });
}

TEST_CASE("no word of the help is longer than a terminal, and no line that can be broken",
          "[cli]") {
    each_command(describe_program(), [](const CommandDoc& one) {
        const std::string help = help_text(one);
        for (const std::string_view line : ae::split(help, '\n')) {
            INFO(line);
            const bool example =
                std::ranges::find(one.examples, std::string(ae::trim(line))) != one.examples.end();
            const bool usage = line.starts_with("Usage:");
            CHECK((example || usage || line.size() <= 80));
        }
    });
}

TEST_CASE("help shows usage, arguments, options, exit codes and examples", "[cli]") {
    const std::string help = help_text(command("aeclient certs"));
    CHECK(help.find("Usage: aeclient certs [OPTION]...\n") != std::string::npos);
    CHECK(
        help.find("  --store STORE         The store; without it: my. One of: my, request, root,\n"
                  "                        ca, ntauth\n") != std::string::npos);
    CHECK(help.find("Print one JSON object instead of tables. Not with\n"
                    "                        --quiet\n") != std::string::npos);
    CHECK(help.find("\nExit code: 0 ") != std::string::npos);
    CHECK(help.find("\nExamples:\n  aeclient certs\n") != std::string::npos);
    CHECK(usage_of(command("aeclient policy set")) == "aeclient policy set [OPTION]... NAME VALUE");
    CHECK(usage_of(command("aeclient key-test")) == "aeclient key-test [OPTION]... [PROVIDER]");
    CHECK(usage_of(command("aeclient service")) == "aeclient service COMMAND [OPTION]...");
}

TEST_CASE("what the service alone uses is not described", "[cli]") {
    const std::string help = help_text(command("aeclient pulse"));
    CHECK(help.find("--worker") == std::string::npos);
    CHECK(help.find("--trigger") == std::string::npos);
}

TEST_CASE("values are described as what they are", "[cli]") {
    CHECK(option_of(command("aeclient plan"), "--from").kind == ValueKind::file);
    CHECK(option_of(command("aeclient certs"), "--store").choices ==
          std::vector<std::string>{"my", "request", "root", "ca", "ntauth"});
    CHECK(option_of(command("aeclient doctor"), "--ca").kind == ValueKind::text);
    CHECK(command("aeclient capture").positionals.front().kind == ValueKind::file);
    CHECK(command("aeclient completion").positionals.front().choices.size() == 4);
    CHECK(option_of(command("aeclient report"), "--merge").repeats);
}

TEST_CASE("text is broken between words, and a word that is too long stays whole", "[cli]") {
    CHECK(wrapped("one two three", 0, 7) == "one two\nthree\n");
    CHECK(wrapped("one two three", 0, 6) == "one\ntwo\nthree\n");
    CHECK(wrapped("one two", 2, 7) == "  one\n  two\n");
    CHECK(wrapped("extraordinary", 2, 7) == "  extraordinary\n");
    CHECK(wrapped("", 0, 7) == "\n");
}

TEST_CASE("a wrong word is answered with the right one", "[cli]") {
    struct Typed {
        std::vector<std::string> words;
        std::string sentence;
    };
    const std::vector<Typed> table{
        {{"enrol"}, "there is no command \"aeclient enrol\"; did you mean enroll?"},
        {{"policy", "shwo"}, "there is no command \"aeclient policy shwo\"; did you mean show?"},
        {{"xyzzy"}, "there is no command \"aeclient xyzzy\"\n"},
        {{"doctor", "--jsno"}, "\"aeclient doctor\" has no option --jsno; did you mean --json?"},
        {{"events", "--sinse=8h"},
         "\"aeclient events\" has no option --sinse; did you mean --since?"},
        {{"retrieve", "--jsno"},
         "\"aeclient retrieve\" has no option --jsno; did you mean --json?"},
        {{"--json", "status"},
         "\"aeclient\" has no option --json (options stand behind the command that they are for)"},
        {{"key-test", "a", "b"}, "\"aeclient key-test\" takes no further argument \"b\""},
        {{"status", "now"}, "\"aeclient status\" takes no argument \"now\""},
        {{"certs", "--store", "nauth"},
         "--store: \"nauth\" is none of my, request, root, ca, ntauth; did you mean ntauth?"},
        {{"completion", "bahs"}, "did you mean bash?"},
        {{"capture"}, "\"aeclient capture\": FILE is required"},
        {{"enroll"}, "\"aeclient enroll\": TEMPLATE, or --interactive, is required"},
        {{"enroll", "--json"}, "TEMPLATE, or --interactive, is required"},
        {{"service"}, "\"aeclient service\" needs a command: run, install, uninstall"},
        {{}, "\"aeclient\" needs a command: pulse, "}};
    for (const Typed& row : table) {
        INFO(ae::join(row.words, " "));
        CHECK_THAT(complaint_about(row.words), Catch::Contains(row.sentence));
    }
}

TEST_CASE("help about a command that does not exist is a wrong command line", "[cli]") {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"aeclient", "help", "docter"},
          {"aeclient", "help", "policy", "shwo"},
          {"aeclient", "help", "docter", "--json"}}) {
        const Command command = parse_command_line(words);
        REQUIRE(std::holds_alternative<ExitNow>(command));
        CHECK(std::get<ExitNow>(command).code == 64);
    }
    CHECK(std::get<ExitNow>(parse_command_line({"aeclient", "help", "doctor"})).code == 0);
    CHECK(std::get<ExitNow>(parse_command_line({"aeclient", "help", "policy", "show"})).code == 0);
}

TEST_CASE("a wrong command line reaches the terminal printable", "[cli]") {
    for (const char* word : {"\x1b[31mpulse", "--\x1b[31m", "a\nb"}) {
        for (const std::vector<std::string>& words :
             {std::vector<std::string>{word}, {"status", word}, {"certs", "--store", word}}) {
            const std::string said = complaint_about(words);
            CHECK(said.find('\x1b') == std::string::npos);
            CHECK(std::ranges::count(said, '\n') == 2);
        }
    }
}

TEST_CASE("the complaint says where to read on: at the command that was named", "[cli]") {
    CHECK_THAT(complaint_about({"policy", "set"}),
               Catch::EndsWith("\n\"aeclient policy set --help\" says what it takes.\n"));
    CHECK_THAT(complaint_about({"nonsense"}),
               Catch::EndsWith("\n\"aeclient --help\" says what it takes.\n"));
}
