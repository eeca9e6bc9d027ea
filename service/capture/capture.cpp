#include "service/capture/capture.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/capture/directory_ldif.h"
#include "service/capture/machine_json.h"
#include "service/capture/private_file.h"
#include "service/capture/ustar.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

namespace ae::service {
namespace {

namespace fs = std::filesystem;

// The five searches, with their bases.
template <class Answers>
auto searches_of(Answers& answers) {
    auto bases = policy::search_bases(policy::configuration_nc(answers));
    return std::array{std::pair(std::move(bases.templates), &answers.templates),
                      std::pair(std::move(bases.services), &answers.services),
                      std::pair(std::move(bases.roots), &answers.roots),
                      std::pair(std::move(bases.intermediates), &answers.intermediates),
                      std::pair(std::move(bases.nt_auth), &answers.nt_auth)};
}

Machine machine_of(const Captured& captured) {
    const auto& answers = captured.answers;
    Machine machine;
    machine.program = captured.program;
    machine.account = answers.account.dn;
    machine.domain_dns = answers.domain_dns;
    machine.server_name = answers.server_name;
    machine.server_address = answers.server_address;
    machine.site = answers.client_site;
    machine.invocation_id = answers.invocation_id;
    machine.published_problem = answers.user_certificates_problem;
    machine.trust = captured.trust;
    machine.world = captured.world;
    for (const auto& [base, answer] : searches_of(answers)) {
        if (!answer->complete) {
            machine.failed_searches.push_back({base, answer->problem, answer->code});
        }
    }
    return machine;
}

tl::unexpected<Error> bad_member(const std::string& what) {
    return fail(kInvalidData, std::string(kMachineFile) + ": " + what);
}

Done apply_failures(const Machine& machine, policy::DirectoryAnswers& answers) {
    std::size_t index = 0;
    for (const auto& failed : machine.failed_searches) {
        const auto searches = searches_of(answers);
        const auto found = std::find_if(searches.begin(), searches.end(), [&](const auto& one) {
            return equal_ignoring_case(one.first, failed.base);
        });
        if (found == searches.end()) {
            return bad_member("failed_searches[" + std::to_string(index) + "].base " +
                              printable(failed.base) + " is the base of none of the five searches");
        }
        found->second->complete = false;
        found->second->problem = failed.problem;
        found->second->code = failed.code;
        ++index;
    }
    return done();
}

// One answer of the chain checker per enrollment service; one that is not told is good.
Done complete_ca_trust(engine::Snapshot& world) {
    const auto is_of = [](const engine::CaRef& ca) {
        return [&ca](const auto& one) {
            return equal_ignoring_case(one.ca.dns_host, ca.dns_host) && one.ca.name == ca.name;
        };
    };
    for (std::size_t i = 0; i < world.ca_trust.size(); ++i) {
        const auto& ca = world.ca_trust[i].ca;
        const bool is_known =
            std::any_of(world.services.begin(), world.services.end(), [&](const auto& service) {
                return is_of(ca)(engine::CaTrust{service.ref(), {}});
            });
        if (!is_known) {
            return bad_member("ca_chains[" + std::to_string(i) + "].ca " + printable(ca.config()) +
                              " is no enrollment service of directory.ldif");
        }
    }
    for (const auto& service : world.services) {
        const auto ca = service.ref();
        if (std::none_of(world.ca_trust.begin(), world.ca_trust.end(), is_of(ca))) {
            world.ca_trust.push_back({ca, {}});
        }
    }
    return done();
}

Done check_published(const engine::Snapshot& world) {
    const auto& values = world.account.user_certificates;
    for (std::size_t i = 0; i < world.published.size(); ++i) {
        if (std::find(values.begin(), values.end(), world.published[i].facts.der) == values.end()) {
            return bad_member("published[" + std::to_string(i) +
                              "].certificate is no value of the account's userCertificate");
        }
    }
    return done();
}

std::string shown(const fs::path& path) {
    const auto text = path.u8string();
    return printable({reinterpret_cast<const char*>(text.data()), text.size()});
}

Result<std::string> read_file(const fs::path& path) {
    std::error_code problem;
    const auto status = fs::status(path, problem);
    if (status.type() == fs::file_type::not_found) {
        return fail(kFileNotFound, shown(path) + " does not exist",
                    "Name a capture file, or a folder with directory.ldif and machine.json.");
    }
    if (status.type() != fs::file_type::regular) {  // a pipe would never end
        return fail(kReadFault, shown(path) + " is no plain file");
    }
    const auto size = fs::file_size(path, problem);
    if (!problem && size > kMaxCaptureOctets) {
        return fail(kInvalidData, shown(path) + " is larger than 64 MiB");
    }
    std::ifstream file(path, std::ios::binary);
    std::string content(problem ? 0 : static_cast<std::size_t>(size), '\0');
    if (problem || !file.read(content.data(), static_cast<std::streamsize>(content.size()))) {
        return fail(kReadFault, shown(path) + " cannot be read");
    }
    return content;
}

Result<CaptureText> read_folder(const fs::path& path) {
    CaptureText text;
    for (const auto& [name, into] : {std::pair(kDirectoryFile, &text.directory_ldif),
                                     std::pair(kMachineFile, &text.machine_json)}) {
        auto content = read_file(path / name);
        if (!content) {
            return pass(content);
        }
        *into = std::move(*content);
    }
    return text;
}

Result<CaptureText> read_archive(const fs::path& path) {
    auto archive = read_file(path);
    if (!archive) {
        return pass(archive);
    }
    constexpr std::array names{kDirectoryFile, kMachineFile};
    auto files = read_ustar(*archive, names);
    if (!files) {
        return pass(files, shown(path));
    }
    for (const auto name : names) {
        if (!files->contains(std::string(name))) {
            return fail(kInvalidData, shown(path) + ": the archive holds no " + std::string(name));
        }
    }
    return CaptureText{std::move(files->at(std::string(kDirectoryFile))),
                       std::move(files->at(std::string(kMachineFile)))};
}

}  // namespace

CaptureText capture_text(const Captured& captured) {
    return {write_directory(captured.answers), write_machine(machine_of(captured))};
}

Result<Captured> parse_capture(const CaptureText& text, const engine::Abilities& absent) {
    auto machine = parse_machine(text.machine_json, absent);
    if (!machine) {
        return pass(machine, kMachineFile);
    }
    auto answers = parse_directory(text.directory_ldif, machine->account);
    if (!answers) {
        return pass(answers, kDirectoryFile);
    }
    answers->server_name = machine->server_name;
    answers->server_address = machine->server_address;
    answers->client_site = machine->site;
    answers->invocation_id = machine->invocation_id;
    answers->domain_dns = machine->domain_dns;
    answers->user_certificates_problem = machine->published_problem;
    if (auto applied = apply_failures(*machine, *answers); !applied) {
        return pass(applied);
    }
    auto account = policy::account_of(*answers, machine->world.account.scope);
    if (!account) {
        return pass(account, kDirectoryFile);
    }
    auto replica = policy::replica_of(*answers);
    if (!replica) {
        return pass(replica, kDirectoryFile);
    }
    Captured captured{.world = std::move(machine->world),
                      .replica = std::move(*replica),
                      .trust = std::move(machine->trust),
                      .answers = std::move(*answers),
                      .program = std::move(machine->program)};
    account->enrolling_elsewhere = std::move(captured.world.account.enrolling_elsewhere);
    captured.world.account = std::move(*account);
    captured.world.forest_id = captured.replica.server.forest_id;
    captured.world.templates = std::exchange(captured.replica.templates, {});
    captured.world.services = std::exchange(captured.replica.services, {});
    if (auto completed = complete_ca_trust(captured.world); !completed) {
        return pass(completed);
    }
    if (auto checked = check_published(captured.world); !checked) {
        return pass(checked);
    }
    return captured;
}

std::string capture_archive(const Captured& captured) {
    const auto text = capture_text(captured);
    const std::array files{ArchivedFile{kDirectoryFile, text.directory_ldif},
                           ArchivedFile{kMachineFile, text.machine_json}};
    return write_ustar(files, captured.world.now);
}

Result<Captured> read_capture(const fs::path& path, const engine::Abilities& absent) {
    std::error_code ignored;
    auto text = fs::is_directory(path, ignored) ? read_folder(path) : read_archive(path);
    if (!text) {
        return pass(text);
    }
    auto captured = parse_capture(*text, absent);
    if (!captured) {
        return pass(captured, shown(path));
    }
    return captured;
}

Done write_capture(const fs::path& path, const Captured& captured) {
    const auto archive = capture_archive(captured);
    if (archive.size() > kMaxCaptureOctets) {
        return fail(kInvalidData, "the capture is larger than 64 MiB");
    }
    return write_private_file(path, archive);
}

}  // namespace ae::service
