#include "stores/private_key_openssl.h"
#include "stores/software_key_backend.h"

#include <utility>

namespace ae::stores {
namespace {

class SoftwareBackend final : public KeyBackend {
  public:
    // Whatever no other place reads: a broken key.pem is a key of ours that broke.
    [[nodiscard]] bool reads(const KeyFile& file) const override {
        return file.name == layout::kKey;
    }
    [[nodiscard]] bool lies_in(const KeyFile& file, const std::string& /*where*/) const override {
        return reads(file);
    }
    Done answers(const std::string& /*where*/) override { return done(); }

    Result<KeyFile> begin(const engine::KeyRequest& request, const std::string& /*id*/,
                          const std::string& /*where*/) override {
        Result<UniqueEvpPkey> key = generate_key(request);
        if (!key) {
            return pass(key);
        }
        return key_file_of(key->get());
    }
    Done finish(const engine::KeyRequest& /*request*/, const KeyFile& /*file*/) override {
        return done();
    }

    Result<std::unique_ptr<engine::PrivateKey>> open(const KeyFile& file, std::string reference,
                                                     KeyRelease release) override {
        Result<UniqueEvpPkey> key = key_from_pem(file.content.view());
        if (!key) {
            return pass(key);
        }
        return make_private_key(std::move(*key), std::move(reference), release);
    }
    KeyProbe probe(const KeyFile& file, ByteView public_key_info) override {
        return probe_key(file.content.view(), public_key_info);
    }
    Done destroy(const KeyFile& /*file*/) override { return done(); }
};

}  // namespace

std::unique_ptr<KeyBackend> make_software_backend() { return std::make_unique<SoftwareBackend>(); }

}  // namespace ae::stores
