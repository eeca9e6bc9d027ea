#include "service/control/control_words.h"

namespace ae::service {

const ControlWords kControlWords{
    .administrators = "administrators",
    .account = "the account ",
    .as_administrator = "Run it from an elevated prompt",
    .against_impostor = "Find out what that process is, end it and restart the service",
    .start_machine = "Start it with: sc start AeClient",
    .start_user =
        "The service starts it when you log on; or run it here with: aeclient pulse "
        "--user --foreground"};

}  // namespace ae::service
