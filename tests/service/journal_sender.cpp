// Says a few things to the system's log, for journal_test.py.  Exit code 3: there is none.
#include "service/system_log.h"

#include <iostream>

int main() {
    using namespace ae;
    using namespace ae::service;
    const auto log = make_system_log(engine::Scope::machine);
    if (log == nullptr) {
        return 3;
    }
    const engine::Event issued = engine::make_event(
        engine::EventId::ce_enrolled, {"machine", "Web", "ca.corp.example.test\\Corp CA", "7"});
    const engine::Event hostile{.source = engine::EventSource::cert_enroll,
                                .number = 4,
                                .text = "x\nPRIORITY=0\nMESSAGE_ID=0",
                                .template_name = "\xff\n_UID=0"};
    const Remark remark{.text = "template Mail: not enrolled", .template_name = "Mail"};
    for (const Done& written : {log->write(issued), log->write(hostile), log->write(remark)}) {
        if (!written) {
            std::cerr << written.error().sentence() << '\n';
            return 1;
        }
    }
    return 0;
}
