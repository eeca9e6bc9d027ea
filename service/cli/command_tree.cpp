#include "service/cli/command_tree.h"

#include "engine/base/text.h"
#include "service/cli/command_options.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr std::string_view kExitCodeStart = "Exit code:";

using AddCommands = void (*)(CLI::App&, Command&);

// CLI11's own name for commands of no group.
constexpr const char* kNoGroup = "Subcommands";

void add_group(CLI::App& app, Command& chosen, const char* name, AddCommands add) {
    add(app, chosen);
    for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_group() == kNoGroup) {
            command->group(name);
        }
    }
}

std::vector<std::string> names_of(const std::set<CLI::Option*>& options) {
    std::vector<std::string> names;
    for (const CLI::Option* option : options) {
        if (!option->get_group().empty()) {
            names.push_back(option->get_positional() ? option->get_name(true) : option->get_name());
        }
    }
    std::ranges::sort(names);  // the set's order is that of addresses
    return names;
}

// The validators say what values there are: "PLACE:{my,request}" (choice_of()).
void describe_value(const CLI::Option& option, OptionDoc& doc) {
    std::string type = option.get_type_name();
    const std::size_t open = type.find(":{");
    if (open != std::string::npos && type.ends_with('}')) {
        for (const std::string_view one :
             split(std::string_view(type).substr(open + 2, type.size() - open - 3), ',')) {
            doc.choices.emplace_back(one);
        }
        type.resize(open);
    }
    if (!doc.choices.empty()) {
        doc.kind = ValueKind::choice;
    } else if (type == kFile) {
        doc.kind = ValueKind::file;
    } else {
        doc.kind = type == kFolder ? ValueKind::folder : ValueKind::text;
    }
    doc.value = option.get_positional() ? "" : type;
}

OptionDoc describe(const CLI::Option& option) {
    OptionDoc doc;
    doc.text = option.get_description();
    doc.required = option.get_required();
    doc.preset = option.get_default_str();
    doc.needs = names_of(option.get_needs());
    doc.excludes = names_of(option.get_excludes());
    if (option.get_items_expected_max() > 0) {
        describe_value(option, doc);
        doc.repeats = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
    }
    if (option.get_positional()) {
        doc.names.push_back(option.get_name(true));
        return doc;
    }
    for (const std::string& name : option.get_snames()) {
        doc.names.push_back('-' + name);
    }
    for (const std::string& name : option.get_lnames()) {
        doc.names.push_back("--" + name);
    }
    return doc;
}

std::string as_one_line(std::string_view paragraph) {
    std::string line;
    for (const std::string_view part : split(paragraph, '\n')) {
        line += line.empty() ? "" : " ";
        line += trim(part);
    }
    return line;
}

// A footer is paragraphs: exit codes, notes, examples.
void describe_footer(std::string_view footer, CommandDoc& doc) {
    while (!footer.empty()) {
        const std::size_t end = footer.find("\n\n");
        const std::string_view paragraph = trim(footer.substr(0, end));
        footer = end == std::string_view::npos ? "" : footer.substr(end + 2);
        if (paragraph.starts_with("Example")) {
            for (const std::string_view line : split(paragraph, '\n')) {
                if (!line.starts_with("Example")) {
                    doc.examples.emplace_back(trim(line));
                }
            }
        } else if (paragraph.starts_with(kExitCodeStart)) {
            doc.exit_codes = as_one_line(paragraph);
        } else if (!paragraph.empty()) {
            doc.notes.push_back(as_one_line(paragraph));
        }
    }
}

CommandDoc describe_below(const CLI::App& command, const std::string& parent) {
    CommandDoc doc;
    doc.name = command.get_name();
    doc.path = parent.empty() ? doc.name : parent + ' ' + doc.name;
    doc.group = command.get_group() == kNoGroup ? "Commands" : command.get_group();
    doc.text = command.get_description();
    for (const CLI::Option* option : command.get_options()) {
        if (!option->get_group().empty()) {
            (option->get_positional() ? doc.positionals : doc.options).push_back(describe(*option));
        }
    }
    describe_footer(command.get_footer(), doc);
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
        if (!sub->get_group().empty()) {
            doc.commands.push_back(describe_below(*sub, doc.path));
        }
    }
    return doc;
}

}  // namespace

std::unique_ptr<CLI::App> command_tree(Command& chosen) {
    auto app = std::make_unique<CLI::App>(
        "Certificate autoenrollment client for members of an Active Directory domain", kProgram);
    app->set_help_flag("-h,--help", "Print this help and end");
    app->set_version_flag("--version", "aeclient " AE_VERSION, "Print the version and end");
    app->require_subcommand(1);
    app->option_defaults()->always_capture_default(false);
    add_group(*app, chosen, "Enroll and renew", add_running);
    add_group(*app, chosen, "See how things stand", add_looking);
    add_group(*app, chosen, "Find out what is wrong", add_asking);
    add_group(*app, chosen, "List what there is", add_listing);
    add_group(*app, chosen, "Settings", add_setting);
    // Last: CLI11 gives every command that has none its parent's.
    app->footer(
        "Exit code: 0 everything that should happen did; 2 something failed, the output says what; "
        "64 wrong command line. Commands with more codes list them.\n\n"
        "Examples:\n"
        "  aeclient doctor\n"
        "  aeclient status\n"
        "  aeclient help pulse");
    return app;
}

CommandDoc describe_program() {
    Command chosen = ExitNow{};
    return describe(*command_tree(chosen));
}

CommandDoc describe(const CLI::App& command) {
    std::string parent;
    for (const CLI::App* above = command.get_parent(); above; above = above->get_parent()) {
        parent = above->get_name() + (parent.empty() ? "" : ' ' + parent);
    }
    return describe_below(command, parent);
}

}  // namespace ae::service
