#include "service/commands.h"
#include "service/console.h"
#include "service/inventory/templates.h"
#include "service/look.h"

namespace ae::service {

int run(const TemplatesCommand& command) {
    open_quiet_log(command.sources);
    const auto listing = look(command.sources, command.from).and_then([&](const Preview& preview) {
        return list_templates(preview, command.ca,
                              command.all ? ListedTemplates::all : ListedTemplates::with_rights);
    });
    if (!listing) {
        return complain(listing.error());
    }
    return print_as(
        command.output, [&] { return templates_as_text(*listing, style_of_output()); },
        [&] { return templates_as_json(*listing); }, 0);
}

}  // namespace ae::service
