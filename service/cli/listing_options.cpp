#include "service/cli/command_options.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

using StoreName = std::pair<std::string_view, ListedStore>;
constexpr std::array kStores{StoreName{"my", ListedStore::my},
                             StoreName{"request", ListedStore::request},
                             StoreName{"root", ListedStore::root}, StoreName{"ca", ListedStore::ca},
                             StoreName{"ntauth", ListedStore::nt_auth}};

void add_certs(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<CertsCommand>();
    CLI::App* command = app.add_subcommand(
        "certs", "The certificates of a store, with template, renewal and state");
    std::vector<std::string> names;
    for (const auto& [name, store] : kStores) {
        names.emplace_back(name);
    }
    command
        ->add_option_function<std::string>(
            "--store",
            [values](const std::string& typed) {
                values->store =
                    std::ranges::find(kStores, std::string_view(typed), &StoreName::first)->second;
            },
            "The store; without it: my")
        ->type_name("STORE")
        ->check(choice_of(names));
    command->add_flag("--archived", values->archived, "Of my: the archived ones");
    add_output(*command, values->output);
    add_context(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient certs\n"
                    "  aeclient certs --user --archived\n"
                    "  aeclient certs --store root --json");
    choose(*command, values, chosen);
}

void add_templates(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<TemplatesCommand>();
    CLI::App* command = app.add_subcommand(
        "templates", "The templates of the forest and what this account may do with them");
    command
        ->add_option("--ca", values->ca,
                     "Those that this CA offers: HOST\\NAME, or its name where that is unique")
        ->type_name("CA");
    command->add_flag("--all", values->all, "Those without any right, too");
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    add_from(*command, values->from);
    add_through_service(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient templates\n"
                    "  aeclient templates --all --json");
    choose(*command, values, chosen);
}

void add_cas(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<CasCommand>();
    CLI::App* command = app.add_subcommand("cas",
                                           "The certification authorities of the forest: site, "
                                           "trust, reach, what they say of themselves");
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    add_from(*command, values->from);
    add_through_service(*command, values->sources);
    command->footer(
        "Exit code: 0 listed, and each CA that was asked answers; 2 one does not (it is listed "
        "all\n"
        "the same), or there is no list; 64 wrong command line.\n\n"
        "Examples:\n"
        "  aeclient cas\n"
        "  aeclient cas --json");
    choose(*command, values, chosen);
}

void add_ca_ping(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<CaPingCommand>();
    CLI::App* command = app.add_subcommand(
        "ca-ping", "Ask one certification authority for a sign of life, in this very context");
    command->add_option("CA", values->ca, "HOST\\NAME")->required();
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    add_through_service(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient ca-ping 'ca1.corp.example.test\\Corp Issuing CA 1'");
    choose(*command, values, chosen);
}

}  // namespace

void add_listing(CLI::App& app, Command& chosen) {
    add_certs(app, chosen);
    add_templates(app, chosen);
    add_cas(app, chosen);
    add_ca_ping(app, chosen);
}

}  // namespace ae::service
