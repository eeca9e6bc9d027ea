#include "service/hooks/hooks.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/hooks/hook_folder.h"
#include "service/hooks/hook_process.h"

#include <algorithm>
#include <utility>

namespace ae::service {
namespace {

using engine::EventLevel;

class Hooks {
  public:
    Hooks(const HookRun& run, HookFolder folder) : run_(run), folder_(std::move(folder)) {}

    std::vector<Remark> tell(const std::vector<HookDocument>& news) {
        for (const Error& refused : folder_.refused) {
            say(EventLevel::error, "hook left out: " + refused.sentence());
        }
        std::vector<OwedHook> owed = read_owed();
        const bool owed_before = !owed.empty();
        drop_what_cannot_run(owed);
        for (const HookDocument& document : news) {
            for (const HookProgram& program : folder_.programs) {
                owed.push_back({.hook = program.name, .document = document});
            }
        }
        if (owed.size() > kMostOwedHooks) {
            say(EventLevel::error, std::to_string(owed.size() - kMostOwedHooks) +
                                       " hooks are not told: too many are owed already");
            owed.resize(kMostOwedHooks);
        }
        if (!owed.empty()) {
            run_all(owed);
        } else if (owed_before) {
            write(owed);
        }
        return std::move(remarks_);
    }

  private:
    std::vector<OwedHook> read_owed() {
        const auto text = run_.state.read(kOwedHooksFile);
        if (!text || !*text) {
            if (!text) {
                say(EventLevel::warning,
                    "what hooks are owed is not known: " + text.error().sentence());
            }
            return {};
        }
        auto owed = owed_hooks_from_json(**text);
        if (!owed) {
            say(EventLevel::warning, run_.state.path_of(kOwedHooksFile) +
                                         " is damaged; what hooks are owed is forgotten");
            return {};
        }
        return std::move(*owed);
    }

    void drop_what_cannot_run(std::vector<OwedHook>& owed) {
        std::erase_if(owed, [this](const OwedHook& one) {
            if (program_of(one) == nullptr) {
                say(EventLevel::warning,
                    named(one) + ": given up, the program is not there any more");
                return true;
            }
            if (one.attempts >= kMostHookAttempts) {
                say(EventLevel::error, named(one) + ": given up, none of its " +
                                           std::to_string(one.attempts) + " attempts came back");
                return true;
            }
            return false;
        });
    }

    // What runs is written down as an attempt before: one that takes this process or the machine
    // down with it must not do so for ever.
    void run_all(std::vector<OwedHook>& owed) {
        for (std::size_t next = 0; next < owed.size() && !run_.stop.stop_requested();) {
            ++owed[next].attempts;
            write(owed);
            if (settled(owed[next])) {
                owed.erase(owed.begin() + static_cast<std::ptrdiff_t>(next));
            } else {
                ++next;
            }
        }
        write(owed);
    }

    // Nothing more to do for it.
    bool settled(OwedHook& one) {
        const Done ran = run_hook_process({.command = program_of(one)->command,
                                           .environment = hook_environment(run_.scope),
                                           .input = to_json(one.document),
                                           .limit = run_.limit,
                                           .stop = run_.stop});
        if (ran) {
            say(EventLevel::information, named(one) + ": done");
            return true;
        }
        if (ran.error().code == kOperationAborted) {
            --one.attempts;  // it was no fault of the hook's
            return false;
        }
        const bool last = one.attempts >= kMostHookAttempts;
        say(last ? EventLevel::error : EventLevel::warning,
            named(one) + ": " + ran.error().sentence() +
                (last ? " Given up after " + std::to_string(one.attempts) + " attempts."
                      : " It is tried again with the next run."));
        return last;
    }

    [[nodiscard]] const HookProgram* program_of(const OwedHook& one) const {
        const auto at = std::ranges::find(folder_.programs, one.hook, &HookProgram::name);
        return at == folder_.programs.end() ? nullptr : &*at;
    }

    static std::string named(const OwedHook& one) {
        return "hook " + printable(one.hook) + " for " + one.document.event + ' ' +
               printable(one.document.template_name) + ' ' + one.document.thumbprint.substr(0, 8);
    }

    void write(const std::vector<OwedHook>& owed) {
        const Done written = run_.state.write(kOwedHooksFile, to_json(owed));
        if (!written && !std::exchange(write_failed_, true)) {
            say(EventLevel::warning,
                "a hook that fails is not tried again: " + written.error().sentence());
        }
    }

    void say(EventLevel level, std::string text) {
        remarks_.push_back({.level = level, .text = std::move(text)});
    }

    const HookRun& run_;
    HookFolder folder_;
    std::vector<Remark> remarks_{};
    bool write_failed_ = false;  // said once
};

}  // namespace

std::vector<Remark> run_hooks(const HookRun& run, const std::vector<HookDocument>& news) {
    return Hooks(run, read_hook_folder(run.scope, run.folder)).tell(news);
}

}  // namespace ae::service
