#include "service/cli/command_options.h"

namespace ae::service {
namespace {

constexpr const char* kDoctorCodes =
    "Exit code: 0 nothing above NOTE; 1 WARN; 2 FAIL; 3 doctor itself could not run; 64 wrong\n"
    "command line.\n\n";

void add_doctor(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<DoctorCommand>();
    CLI::App* command = app.add_subcommand(
        "doctor",
        "Go through the whole troubleshooting guide and say what is wrong and what to do");
    command->add_option("--template", values->template_name, "Look at this template alone")
        ->type_name("TEMPLATE");
    command
        ->add_option("--ca", values->ca,
                     "Look at this CA alone: HOST\\NAME, or its name where that is unique")
        ->type_name("CA");
    CLI::Option* live = command->add_flag(
        "--live", values->live,
        "Also make and delete a throw-away key and speak with the CAs; never a request");
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    add_from(*command, values->from);
    live->excludes("--from");
    add_through_service(*command, values->sources);
    command->footer(std::string(kDoctorCodes) +
                    "Examples:\n"
                    "  aeclient doctor\n"
                    "  aeclient doctor --template Machine --live\n"
                    "  aeclient doctor --json | jq .findings");
    choose(*command, values, chosen);
}

void add_explain(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<ExplainCommand>();
    CLI::App* command = app.add_subcommand(
        "explain", "Explain a template, a certificate, a result code or an event");
    command
        ->add_option(
            "WHAT", values->what,
            "A template, a thumbprint, 0x80094012, CERTSRV_E_TEMPLATE_DENIED, \"CertEnroll "
            "13\"")
        ->required();
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    add_from(*command, values->from);
    add_through_service(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient explain Machine\n"
                    "  aeclient explain 0x80094012\n"
                    "  aeclient explain 'CertEnroll 13'");
    choose(*command, values, chosen);
}

void add_whoami(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<WhoamiCommand>();
    CLI::App* command = app.add_subcommand(
        "whoami",
        "Who this context is: in the directory, and in the tickets that it shows to a CA");
    command->add_flag("--groups", values->groups, "All groups, directory beside session");
    add_output(*command, values->output);
    add_machine(*command, values->sources);
    add_through_service(*command, values->sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient whoami --groups\n"
                    "  aeclient whoami --user");
    choose(*command, values, chosen);
}

void add_selftest(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<SelftestCommand>();
    SelftestCommand& selftest = *values;
    CLI::App* command = app.add_subcommand(
        "selftest", "Try every part of this build on this machine; leaves nothing behind");
    command->add_option("--ca", selftest.ca, "Also reach this certification authority: HOST\\NAME")
        ->type_name("CA");
    add_output(*command, selftest.output);
    add_context(*command, selftest.sources);
    add_directory(*command, selftest.sources);
    add_as_member(*command, selftest.sources);
    command->footer(std::string(kExitCodes) +
                    "Examples:\n"
                    "  aeclient selftest\n"
                    "  aeclient selftest --ca 'ca1.corp.example.test\\Corp Issuing CA 1' --json");
    choose(*command, values, chosen);
}

void add_key_test(CLI::App& app, Command& chosen) {
    const auto values = std::make_shared<KeyTestCommand>();
    KeyTestCommand& test = *values;
    CLI::App* command = app.add_subcommand(
        "key-test", "Try a key provider with throw-away keys; without one: list them all");
    command->add_option("PROVIDER", test.provider,
                        "Its name, as templates write it, or a place as the setting KeyProviders "
                        "has it: software, tpm, tpm:TCTI, pkcs11:...");
    add_output(*command, test.output);
    add_context(*command, test.sources);
    command->add_flag("-v,--verbose", test.sources.verbose, "Log every step to standard error");
    command->footer(
        "Of each kind a key is made, signs, is opened again and is deleted; nothing stays. A "
        "wrong\n"
        "PIN is tried once.\n\n"
        "Exit code: 0 the provider works, or they were listed; 2 it does not;\n"
        "64 wrong command line.\n\n"
        "Examples:\n"
        "  aeclient key-test\n"
        "  aeclient key-test 'Microsoft Platform Crypto Provider'\n"
        "  aeclient key-test 'pkcs11:token=Corp%20HSM?pin-source=file:/etc/aeclient/pin' --json");
    choose(*command, values, chosen);
}

}  // namespace

void add_asking(CLI::App& app, Command& chosen) {
    add_doctor(app, chosen);
    add_explain(app, chosen);
    add_whoami(app, chosen);
    add_selftest(app, chosen);
    add_key_test(app, chosen);
}

}  // namespace ae::service
