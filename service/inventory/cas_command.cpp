#include "service/ca_access.h"
#include "service/ca_probe.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/inventory/cas.h"
#include "service/look.h"
#include "service/progress.h"
#include "service/stop_on_signals.h"
#include "stores/crypto.h"

namespace ae::service {
namespace {

// Of all CAs together: a forest of dead ones is told of in a minute.
constexpr std::chrono::seconds kAllCas{45};

void ask(ListedCa& one, const ca::CaClientOptions& way, ProbeOptions options) {
    options.other_names = other_names_of(one.service);
    const ca::CaClientOptions bounded = bounded_way(way, options);
    auto transport = ca::make_transport(bounded);
    if (!transport) {
        one.probe = probe_ca(one.service.ref(), bounded, options);
        return;
    }
    one.probe = probe_ca(one.service.ref(), bounded, options, **transport);
    if (!one.probe->failed_at) {
        one.identity = ca::CaInquiry(**transport, one.service.ref()).identity();
    }
}

// The directory was asked a moment ago, so the tickets are there.
void ask_all(const Sources& asked, CaListing& listing) {
    const std::stop_source stop;
    stop_on_signals(stop);
    auto way = resolved(asked).and_then(
        [&](const Sources& sources) { return ca_way(sources, listing.now); });
    if (!way) {
        listing.not_asked = way.error().sentence();
        return;
    }
    way->stop = stop.get_token();
    const ProbeOptions options{.last = std::chrono::steady_clock::now() + kAllCas};
    Progress progress;
    for (ListedCa& one : listing.cas) {
        progress.say("asking " + one.service.ref().config());
        ask(one, *way, options);
    }
}

}  // namespace

int run(const CasCommand& command) {
    open_quiet_log(command.sources);
    const auto preview = look(command.sources, command.from);
    if (!preview) {
        return complain(preview.error());
    }
    const auto crypto = stores::make_crypto();
    CaListing listing =
        list_cas(*preview, [&](ByteView der) { return stores::thumbprint(*crypto, der); });
    if (!command.from.empty()) {
        listing.not_asked = "this is a capture";
    } else if (listing.offline) {
        listing.not_asked = "no domain controller answers, so nobody can prove who asks";
    } else {
        ask_all(command.sources, listing);
    }
    return print_as(
        command.output, [&] { return cas_as_text(listing, style_of_output()); },
        [&] { return cas_as_json(listing); }, exit_code(listing));
}

}  // namespace ae::service
