// The PIN of a token, out of the file that its URI names (RFC 7512 2.4, pin-source): "file:/path"
// or
// "/path".  The file must be a plain file of root's or this account's, that nobody else can read.
// The PIN is in no text and in no error.  Blocks on the disk.  Any thread.
// Errors: kAccessDenied, also when there is no such file: a missing PIN is no missing key.
//
// RefusedPins: what one program leaves for the next about PINs that tokens refused, so that a file
// with a wrong PIN costs a token one try, however often programs start.  A file for each token in
// the folder of a context: store_layout.h.  It has no PIN, only which PIN file it was.
#pragma once

#include "engine/base/result.h"
#include "engine/base/secret.h"

#include <string>
#include <utility>

namespace ae::stores {

struct TokenPin {
    Secret pin{};              // without the end of its line
    std::string file_state{};  // another one as soon as somebody has written the file
};
Result<TokenPin> read_pin(const std::string& pin_source);

class RefusedPins {
  public:
    // Empty: nothing is remembered.
    explicit RefusedPins(std::string folder) : folder_(std::move(folder)) {}

    // What cannot be read was not refused, and what cannot be written is tried again: the flags of
    // the token stand behind this.
    [[nodiscard]] bool contains(const std::string& serial, const TokenPin& pin) const;
    void add(const std::string& serial, const TokenPin& pin) const;
    void forget(const std::string& serial) const;

  private:
    std::string folder_;
};

}  // namespace ae::stores
