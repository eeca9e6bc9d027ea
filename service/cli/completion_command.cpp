// `aeclient completion SHELL`.
#include "service/cli/completion.h"
#include "service/commands.h"
#include "service/console.h"

namespace ae::service {

int run(const CompletionCommand& command) {
    const CommandDoc program = describe_program();
    if (command.shell == "bash") {
        return print(bash_completion(program), 0);
    }
    if (command.shell == "zsh") {
        return print(zsh_completion(program), 0);
    }
    return print(
        command.shell == "fish" ? fish_completion(program) : powershell_completion(program), 0);
}

}  // namespace ae::service
