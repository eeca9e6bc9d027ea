// All places of keys that this machine has (key_backend.h), and which of them a template's
// providers mean (provider_table.h).  Internal to the directory store.  One thread; blocks on
// devices. Errors: as in key_backend.h; kNotSupported when no named provider is here.
#pragma once

#include "stores/key_backend.h"
#include "stores/provider_table.h"
#include "stores/token_key_backend.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ae::stores {

struct ProviderAnswer {
    ProviderRow row{};
    Done answers = done();
};

class KeyBackends {
  public:
    // `pin_memory`: KeySettings::pin_memory.
    explicit KeyBackends(ProviderTable table, PinUse pins = PinUse::careful,
                         std::string pin_memory = {});

    [[nodiscard]] const ProviderTable& table() const { return table_; }
    // Every row of the table, each place asked once.
    std::vector<ProviderAnswer> providers();
    Done answers(const KeyPlace& place);
    [[nodiscard]] std::vector<KeyPlace> places_for(const engine::KeyRequest& request) const;
    // Whether the key lies where the request wants one (rule W7).
    [[nodiscard]] bool suits(const KeyFile& file, const engine::KeyRequest& request) const;

    Result<KeyFile> begin(const engine::KeyRequest& request, const std::string& id,
                          const KeyPlace& place);
    Done finish(const engine::KeyRequest& request, const KeyFile& file);
    Result<std::unique_ptr<engine::PrivateKey>> open(const KeyFile& file, std::string reference,
                                                     KeyRelease release);
    // No file: gone.
    KeyProbe probe(const std::optional<KeyFile>& file, ByteView public_key_info);
    Done destroy(const KeyFile& file);

  private:
    [[nodiscard]] KeyBackend* reader_of(const KeyFile& file) const;

    ProviderTable table_;
    std::map<KeyHome, std::unique_ptr<KeyBackend>> backends_;
};

}  // namespace ae::stores
