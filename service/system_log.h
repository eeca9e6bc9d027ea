// Where the system's administrators read: the journal with fields on Linux (standard error where
// there is no journal), the event log on Windows.
//
// Never a key, a ticket or a request.  Any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"
#include "engine/events.h"

#include <memory>
#include <string>

namespace ae::service {

// A sentence that is no event of Windows': why a template that was wanted is not enrolled, and
// what the agent says about itself.
struct Remark {
    engine::EventLevel level = engine::EventLevel::warning;
    std::string text{};
    std::string template_name{};
};

class SystemLog {
  public:
    virtual ~SystemLog() = default;
    // An error: the system's log did not take it, so it has to be said elsewhere.
    virtual Done write(const engine::Event& event) = 0;
    virtual Done write(const Remark& remark) = 0;
};

// Blocks as long as the system's log makes its writers wait.
// Nothing when standard error is what the administrators read: there is no journal, or a person
// looks at a terminal.
std::unique_ptr<SystemLog> make_system_log(engine::Scope scope);

// Then a line on standard error and an entry of the system's log would be the same twice.
bool standard_error_is_system_log();

}  // namespace ae::service
