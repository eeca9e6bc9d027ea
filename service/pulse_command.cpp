// `aeclient pulse`: through the service, in this process, or as the service's worker.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/asked_user.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/compose.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/control/control_client.h"
#include "service/hooks/hook_folder.h"
#include "service/hooks/hooks.h"
#include "service/hooks/replacement.h"
#include "service/host/worker.h"
#include "service/progress.h"
#include "service/record_run.h"
#include "service/stop_on_signals.h"
#include "service/style.h"

#include <iostream>
#include <iterator>

namespace ae::service {
namespace {

ConsoleLevel console_of(const PulseCommand& command) {
    if (command.sources.verbose) {
        return ConsoleLevel::debug;
    }
    return command.output == Output::text ? ConsoleLevel::info : ConsoleLevel::quiet;
}

// For the log alone: a pulse that cannot read them ends with the same sentence.
policy::AgentSettings settings_of(const Sources& sources) {
    auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    if (!settings) {
        log_warning(settings.error().sentence());
        return {};
    }
    return *settings;
}

// The lines of the control channel, one at a time: another process reads them as they come.
void print_line(const ControlAnswer& answer) { std::cout << line_of(answer) << std::flush; }

void print_event(const engine::Event& event) {
    print_line(EventLine{std::string(to_string(event.level)), std::string(to_string(event.source)),
                         event.number, event.text});
}

EventOutputs outputs_of(const PulseCommand& command, const Sources& sources,
                        policy::LogLevel level) {
    EventOutputs outputs;
    outputs.level = level;
    // Under systemd standard error is the journal: nobody wants to read everything twice.
    outputs.console =
        command.worker || standard_error_is_system_log() ? Console::background : Console::watched;
    outputs.system = make_system_log(sources.scope);
    outputs.store = [folder = StateFolder(sources.state_dir, sources.scope)](const auto& events) {
        return append_events(folder, events);
    };
    if (command.worker) {
        outputs.on_event = print_event;
        outputs.on_step = [](const engine::Step& step) { print_line(step); };
    }
    return outputs;
}

// A run that another aeclient kept out of the stores brought nothing.
std::vector<Remark> hooks_after(const Sources& sources, const RunReport& report,
                                const std::stop_token& stop) {
    if (report.kept_out) {
        return {};
    }
    const std::vector<HookDocument> news = documents_of(report.pulse, sources.scope);
    std::vector<Remark> said = tell_system(news, stop);
    std::vector<Remark> by_hooks =
        run_hooks({.scope = sources.scope,
                   .folder = hook_folder(sources.scope, sources.state_dir),
                   .state = StateFolder(sources.state_dir, sources.scope),
                   .stop = stop},
                  news);
    said.insert(said.end(), std::make_move_iterator(by_hooks.begin()),
                std::make_move_iterator(by_hooks.end()));
    return said;
}

RunReport run_and_record(const PulseCommand& command, const Sources& sources,
                         policy::LogLevel level) {
    EventLog events(outputs_of(command, sources, level));
    NotifiedUser notified;
    TerminalUser terminal(std::cin, std::cerr);
    engine::User* asked = nullptr;
    if (command.interactive) {
        asked = command.worker ? static_cast<engine::User*>(&notified) : &terminal;
    }
    std::stop_source stop;
    stop_on_signals(stop);
    RunTimes times{.trigger = command.trigger, .started = wall_clock()};
    RunReport report = run_pulse_here(sources,
                                      {.trigger = command.trigger,
                                       .errand = command.errand,
                                       .user = asked,
                                       .stop = stop.get_token()},
                                      events, times.started);
    times.ended = wall_clock();
    for (const Remark& said : hooks_after(sources, report, stop.get_token())) {
        events.remark(said);
    }
    events.flush();
    for (std::string& problem : record_run(sources, report, times)) {
        log_warning(problem);
        report.pulse.notes.push_back(std::move(problem));
    }
    return report;
}

int run_here(const PulseCommand& command, const Sources& sources) {
    if (command.worker) {
        die_with_parent();
        const policy::LogLevel level = settings_of(sources).log_level;
        open_log(command.sources.verbose ? ConsoleLevel::debug : console_level_of(level));
        const RunReport report = run_and_record(command, sources, level);
        print_line(RunResult{exit_code(report), as_text(report), as_json(report)});
        return exit_code(report);
    }
    open_log(console_of(command));
    const RunReport report = run_and_record(command, sources, settings_of(sources).log_level);
    return print_as(
        command.output, [&] { return as_text(report, style_of_output()); },
        [&] { return as_json(report); }, exit_code(report));
}

std::string text_of(const engine::Step& step) {
    std::string text(to_string(step.kind));
    text += step.template_name.empty() ? "" : " " + step.template_name;
    text += step.ca.empty() ? "" : " at " + step.ca;
    return text;
}

// Standard error, so that --json stays one object; what the run is at is for a person who looks.
void show(const ControlAnswer& answer, Progress& progress) {
    if (const auto* accepted = std::get_if<Accepted>(&answer)) {
        progress.say(accepted->merged ? "a run goes on; yours follows it" : "the service begins");
    } else if (const auto* step = std::get_if<engine::Step>(&answer)) {
        progress.say(text_of(*step));
    } else if (const auto* event = std::get_if<EventLine>(&answer)) {
        progress.wipe();
        mention(event->level + ' ' + event->source + ' ' + std::to_string(event->number) + ": " +
                event->text);
    }
}

int ask_service(const PulseCommand& command, const Sources& sources) {
    const bool quiet = command.output != Output::text;
    Progress progress;
    const auto result = ask_pulse(control_address(sources),
                                  {.force = command.sources.force,
                                   .wait = command.wait,
                                   .interactive = command.interactive,
                                   .errand = command.errand},
                                  [&](const ControlAnswer& answer) {
                                      if (!quiet) {
                                          show(answer, progress);
                                      }
                                  });
    progress.wipe();
    if (!result && result.error().code == kServiceNotActive && command.or_here) {
        return run_here(command, sources);
    }
    if (!result) {
        return complain(result.error());
    }
    if (!command.wait) {
        return 0;
    }
    return print_as(
        command.output, [&] { return result->text; }, [&] { return result->report; },
        result->exit_code);
}

}  // namespace

int run(const PulseCommand& command) {
    const auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    return command.foreground || command.worker ? run_here(command, *sources)
                                                : ask_service(command, *sources);
}

}  // namespace ae::service
