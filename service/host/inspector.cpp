#include "service/host/inspector.h"

#include "engine/base/hresult_table.h"
#include "service/host/worker_words.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace ae::service {
namespace {

Error too_long() {
    return {kTimeout, "the command took too long, so the service ended it",
            "Ask again; if it happens again, look into the service's log"};
}

void dismiss(const std::weak_ptr<Listener>& waiting, const Error& why) {
    if (const auto listener = waiting.lock()) {
        listener->tell(line_of(ControlAnswer(Refused{why})));
        listener->finish();
    }
}

}  // namespace

Inspector::Inspector(Loop& loop, InspectorOptions options)
    : loop_(loop), options_(std::move(options)) {}

Result<Accepted> Inspector::ask(const InspectAsk& ask, const std::weak_ptr<Listener>& waiting) {
    if (stopped_) {
        return fail(stopping_error());
    }
    std::ranges::for_each(looks_, [this](Look& look) { let_go(look); });
    const auto ending = static_cast<std::size_t>(std::ranges::count(looks_, true, &Look::let_go));
    if (looks_.size() - ending >= kMostInspections || looks_.size() >= 2 * kMostInspections) {
        return fail(kBusy, "the service looks at too many things already",
                    "Ask again when some of them have ended");
    }
    std::vector<std::string> arguments = arguments_of(ask, options_.places);
    arguments.insert(arguments.begin(), kRelayWord);
    const Place look = looks_.emplace(looks_.end(), loop_);
    look->waiting = waiting;
    auto worker = start_worker(loop_, arguments,
                               {.line = [this, look](const std::string& line) { hear(look, line); },
                                .end = [this, look](const WorkerEnd& how) { end(look, how); }},
                               options_.worker_program);
    if (!worker) {
        looks_.erase(look);
        return fail(std::move(worker.error()).within("start the process that looks"));
    }
    look->worker = std::move(*worker);
    look->last = std::chrono::steady_clock::now() + options_.longest;
    watch(look);
    return Accepted{};
}

void Inspector::watch(Place look) {
    const auto now = std::chrono::steady_clock::now();
    look->limit.expires_at(std::min(look->last, now + kHangUpSeen));
    look->limit.async_wait([this, look](const boost::system::error_code& error) {
        if (error || stopped_) {
            return;
        }
        if (std::chrono::steady_clock::now() >= look->last) {
            look->late = true;
            look->worker->kill();
            return;
        }
        let_go(*look);
        watch(look);
    });
}

void Inspector::let_go(Look& look) {
    if (!look.let_go && look.waiting.expired()) {
        look.let_go = true;
        look.worker->ask_to_stop();
    }
}

void Inspector::hear(Place look, const std::string& line) {
    // It is this very program: one line, which the client understands.
    look->told = true;
    if (const auto listener = look->waiting.lock()) {
        listener->tell(line);
    }
}

void Inspector::end(Place look, const WorkerEnd& how) {
    look->limit.cancel();
    if (!look->told) {
        dismiss(look->waiting, look->late ? too_long() : crash_error(how));
    } else if (const auto listener = look->waiting.lock()) {
        listener->finish();
    }
    // Not within the worker's own call.
    boost::asio::post(loop_, [this, look] {
        if (!stopped_) {
            looks_.erase(look);
        }
    });
}

void Inspector::stop() {
    stopped_ = true;
    for (Look& look : looks_) {
        dismiss(look.waiting, stopping_error());
        look.limit.cancel();
    }
    looks_.clear();
}

}  // namespace ae::service
