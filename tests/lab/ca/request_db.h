// The request database: one JSON file per row under CADIR/db, so it survives a restart.
//
// Threads: every method may be called from any thread.  Errors: std::runtime_error on disk trouble.
#pragma once

#include "tests/lab/ca/bytes.h"

#include <ctime>
#include <filesystem>
#include <mutex>
#include <optional>

namespace ae::labca {

enum class RowStatus { processing, pending, issued, denied, failed, revoked };
std::string_view status_name(RowStatus status);

struct RequestRow {
    std::uint32_t id = 0;
    RowStatus status = RowStatus::processing;
    std::string requester{};  // Kerberos principal
    std::string requester_sid{};
    std::string template_name{};
    std::string request_format{};
    std::string message{};
    std::uint32_t code = 0;       // why it failed or was denied
    std::uint32_t body_part = 1;  // of the request inside a CMC message
    std::time_t submitted = 0;
    std::time_t resolved = 0;
    std::string serial{};  // of the certificate, lower-case hex
    Bytes request{};
    Bytes certificate{};    // issued, or the draft of a pending one
    Bytes archived_hash{};  // attribute 21.21, when a key was archived
};

class RequestDb {
  public:
    explicit RequestDb(std::filesystem::path directory);
    std::uint32_t add(RequestRow row);  // the new id
    void update(const RequestRow& row);
    std::optional<RequestRow> find(std::uint32_t id) const;
    std::optional<RequestRow> find_serial(const std::string& serial) const;
    std::vector<RequestRow> all() const;  // by id

  private:
    void save(const RequestRow& row) const;
    std::filesystem::path file_of(std::uint32_t id) const;

    std::filesystem::path directory_;
    mutable std::mutex mutex_{};
    std::vector<RequestRow> rows_{};
};

}  // namespace ae::labca
