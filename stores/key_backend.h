// Where keys live: in a file of their own, in the machine's TPM, on a PKCS #11 token.  The seam
// between the directory store and these places.  Internal to the directory store.
//
// An entry of MY or REQUEST keeps one file about its key (KeyFile): the key itself, or where it is
// to be found.  That file, copied octet by octet, is the same key once more (a renewal with the
// same key), so an entry can be moved, saved with tar and compared without asking anybody.
//
// Making a key takes two steps, so that a crash leaves no key that nobody knows of: begin() gives
// the file; the store publishes it in REQUEST, durably; finish() then makes what the file names.
// A file that names a key which was never made is nobody's loss: destroy() takes it for success.
//
// Errors: kNotSupported for an algorithm, size or use that the place does not offer, and for a
// place that is not here; kFileNotFound when the named key is certainly not there; kInvalidData for
// a file that cannot be read; kAccessDenied when the place wants a PIN that it does not get. Blocks
// as long as the device takes.  One thread.  No PIN and no secret half is in any text.
#pragma once

#include "engine/base/secret.h"
#include "engine/ports.h"
#include "stores/store_layout.h"

#include <memory>
#include <string>
#include <string_view>

namespace ae::stores {

struct KeyFile {
    std::string_view name = layout::kKey;  // layout::kKey or layout::kKeyUri
    Secret content{};
};

// Who may have the key whole: the archives of the CA that is asked, or any program of the owner's.
enum class KeyRelease { never, archival, always };

// Rule Q5: is this the private key of the certificate with that public key?  `gone` only when it
// certainly is not there any more; a device that does not answer may come back.
struct KeyProbe {
    engine::KeyState state = engine::KeyState::unknown;
    std::string detail{};
};

class KeyBackend {
  public:
    virtual ~KeyBackend() = default;
    // Whether the file is one of this kind of place, well-formed or not.
    [[nodiscard]] virtual bool reads(const KeyFile& file) const = 0;
    // Whether the file's key lies in the place `where` (KeyPlace); never asks a device.
    [[nodiscard]] virtual bool lies_in(const KeyFile& file, const std::string& where) const = 0;
    // Success: keys can be made there now.
    virtual Done answers(const std::string& where) = 0;
    // `id`: 32 hex digits, for a key that is to be found by a name.  Checks the request.
    virtual Result<KeyFile> begin(const engine::KeyRequest& request, const std::string& id,
                                  const std::string& where) = 0;
    virtual Done finish(const engine::KeyRequest& request, const KeyFile& file) = 0;
    // The key needs neither the backend nor the store any more.
    virtual Result<std::unique_ptr<engine::PrivateKey>> open(const KeyFile& file,
                                                             std::string reference,
                                                             KeyRelease release) = 0;
    virtual KeyProbe probe(const KeyFile& file, ByteView public_key_info) = 0;
    // Deletes what the file names, for good.  A key that lies in its file: nothing to do.
    virtual Done destroy(const KeyFile& file) = 0;
};

}  // namespace ae::stores
