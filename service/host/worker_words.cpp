#include "service/host/worker_words.h"

#include "engine/base/hresult_table.h"

namespace ae::service {
namespace {

std::string end_text(const WorkerEnd& how) {
    return how.exited ? "it ended with code " + std::to_string(how.code) + " and without a report"
                      : crash_text(how);
}

}  // namespace

Error crash_error(const WorkerEnd& how) {
    return {kUnexpected, "the process of the run crashed: " + end_text(how),
            "Nothing is lost: the next run goes on where it was. If it happens again, run "
            "aeclient pulse --foreground --verbose, and report what it prints"};
}

Error stopping_error() {
    return {kServiceNotActive, "the service is being stopped",
            "Ask again when it runs; the next run does what is left"};
}

}  // namespace ae::service
