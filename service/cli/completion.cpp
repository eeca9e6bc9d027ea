#include "service/cli/completion.h"

namespace ae::service {

void visit_commands(const CommandDoc& command, const VisitCommand& visit,
                    const std::string& place) {
    visit(place, command);
    for (const CommandDoc& sub : command.commands) {
        visit_commands(sub, visit, place + '/' + sub.name);
    }
}

std::vector<std::string> places_below(const CommandDoc& program) {
    std::vector<std::string> places;
    visit_commands(program, [&](const std::string& place, const CommandDoc&) {
        if (!place.empty()) {
            places.push_back(place);
        }
    });
    return places;
}

}  // namespace ae::service
