#include "engine/base/hresult_table.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/host_start.h"

namespace ae::service {

int run_service(const ServiceCommand& command, char* const* argv) {
    if (command.action != ServiceAction::run) {
        return complain({kNotSupported, "the service is not installed by this command here",
                         "The package brings aeclient.service: systemctl enable --now aeclient"});
    }
    return complain(become_service(argv));
}

}  // namespace ae::service
