#include "engine/base/hresult_table.h"
#include "service/journal_fields.h"
#include "service/system_log.h"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// The fields say where an event comes from; a line of our source says nothing to an administrator.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace ae::service {
namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

class Journal final : public SystemLog {
  public:
    explicit Journal(engine::Scope scope) : scope_(scope) {}

    Done write(const engine::Event& event) override { return send(journal_fields(event, scope_)); }
    Done write(const Remark& remark) override { return send(journal_fields(remark, scope_)); }

  private:
    static Done send(std::vector<std::string> fields) {
        std::vector<iovec> parts;
        parts.reserve(fields.size());
        for (std::string& field : fields) {
            parts.push_back({field.data(), field.size()});
        }
        const int answer = ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
        if (answer < 0) {
            return fail(kWriteFault,
                        "the journal takes no entry: " + std::generic_category().message(-answer));
        }
        return done();
    }

    engine::Scope scope_;
};

bool is_socket(const char* path) {
    struct stat facts {};
    return ::stat(path, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

}  // namespace

// [systemd.exec] "$JOURNAL_STREAM": "<device>:<inode>" of the stream that the journal reads.
bool standard_error_is_system_log() {
    const char* const named = std::getenv("JOURNAL_STREAM");
    struct stat facts {};
    if (named == nullptr || ::fstat(STDERR_FILENO, &facts) != 0) {
        return false;
    }
    const std::string_view text(named);
    const char* const end = text.data() + text.size();
    std::uintmax_t device = 0;
    std::uintmax_t inode = 0;
    const auto first = std::from_chars(text.data(), end, device);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') {
        return false;
    }
    const auto second = std::from_chars(first.ptr + 1, end, inode);
    return second.ec == std::errc{} && second.ptr == end && device == facts.st_dev &&
           inode == facts.st_ino;
}

std::unique_ptr<SystemLog> make_system_log(engine::Scope scope) {
    if (!is_socket(kJournalSocket)) {
        return nullptr;
    }
    if (!standard_error_is_system_log() && ::isatty(STDERR_FILENO) == 1) {
        return nullptr;
    }
    return std::make_unique<Journal>(scope);
}

}  // namespace ae::service
