#include "tests/lab/ca/request_db.h"

#include "tests/lab/ca/hierarchy.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace ae::labca {
namespace {

constexpr std::array<std::string_view, 6> kStatusNames{"processing", "pending", "issued",
                                                       "denied",     "failed",  "revoked"};

RowStatus status_from(const std::string& name) {
    const auto found = std::find(kStatusNames.begin(), kStatusNames.end(), name);
    if (found == kStatusNames.end()) {
        throw std::runtime_error("unknown status in the request database: " + name);
    }
    return static_cast<RowStatus>(found - kStatusNames.begin());
}

nlohmann::ordered_json to_json(const RequestRow& row) {
    return {{"id", row.id},
            {"status", status_name(row.status)},
            {"requester", row.requester},
            {"requester_sid", row.requester_sid},
            {"template", row.template_name},
            {"request_format", row.request_format},
            {"message", row.message},
            {"code", row.code},
            {"body_part", row.body_part},
            {"submitted", row.submitted},
            {"resolved", row.resolved},
            {"serial", row.serial},
            {"request", to_base64(row.request)},
            {"certificate", to_base64(row.certificate)},
            {"archived_hash", to_base64(row.archived_hash)}};
}

RequestRow from_json(const nlohmann::json& json) {
    RequestRow row;
    row.id = json.at("id").get<std::uint32_t>();
    row.status = status_from(json.at("status").get<std::string>());
    row.requester = json.at("requester").get<std::string>();
    row.requester_sid = json.at("requester_sid").get<std::string>();
    row.template_name = json.at("template").get<std::string>();
    row.request_format = json.at("request_format").get<std::string>();
    row.message = json.at("message").get<std::string>();
    row.code = json.at("code").get<std::uint32_t>();
    row.body_part = json.at("body_part").get<std::uint32_t>();
    row.submitted = json.at("submitted").get<std::time_t>();
    row.resolved = json.at("resolved").get<std::time_t>();
    row.serial = json.at("serial").get<std::string>();
    row.request = from_base64(json.at("request").get<std::string>());
    row.certificate = from_base64(json.at("certificate").get<std::string>());
    row.archived_hash = from_base64(json.at("archived_hash").get<std::string>());
    return row;
}

}  // namespace

std::string_view status_name(RowStatus status) {
    return kStatusNames[static_cast<std::size_t>(status)];
}

RequestDb::RequestDb(std::filesystem::path directory) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_);
    for (const auto& file : std::filesystem::directory_iterator(directory_)) {
        if (file.path().extension() == ".json") {
            const Bytes text = read_file(file.path());
            rows_.push_back(from_json(nlohmann::json::parse(text.begin(), text.end())));
        }
    }
    std::sort(rows_.begin(), rows_.end(),
              [](const RequestRow& a, const RequestRow& b) { return a.id < b.id; });
}

std::filesystem::path RequestDb::file_of(std::uint32_t id) const {
    return directory_ / (std::to_string(id) + ".json");
}

void RequestDb::save(const RequestRow& row) const {
    const std::string text =
        to_json(row).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    write_atomically(file_of(row.id), view_of(text + "\n"));
}

std::uint32_t RequestDb::add(RequestRow row) {
    const std::lock_guard lock(mutex_);
    row.id = rows_.empty() ? 1 : rows_.back().id + 1;
    save(row);
    rows_.push_back(std::move(row));
    return rows_.back().id;
}

void RequestDb::update(const RequestRow& row) {
    const std::lock_guard lock(mutex_);
    for (RequestRow& known : rows_) {
        if (known.id == row.id) {
            save(row);
            known = row;
            return;
        }
    }
    throw std::runtime_error("no such row");
}

std::optional<RequestRow> RequestDb::find(std::uint32_t id) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(rows_.begin(), rows_.end(),
                                    [id](const RequestRow& row) { return row.id == id; });
    return found == rows_.end() ? std::nullopt : std::optional(*found);
}

std::optional<RequestRow> RequestDb::find_serial(const std::string& serial) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const RequestRow& row) {
        return !row.serial.empty() && row.serial == serial;
    });
    return found == rows_.end() ? std::nullopt : std::optional(*found);
}

std::vector<RequestRow> RequestDb::all() const {
    const std::lock_guard lock(mutex_);
    return rows_;
}

}  // namespace ae::labca
