#include "service/relay.h"

#include "service/console.h"
#include "service/context_place.h"
#include "service/control/control_client.h"
#include "service/host/worker.h"

#include <algorithm>
#include <iostream>
#include <sstream>

namespace ae::service {
namespace {

constexpr int kCouldNotRun = 3;  // of doctor: O5 of docs/doctor.md

// One stream of this process goes into a text as long as this lives.
class Captured {
  public:
    explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(&text_)) {}
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    ~Captured() { stream_.rdbuf(before_); }
    [[nodiscard]] std::string text() const { return text_.str(); }

  private:
    std::ostream& stream_;
    std::stringbuf text_{};
    std::streambuf* before_;
};

struct Ask {
    std::optional<InspectAsk> operator()(const DoctorCommand& command) const {
        return ask(command, {.command = Inspection::doctor,
                             .template_name = command.template_name,
                             .ca = command.ca,
                             .live = command.live});
    }
    std::optional<InspectAsk> operator()(const ExplainCommand& command) const {
        return ask(command, {.command = Inspection::explain, .what = command.what});
    }
    std::optional<InspectAsk> operator()(const CaPingCommand& command) const {
        return ask(command, {.command = Inspection::ca_ping, .ca = command.ca});
    }
    std::optional<InspectAsk> operator()(const WhoamiCommand& command) const {
        return ask(command, {.command = Inspection::whoami, .groups = command.groups});
    }
    std::optional<InspectAsk> operator()(const PlanCommand& command) const {
        return ask(command, {.command = Inspection::plan});
    }
    std::optional<InspectAsk> operator()(const TemplatesCommand& command) const {
        return ask(command,
                   {.command = Inspection::templates, .ca = command.ca, .all = command.all});
    }
    std::optional<InspectAsk> operator()(const CasCommand& command) const {
        return ask(command, {.command = Inspection::cas});
    }
    template <class Other>
    std::optional<InspectAsk> operator()(const Other& /*command*/) const {
        return std::nullopt;
    }

  private:
    template <class Looking>
    static std::optional<InspectAsk> ask(const Looking& command, InspectAsk asked) {
        if (!command.sources.through_service) {
            return std::nullopt;
        }
        asked.json = command.output == Output::json;
        return asked;
    }
};

Output output_of(const Command& command) {
    return std::visit(
        [](const auto& values) {
            if constexpr (requires { values.output; }) {
                return values.output;
            } else {
                return Output::text;
            }
        },
        command);
}

}  // namespace

int relay(const std::vector<std::string>& line, const std::function<int()>& run) {
    die_with_parent();
    RunResult result;
    {
        const Captured output(std::cout);
        const Captured complaints(std::cerr);
        result.exit_code = run();
        const bool json = std::ranges::find(line, "--json") != line.end();
        (json ? result.report : result.text) = output.text();
        result.complaint = complaints.text();
    }
    std::cout << line_of(ControlAnswer(std::move(result))) << std::flush;
    return 0;
}

std::optional<InspectAsk> inspection_of(const Command& command) {
    return std::visit(Ask{}, command);
}

int ask_service_to_look(const Command& command, const InspectAsk& ask) {
    const auto result = ask_inspection(control_address({}), ask);
    if (!result) {
        complain(result.error());
        return ask.command == Inspection::doctor ? kCouldNotRun : kFailed;
    }
    std::cerr << result->complaint;
    return print_as(
        output_of(command), [&] { return result->text; }, [&] { return result->report; },
        result->exit_code);
}

}  // namespace ae::service
