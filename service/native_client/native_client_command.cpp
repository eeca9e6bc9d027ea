// `aeclient native-client`, and what the service and the installer do about the built-in client.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/native_client/native_client.h"

namespace ae::service {
namespace {

int show(const NativeClient& client, Output output) {
    const auto tasks = look_at(client);
    if (!tasks) {
        return complain(tasks.error());
    }
    return print_as(
        output, [&] { return native_client_as_text(*tasks); },
        [&] { return native_client_as_json(*tasks); }, 0);
}

// Says what was changed on standard error, then how it stands now.
int change(const NativeClient& client, const NativeClientCommand& command) {
    const auto said =
        command.action == NativeClientAction::disable ? disable(client) : enable(client);
    if (!said) {
        return complain(said.error());
    }
    for (const std::string& sentence : *said) {
        mention(sentence);
    }
    if (said->empty()) {
        mention(command.action == NativeClientAction::disable
                    ? "nothing was to be turned off"
                    : "nothing was to be turned on: aeclient had turned nothing off");
    }
    return show(client, command.output);
}

}  // namespace

int run(const NativeClientCommand& command) {
    const auto tasks = make_native_tasks();
    if (!tasks) {
        return complain(tasks.error());
    }
    const auto record = make_native_record();
    const NativeClient client{**tasks, *record};
    return command.action == NativeClientAction::status ? show(client, command.output)
                                                        : change(client, command);
}

std::string native_client_warning() {
    const auto record = make_native_record();
    const auto remembered = record->load();
    if (remembered && remembered->empty()) {
        return {};  // the common case: no Task Scheduler is asked
    }
    const auto tasks = make_native_tasks();
    if (!tasks) {
        return "Windows' own autoenrollment tasks were to stay off: " + tasks.error().sentence();
    }
    return keep_off({**tasks, *record});
}

Done restore_native_client() {
    const auto record = make_native_record();
    const auto remembered = record->load();
    if (remembered && remembered->empty()) {
        return done();
    }
    const auto tasks = make_native_tasks();
    if (!tasks) {
        return fail(tasks.error());
    }
    auto enabled = enable({**tasks, *record});
    return enabled ? done() : pass(enabled, "turn Windows' own autoenrollment tasks on again");
}

}  // namespace ae::service
