// `aeclient service` on Windows: the host is this same program.  The SCM starts it for the machine;
// the machine's service starts it for each user who is logged on; by hand it runs in the console.
#include "engine/base/hresult_table.h"
#include "engine/base/left_thread.h"
#include "engine/base/win32.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/event_log.h"
#include "service/event_sources_registry.h"
#include "service/hooks/hook_folder.h"
#include "service/hooks/hook_folder_win32.h"
#include "service/host/host_events_win32.h"
#include "service/host/stop_request_win32.h"
#include "service/host_start.h"
#include "service/native_client/native_client.h"
#include "service/own_program_win32.h"
#include "service/scm/service_front_scm.h"
#include "service/scm/service_install_scm.h"
#include "service/scm/session_hosts_win32.h"
#include "stores/file_access_win32.h"

#include <array>
#include <thread>

namespace ae::service {
namespace {

using engine::Scope;

void open_host_log(const Sources& sources) {
    open_log(sources.verbose ? ConsoleLevel::debug : ConsoleLevel::info);
}

// Nobody reads the standard error of the service or of what it starts.
void open_background_log(const Sources& sources) {
    open_host_log(sources);
    also_warn_in(make_system_log(sources.scope));
}

Done serve(const Sources& given) {
    const auto sources = resolved(given);
    if (!sources) {
        return fail(sources.error());
    }
    const auto options = host_options(*sources);
    if (!options) {
        return fail(options.error());
    }
    return run_host(*options);
}

int exit_code(const Done& how) { return how ? 0 : complain(how.error()); }

// The service that started us holds the other end, and closes it to have us end.
void stop_when_input_ends() {
    const HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    if (::GetFileType(input) != FILE_TYPE_PIPE) {
        return;
    }
    leave_running(std::thread([input]() noexcept {
        std::array<char, 64> nothing_of_interest{};
        DWORD count = 0;
        while (::ReadFile(input, nothing_of_interest.data(),
                          static_cast<DWORD>(nothing_of_interest.size()), &count,
                          nullptr) != FALSE) {
        }
        request_stop();
    }));
}

int run_for_user(const Sources& sources) {
    open_background_log(sources);
    stop_when_input_ends();
    return exit_code(serve(sources));
}

int run_for_machine(const Sources& sources) {
    const auto program = own_program();
    if (!program) {
        return complain(program.error());
    }
    SessionHosts users({*program, "service", "run", "--user"});
    ServiceFront front;
    front.name = kServiceName;
    front.run = [&] {
        open_background_log(sources);
        if (const std::string sentence = native_client_warning(); !sentence.empty()) {
            log_warning(sentence);
        }
        users.begin();
        Done how = serve(sources);
        if (!how) {
            log_warning(how.error().sentence());
        }
        users.end();
        return how;
    };
    front.stop = [&users] {
        request_stop();
        users.stop();
    };
    front.clock_changed = clock_changed;
    front.session_changed = [&users](std::uint32_t event, std::uint32_t session) {
        users.session_changed(event, session);
    };
    const auto starter = run_under_scm(front);
    if (!starter) {
        return complain(starter.error());
    }
    if (*starter == Starter::hand) {
        open_host_log(sources);
        return exit_code(serve(sources));
    }
    return 0;
}

// The service runs it as LocalSystem, so whoever can replace it can become that.
Done check_place(const std::string& program) {
    for (const std::string& path : {program, program.substr(0, program.rfind('\\'))}) {
        if (Done checked = stores::check_only_we_write(path); !checked) {
            return fail(std::move(checked.error())
                            .within("install the service")
                            .with_remedy("Copy the program to a folder below %ProgramFiles% and "
                                         "install it from there"));
        }
    }
    return done();
}

int install(const Sources& given) {
    const auto program = own_program();
    if (!program) {
        return complain(program.error());
    }
    if (const Done checked = check_place(*program); !checked) {
        return complain(checked.error());
    }
    const auto sources = resolved(given);
    if (!sources) {
        return complain(sources.error());
    }
    if (const Done installed = install_service(own_service(*program), mention); !installed) {
        return complain(installed.error());
    }
    if (const Done registered = register_event_sources(*program); !registered) {
        return complain(registered.error());
    }
    // Before anybody else makes them: %ProgramData% is everybody's.
    if (const Done made = make_hook_folder(sources->state_dir); !made) {
        return complain(made.error());
    }
    return print("The service " + std::string(kServiceName) +
                     " is installed and starts with the system; now: sc start AeClient\n",
                 0);
}

// False: something is in it.
bool remove_if_empty(const Sources& sources) {
    ::RemoveDirectoryW(wide(hook_folder(sources.scope, sources.state_dir)).c_str());
    return ::RemoveDirectoryW(wide(sources.state_dir).c_str()) != FALSE ||
           ::GetLastError() != ERROR_DIR_NOT_EMPTY;
}

// Certificates and keys are the system's to keep, and what the runs left behind may be of use.
int uninstall(const Sources& given) {
    // First: a machine without any client would be the worst that is left behind.
    if (const Done restored = restore_native_client(); !restored) {
        return complain(restored.error());
    }
    if (const Done gone = uninstall_service(kServiceName); !gone) {
        return complain(gone.error());
    }
    if (const Done unregistered = unregister_event_sources(); !unregistered) {
        return complain(unregistered.error());
    }
    const auto sources = resolved(given);
    const bool state_kept = sources && !remove_if_empty(*sources);
    return print("The service " + std::string(kServiceName) +
                     " is uninstalled; certificates and keys stay where they are" +
                     (state_kept ? ", and so does the state in " + sources->state_dir : "") + "\n",
                 0);
}

}  // namespace

int run_service(const ServiceCommand& command, char* const* /*argv*/) {
    switch (command.action) {
        case ServiceAction::install:
            return install(command.sources);
        case ServiceAction::uninstall:
            return uninstall(command.sources);
        case ServiceAction::run:
            break;
    }
    return command.sources.scope == Scope::user ? run_for_user(command.sources)
                                                : run_for_machine(command.sources);
}

}  // namespace ae::service
