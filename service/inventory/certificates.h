// What `aeclient certs` lists: one store of a context, each entry with what the rules say about it.
// Every verdict and date is the engine's own (Plan::decisions, renewal_dates.h).  Values; pure but
// for the functions that are handed in; any thread.
#pragma once

#include "engine/renewal_dates.h"
#include "service/cli/options.h"
#include "service/preview.h"
#include "service/style.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ae::service {

// To whom the CA bound it (KB5014754).
enum class SidBinding { none, own, other, unknown };  // unknown: the account's own is not known
std::string_view to_string(SidBinding binding);       // "this account"

struct ListedCertificate {
    engine::CertificateFacts facts{};
    std::string thumbprint{};
    std::string path{};           // where it lies; empty: the platform has no word for it
    std::string template_name{};  // empty: none is named
    // Of MY:
    bool managed = false;  // the directory has its template
    std::optional<engine::KeyState> key{};
    std::string key_detail{};
    std::string key_place{};
    std::optional<engine::ChainStatus> chain{};
    std::optional<engine::RenewalOutlook> renewal{};
    std::optional<engine::Decision> decision{};  // of the next pulse
    SidBinding binding = SidBinding::none;
};

struct CertificateListing {
    engine::Scope scope{};
    ListedStore store{};
    bool archived = false;
    Time now{};
    std::vector<ListedCertificate> certificates{};
    std::vector<engine::PendingRequest> requests{};  // ListedStore::request
    std::optional<Offline> offline{};  // templates and decisions rest on the kept replica
    std::string problem{};             // why templates and decisions are not known; empty: they are
    std::vector<std::string> notes{};
};
std::string_view to_string(ListedStore store);  // "my", as the command line has it

using TextOf = std::function<std::string(const std::string& thumbprint)>;

// MY as the plan sees it.
std::vector<ListedCertificate> certificates_of(const Preview& preview, const TextOf& key_place);
// MY, or its archived part, as the store alone knows it.
std::vector<ListedCertificate> certificates_of(const std::vector<engine::HeldCertificate>& held,
                                               const TextOf& key_place, const TextOf& template_of);
// A trust store.  What cannot be read becomes a note.
using Sha1 = std::function<std::string(ByteView)>;  // lower-case hexadecimal
std::vector<ListedCertificate> certificates_of(const std::vector<Bytes>& trusted, const Sha1& sha1,
                                               std::vector<std::string>& notes);

std::string listing_as_text(const CertificateListing& listing, const Style& style = {});
std::string listing_as_json(const CertificateListing& listing);

}  // namespace ae::service
