#include "stores/key_release_files.h"

#include "stores/store_layout.h"

namespace ae::stores {
namespace {

constexpr std::string_view kArchival = "archival\n";
constexpr std::string_view kAlways = "export\n";
constexpr mode_t kReleaseFile = 0600;

}  // namespace

KeyRelease key_release_for(const engine::KeyRequest& request) {
    if (request.exportable == engine::KeyExport::allowed) {
        return KeyRelease::always;
    }
    return request.archival == engine::KeyArchival::once ? KeyRelease::archival : KeyRelease::never;
}

Result<KeyRelease> read_key_release(const Folder& entry) {
    Result<std::optional<Bytes>> content = entry.read(layout::kRelease);
    if (!content) {
        return pass(content);
    }
    const std::string_view text = *content ? as_text(**content) : std::string_view{};
    if (text == kAlways) {
        return KeyRelease::always;
    }
    return text == kArchival ? KeyRelease::archival : KeyRelease::never;
}

Done write_key_release(const Folder& entry, KeyRelease release) {
    if (release == KeyRelease::never) {
        return done();
    }
    const std::string_view text = release == KeyRelease::always ? kAlways : kArchival;
    return entry.create_file(layout::kRelease, as_bytes(text), kReleaseFile);
}

}  // namespace ae::stores
