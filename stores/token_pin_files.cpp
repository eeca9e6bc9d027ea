#include "stores/token_pin_files.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/files_posix.h"
#include "stores/store_layout.h"

#include <cerrno>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kLocal = "//";  // file:///etc/pin
constexpr std::size_t kLongestPin = 255;
constexpr mode_t kPrivateFile = 0600;

// Empty: no absolute path.
std::string path_of(std::string_view source) {
    if (source.starts_with(kFile)) {
        source.remove_prefix(kFile.size());
        if (source.starts_with(kLocal)) {
            source.remove_prefix(kLocal.size());
        }
    }
    return source.starts_with('/') ? std::string(source) : std::string();
}

tl::unexpected<Error> unreadable(std::string_view what, const std::string& path) {
    Error error = file_error(Access::read, errno, what, path);
    error.code = kAccessDenied;
    return fail(std::move(error).within("the token's PIN"));
}

// Its state.
Result<std::string> check_private(int file, const std::string& path) {
    struct stat facts {};
    if (::fstat(file, &facts) != 0) {
        return unreadable("look at", path);
    }
    const bool own = facts.st_uid == 0 || facts.st_uid == ::geteuid();
    if (!S_ISREG(facts.st_mode) || !own || (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(kAccessDenied, "the PIN's file " + path + " is not private",
                    "Make it a plain file of root's with mode 0600: chown root, chmod 600");
    }
    return std::to_string(facts.st_ino) + ' ' + std::to_string(facts.st_mtim.tv_sec) + '.' +
           std::to_string(facts.st_mtim.tv_nsec);
}

// A serial number may be any text.
std::string note_name(const std::string& serial) {
    return std::string(layout::kRefusedPin) + to_hex(as_bytes(serial));
}

}  // namespace

Result<TokenPin> read_pin(const std::string& pin_source) {
    const std::string path = path_of(pin_source);
    if (path.empty()) {
        return fail(kAccessDenied, "pin-source names no file",
                    "Write the absolute path of a file, such as pin-source=file:/etc/aeclient/pin");
    }
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!file) {
        return unreadable("read", printable(path));
    }
    Result<std::string> state = check_private(file.get(), printable(path));
    if (!state) {
        return pass(state);
    }
    Bytes octets(kLongestPin + 1);
    const ssize_t size = ::read(file.get(), octets.data(), octets.size());
    if (size < 0) {
        return unreadable("read", printable(path));
    }
    std::size_t length = static_cast<std::size_t>(size);
    while (length > 0 && (octets[length - 1] == '\n' || octets[length - 1] == '\r')) {
        --length;
    }
    // Shrinking leaves the octets where they are: Secret wipes what it holds.
    octets.resize(length);
    Secret pin(std::move(octets));
    if (length == 0 || length > kLongestPin) {
        return fail(kAccessDenied, "the PIN's file " + printable(path) +
                                       (length == 0 ? " is empty" : " is longer than any PIN"));
    }
    return TokenPin{std::move(pin), std::move(*state)};
}

bool RefusedPins::contains(const std::string& serial, const TokenPin& pin) const {
    const Result<Folder> folder = Folder::open_path(folder_);
    if (!folder) {
        return false;
    }
    const auto note = folder->read(note_name(serial));
    return note && *note && as_text(**note) == pin.file_state;
}

void RefusedPins::add(const std::string& serial, const TokenPin& pin) const {
    if (const Result<Folder> folder = Folder::open_path(folder_); folder) {
        const Done noted =
            folder->publish_file(note_name(serial), as_bytes(pin.file_state), kPrivateFile);
        if (noted) {
            static_cast<void>(folder->sync());
        }
    }
}

void RefusedPins::forget(const std::string& serial) const {
    if (const Result<Folder> folder = Folder::open_path(folder_); folder) {
        static_cast<void>(folder->remove(note_name(serial)));
    }
}

}  // namespace ae::stores
