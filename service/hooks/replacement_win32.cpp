#include "engine/base/text.h"
#include "service/hooks/hook_folder.h"
#include "service/hooks/hook_process.h"
#include "service/hooks/replacement.h"

#include <algorithm>
#include <chrono>

namespace ae::service {
namespace {

constexpr std::chrono::seconds kNoticeTime{60};

}  // namespace

std::vector<Remark> tell_system(const std::vector<HookDocument>& news, std::stop_token stop) {
    std::vector<Remark> remarks;
    for (const HookDocument& one : news) {
        const std::string script = notify_script(one);
        if (script.empty()) {
            continue;
        }
        const auto scope = one.context == "machine" ? engine::Scope::machine : engine::Scope::user;
        auto environment = hook_environment(scope);
        const auto root = std::ranges::find(environment, "SystemRoot",
                                            &std::pair<std::string, std::string>::first);
        const std::string windows = root == environment.end() ? "" : root->second;
        const Done told = run_hook_process(
            {.command = {windows + R"(\System32\WindowsPowerShell\v1.0\powershell.exe)",
                         "-NoProfile", "-NonInteractive", "-Command", script},
             .environment = std::move(environment),
             .limit = kNoticeTime,
             .stop = stop});
        if (!told) {
            remarks.push_back(
                {.text = "Windows was not told that certificate " + one.replaced.substr(0, 8) +
                         " of template " + printable(one.template_name) +
                         " was replaced, so what is bound to it by event 1001 stays: " +
                         told.error().sentence()});
        }
    }
    return remarks;
}

}  // namespace ae::service
