// One certificate that a hook could be told of.  Portable.
#pragma once

#include "service/hooks/hook_document.h"

namespace ae::test {

inline service::HookDocument sample_document() {
    return {.event = "renewed",
            .context = "machine",
            .template_name = "CorpMachine",
            .ca = "ca1.corp.example.test\\Corp Issuing CA 1",
            .request_id = 17,
            .thumbprint = "00112233445566778899aabbccddeeff00112233",
            .replaced = "ffeeddccbbaa99887766554433221100ffeeddcc",
            .path = "/var/lib/aeclient/machine/my/0011/cert.pem",
            .live = "/var/lib/aeclient/machine/live/CorpMachine",
            .expires = "2027-03-01T12:00:00Z"};
}

}  // namespace ae::test
