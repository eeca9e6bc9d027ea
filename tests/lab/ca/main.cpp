// labca: a free-standing MS-WCCE test CA.  See README.md.

#include "tests/lab/ca/cert_passage.h"
#include "tests/lab/ca/cert_request.h"
#include "tests/lab/ca/control.h"
#include "tests/lab/ca/directory_static.h"
#include "tests/lab/ca/endpoint_mapper.h"
#include "tests/lab/ca/gss_acceptor.h"
#include "tests/lab/ca/oxid_resolver.h"
#include "tests/lab/ca/publications.h"
#include "tests/lab/ca/rpc_server.h"
#include "tests/lab/ca/uuids.h"
#include "tests/lab/ca/web_server.h"

#include <csignal>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace ae::labca {
namespace {

struct ServeOptions {
    std::string dir{};
    std::string address{};
    std::string keytab{};
    std::string dc{};
    std::string static_directory{};  // instead of dc
    std::uint16_t mapper_port = 135;
    std::uint16_t exporter_port = 0;
    std::uint16_t passage_port = 0;
    std::uint16_t web_port = 0;  // nothing is published
    std::vector<std::string> templates{};
};

int serve(const ServeOptions& options) {
    // Block before any thread starts: every thread inherits the mask, sigwait gets the signals.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    CaIdentity ca = load_identity(options.dir);
    const std::filesystem::path dir = ca.dir;
    const std::string name = ca.name;
    const std::string host = ca.host;
    FaultSwitch faults;
    CallLog log(dir / "calls.jsonl");
    const StaticDirectory directory =
        options.static_directory.empty()
            ? StaticDirectory{ldap_directory({options.dc, options.keytab, name}), {}}
            : static_directory(options.static_directory);
    Enrollment enrollment(std::move(ca), directory.factory, faults);
    if (!options.templates.empty()) {
        enrollment.offer(options.templates);
    }
    GssProvider security(options.keytab, directory.sids_of);
    ObjectTable objects;

    ExporterService exporter(objects, log, enrollment, faults);
    RpcServer exporter_server(exporter, security);
    const std::uint16_t port = exporter_server.listen(options.address, options.exporter_port);
    OxidResolver resolver(
        objects, log, {{host, options.address}, port}, [&faults] { return !faults.now().no_d2; },
        [&faults] {
            const Faults now = faults.now();
            return now.on_activation ? WireFaults(now) : WireFaults{};
        },
        [&faults] { return faults.now().dcom; });
    CertPassageService passage(log, enrollment, faults);
    RpcServer passage_server(passage, security);
    const std::uint16_t passage_port = passage_server.listen(options.address, options.passage_port);
    EndpointMapper mapper(log, options.address, [&faults, passage_port] {
        return faults.now().no_icpr
                   ? std::vector<RegisteredEndpoint>{}
                   : std::vector<RegisteredEndpoint>{{{kIidCertPassage, 0}, passage_port}};
    });
    MapperPort mapper_port(resolver, mapper);
    RpcServer resolver_server(mapper_port, security);
    resolver_server.listen(options.address, options.mapper_port);
    ControlServer control(dir / "control.sock", enrollment, faults);
    std::optional<WebServer> web;
    if (options.web_port != 0) {
        web.emplace(options.address, options.web_port, [&enrollment](const WebRequest& request) {
            return publication(enrollment, request);
        });
    }
    exporter_server.start();
    passage_server.start();
    resolver_server.start();
    write_atomically(dir / "labca.pid", view_of(std::to_string(::getpid()) + "\n"));
    fmt::print(stderr, "labca: \"{}\" serves on {} ports {}, {} and {}\n", name, options.address,
               options.mapper_port, port, passage_port);

    int received = 0;
    sigwait(&signals, &received);
    resolver_server.stop();
    passage_server.stop();
    exporter_server.stop();
    std::filesystem::remove(dir / "labca.pid");
    return 0;
}

int control(const std::string& dir, const std::string& line) {
    const ControlAnswer answer = send_command(std::filesystem::path(dir) / "control.sock", line);
    if (!answer.ok) {
        std::cerr << "labca: " << answer.text << (answer.text.ends_with('\n') ? "" : "\n");
        return 1;
    }
    std::cout << answer.text;
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app{"labca, an MS-WCCE test certification authority for Linux"};
    app.require_subcommand(1);

    HierarchyOptions hierarchy;
    std::string ca_dir;
    std::string root_dir;
    auto* init = app.add_subcommand("init", "make the hierarchy: root, issuing CA, CRLs");
    init->add_option("--dir", ca_dir, "folder of the issuing CA")->required();
    init->add_option("--root", root_dir, "folder of the root CA, made when missing")->required();
    init->add_option("--name", hierarchy.name, "common name of the issuing CA")->required();
    init->add_option("--host", hierarchy.host, "its DNS name")->required();
    const std::map<std::string, KeyKind> kinds{{"rsa2048", KeyKind::rsa2048},
                                               {"ec256", KeyKind::ec256}};
    init->add_option("--key", hierarchy.key, "rsa2048 (default) or ec256")
        ->transform(CLI::CheckedTransformer(kinds));

    ServeOptions options;
    auto* serve_command = app.add_subcommand("serve", "answer requests until SIGTERM");
    serve_command->add_option("--dir", options.dir, "folder of the issuing CA")->required();
    serve_command->add_option("--address", options.address, "IPv4 address")->required();
    serve_command->add_option("--keytab", options.keytab, "of the CA's computer account")
        ->required();
    auto* source = serve_command->add_option_group("directory");
    source->add_option("--dc", options.dc, "domain controller to read");
    source->add_option("--static-directory", options.static_directory,
                       "JSON file to read instead of a domain controller");
    source->require_option(1);
    serve_command->add_option("--endpoint-mapper-port", options.mapper_port, "default 135");
    serve_command->add_option("--exporter-port", options.exporter_port,
                              "default 0: a free port from 49152 up");
    serve_command->add_option("--passage-port", options.passage_port,
                              "of ICertPassage; the same default");
    serve_command->add_option("--web-port", options.web_port,
                              "of lists and OCSP over HTTP; default: none");
    serve_command
        ->add_option("--templates", options.templates,
                     "offer these instead of the directory's certificateTemplates")
        ->delimiter(',');

    std::string dir;
    std::uint32_t id = 0;
    std::vector<std::string> assignments;
    auto* list = app.add_subcommand("list", "the request database, one JSON object per line");
    auto* approve = app.add_subcommand("approve", "issue a pending request");
    auto* deny = app.add_subcommand("deny", "deny a pending request");
    auto* revoke = app.add_subcommand("revoke", "revoke an issued certificate, publish the CRL");
    auto* set = app.add_subcommand("set", "set faults: KEY=VALUE ..., off; nothing shows them");
    for (CLI::App* command : {list, approve, deny, revoke, set}) {
        command->add_option("--dir", dir, "folder of the issuing CA")->required();
    }
    for (CLI::App* command : {approve, deny, revoke}) {
        command->add_option("ID", id, "request id")->required();
    }
    set->add_option("ASSIGNMENT", assignments, "KEY=VALUE or off");

    bool take_back = false;
    auto* revoke_ca = app.add_subcommand("revoke-ca", "the root revokes the issuing CA");
    revoke_ca->add_option("--dir", ca_dir, "folder of the issuing CA")->required();
    revoke_ca->add_option("--root", root_dir, "folder of the root CA")->required();
    revoke_ca->add_flag("--take-back", take_back, "it is not revoked any more");

    CLI11_PARSE(app, argc, argv);
    if (*revoke_ca) {
        set_standing(ca_dir, root_dir, take_back ? Standing::good : Standing::revoked);
        return 0;
    }
    if (*init) {
        hierarchy.ca_dir = ca_dir;
        hierarchy.root_dir = root_dir;
        create_hierarchy(hierarchy);
        return 0;
    }
    if (*serve_command) {
        return serve(options);
    }
    if (*list) {
        return control(dir, "list");
    }
    if (*set) {
        int result = assignments.empty() ? control(dir, "set") : 0;
        for (const std::string& assignment : assignments) {
            result |= control(dir, "set " + assignment);
        }
        return result;
    }
    const char* command = *approve ? "approve" : *deny ? "deny" : "revoke";
    return control(dir, fmt::format("{} {}", command, id));
}

}  // namespace
}  // namespace ae::labca

int main(int argc, char** argv) {
    try {
        return ae::labca::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "labca: " << error.what() << "\n";
        return 1;
    }
}
