#include "stores/my_entry_files.h"

#include "engine/base/hresult_table.h"
#include "stores/store_layout.h"

namespace ae::stores {
namespace {

constexpr std::string_view kLabel = "CERTIFICATE";
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

Result<Bytes> read_part(const Folder& entry, std::string_view name) {
    Result<std::optional<Bytes>> content = entry.read(name);
    if (!content) {
        return pass(content);
    }
    if (!*content) {
        return fail(kFileNotFound, entry.path_of(name) + " is missing");
    }
    return std::move(**content);
}

}  // namespace

Result<MyEntry> read_my_entry(const Folder& entry) {
    Result<Bytes> content = read_part(entry, layout::kEntry);
    if (!content) {
        return pass(content);
    }
    Result<MyEntry> facts = my_entry_from_json(as_text(*content));
    if (!facts) {
        return pass(facts, entry.path());
    }
    return facts;
}

Result<std::vector<NamedEntry>> read_my_entries(const Folder& my) {
    Result<std::vector<std::string>> names = my.names();
    if (!names) {
        return pass(names);
    }
    std::vector<NamedEntry> found;
    for (std::string& name : *names) {
        if (!is_thumbprint(name)) {
            continue;
        }
        Result<MyEntry> facts = my.open(name).and_then(read_my_entry);
        found.push_back({std::move(name), std::move(facts)});
    }
    return found;
}

Result<engine::CertificateFacts> read_certificate(const Folder& entry) {
    Result<Bytes> content = read_part(entry, layout::kCertificate);
    if (!content) {
        return pass(content);
    }
    const std::optional<Bytes> der = from_pem(kLabel, as_text(*content));
    if (!der) {
        return fail(kInvalidData, entry.path_of(layout::kCertificate) + " holds no certificate");
    }
    Result<engine::CertificateFacts> facts = engine::parse_certificate(*der);
    if (!facts) {
        return pass(facts, entry.path_of(layout::kCertificate));
    }
    return facts;
}

Result<std::vector<Bytes>> certificates_from_pem(std::string_view text) {
    std::vector<Bytes> found;
    for (auto at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin)) {
        text.remove_prefix(at);
        std::optional<Bytes> der = from_pem(kLabel, text);
        const auto end = text.find(kEnd);
        if (!der || end == std::string_view::npos) {
            return fail(kInvalidData, "a certificate in it is cut off or no base64");
        }
        found.push_back(std::move(*der));
        text.remove_prefix(end + kEnd.size());
    }
    return found;
}

std::string certificates_to_pem(const std::vector<Bytes>& certificates) {
    std::string text;
    for (const Bytes& certificate : certificates) {
        text += to_pem(kLabel, certificate);
    }
    return text;
}

}  // namespace ae::stores
