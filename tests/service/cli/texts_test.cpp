// Completion scripts and manual pages as texts; shells_test.py gives them to the real programs.
#include "engine/base/text.h"
#include "service/cli/completion.h"
#include "service/cli/manual_page.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace ae::service;

namespace {

constexpr const char* kNasty = "don't \\ [here] $(rm) `rm` \"x\"";

OptionDoc option(std::vector<std::string> names, ValueKind kind = ValueKind::none) {
    OptionDoc made{.names = std::move(names), .kind = kind, .text = "Says something"};
    made.value = kind == ValueKind::none ? "" : "VALUE";
    return made;
}

CommandDoc toy() {
    CommandDoc run{.name = "run", .path = "toy service run", .text = "Run it"};
    run.options = {option({"-q", "--quiet"}), option({"--where"}, ValueKind::folder)};
    run.options.front().excludes = {"--json"};
    run.examples = {".hidden run"};
    CommandDoc service{.name = "service", .path = "toy service", .text = kNasty};
    service.commands = {run};
    CommandDoc list{.name = "list", .path = "toy list", .text = "List"};
    list.positionals = {OptionDoc{.names = {"STORE"},
                                  .kind = ValueKind::choice,
                                  .choices = {"my", "root"},
                                  .text = "The store",
                                  .required = true}};
    list.options = {option({"--file"}, ValueKind::file), option({"--ca"}, ValueKind::text)};
    list.options.front().text = kNasty;
    list.exit_codes = "Exit code: 0 listed.";
    CommandDoc program{.name = "toy", .path = "toy", .text = "A toy"};
    program.commands = {service, list};
    return program;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every place of the command line has its own completion", "[completion]") {
    CHECK(places_below(toy()) == std::vector<std::string>{"/service", "/service/run", "/list"});
    CHECK(has(bash_completion(toy()), "/service | /service/run | /list)"));
    CHECK(has(zsh_completion(toy()), "(/service|/service/run|/list)"));
    CHECK(has(fish_completion(toy()), "case /service /service/run /list\n"));
    CHECK(has(powershell_completion(toy()), "'/service/run' = [ordered]@{"));
}

TEST_CASE("bash is told words, files, folders, and where there is nothing to say", "[completion]") {
    const std::string script = bash_completion(toy());
    CHECK(has(script, "'/list --file') files=f ;;"));
    CHECK(has(script, "'/service/run --where') files=d ;;"));
    CHECK(has(script, "'/list --ca') ;;"));
    CHECK(has(script, "'/list') words='my root --file --ca' ;;"));
    CHECK(has(script, "'') words='service list' ;;"));
    CHECK_FALSE(has(script, "'/service/run --quiet')"));
}

TEST_CASE("no sentence of a description gets out of its quotes", "[completion]") {
    CHECK(has(zsh_completion(toy()), R"('service:don'\''t \ [here] $(rm) `rm` "x"')"));
    CHECK(has(zsh_completion(toy()),
              R"('(--file)--file=[don'\''t \\ \[here\] $(rm) `rm` "x"]:VALUE:_files')"));
    CHECK(has(fish_completion(toy()), R"(-d 'don\'t \\ [here] $(rm) `rm` "x"')"));
    CHECK(has(powershell_completion(toy()), R"('service' = 'don''t \ [here] $(rm) `rm` "x"')"));
}

TEST_CASE("zsh does not offer what does not go together", "[completion]") {
    CHECK(has(zsh_completion(toy()), "'(-q --quiet --json)-q[Says something]'"));
}

TEST_CASE("each script knows every command and option of the program", "[completion]") {
    const CommandDoc program = describe_program();
    const std::string bash = bash_completion(program);
    const std::string zsh = zsh_completion(program);
    const std::string fish = fish_completion(program);
    const std::string powershell = powershell_completion(program);
    visit_commands(program, [&](const std::string& place, const CommandDoc& command) {
        INFO(place);
        CHECK(has(bash, "'" + place + "')"));
        CHECK(has(zsh, "('" + place + "')"));
        CHECK(has(fish, "__aeclient_at '" + place + "'"));
        CHECK(has(powershell, "'" + place + "' = [ordered]@{"));
        for (const OptionDoc& one : command.options) {
            INFO(one.names.back());
            CHECK(has(fish, "__aeclient_at '" + place + "'\" -" +
                                (one.names.front().starts_with("--")
                                     ? "l " + one.names.front().substr(2)
                                     : "s " + one.names.front().substr(1))));
        }
    });
    CHECK_FALSE(has(bash, "--worker"));
}

TEST_CASE("a PowerShell table has no key twice: that would be a syntax error", "[completion]") {
    visit_commands(describe_program(), [](const std::string& place, const CommandDoc& command) {
        INFO(place);
        std::vector<std::string> keys;
        for (const CommandDoc& sub : command.commands) {
            keys.push_back(sub.name);
        }
        for (const OptionDoc& option : command.options) {
            for (const std::string& name : option.names) {
                keys.push_back(ae::to_lower(name));
            }
        }
        for (const OptionDoc& one : command.positionals) {
            keys.insert(keys.end(), one.choices.begin(), one.choices.end());
        }
        std::ranges::sort(keys);
        CHECK(std::ranges::adjacent_find(keys) == keys.end());
    });
}

TEST_CASE("what roff would obey is text in a manual page", "[manual]") {
    const CommandDoc program = toy();
    const std::string page = manual_page(program.commands.front(), program);
    CHECK(has(page, ".TH TOY-SERVICE 1 "));
    CHECK(has(page, "toy\\-service \\- don\\(aqt \\e [here] $(rm) \\(garm\\(ga \"x\"\n"));
    CHECK(has(page, ".nf\n\\&.hidden run\n.fi\n"));
    CHECK(has(page, ".SS toy service run\n"));
    CHECK(has(page, "\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR\nSays something. Not with \\-\\-json.\n"));
    for (const std::string_view line : ae::split(page, '\n')) {
        CHECK_FALSE(line.starts_with('\''));
        CHECK((!line.starts_with('.') || line.starts_with(".\\\"") || line.starts_with(".TH ") ||
               line.starts_with(".SH ") || line.starts_with(".SS ") || line == ".TP" ||
               line == ".PP" || line == ".br" || line == ".nf" || line == ".fi" ||
               line.starts_with(".BR ")));
    }
}

TEST_CASE("a page has synopsis, arguments, options, exit codes and the way back", "[manual]") {
    const CommandDoc program = toy();
    const std::string page = manual_page(program.commands.back(), program);
    CHECK(has(page, ".SH SYNOPSIS\n\\fBtoy list\\fR [OPTION]... STORE\n"));
    CHECK(has(page, ".SH ARGUMENTS\n.TP\n\\fISTORE\\fR\nThe store. One of: my, root.\n"));
    CHECK(has(page, ".TP\n\\fB\\-\\-ca\\fR \\fIVALUE\\fR\n"));
    CHECK(has(page, ".SH EXIT STATUS\nExit code: 0 listed.\n"));
    CHECK(has(page, ".SH SEE ALSO\n\\fBtoy\\fR(1)\n"));
    const std::string first = manual_page(program, program);
    CHECK(has(first, "\\fBtoy\\-service\\fR(1)"));
    CHECK(has(first, "\\fBtoy\\-list\\fR(1)"));
    CHECK(has(first, "NO_COLOR"));
}
