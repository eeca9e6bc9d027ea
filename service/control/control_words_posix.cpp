#include "service/control/control_words.h"

namespace ae::service {

const ControlWords kControlWords{
    .administrators = "root",
    .account = "user id ",
    .as_administrator = "Run it as root",
    .against_impostor =
        "Look who may write into that folder, end that process and restart the service",
    .start_machine =
        "Start it with: systemctl start aeclient, or run it here with: aeclient pulse "
        "--foreground",
    .start_user =
        "Start it with: systemctl --user start aeclient-user, or run it here with: "
        "aeclient pulse --user --foreground"};

}  // namespace ae::service
