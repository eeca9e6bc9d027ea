#include "service/control/control_session.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <utility>

namespace ae::service {
namespace {

std::string printable_lines(std::string_view text) {
    std::string result;
    for (const std::string_view line : split(text, '\n')) {
        result += printable(line) + '\n';
    }
    result.pop_back();
    return result;
}

void escape(std::string& text) { text = printable(text); }

}  // namespace

void LineReader::add(std::string_view octets) {
    octets_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    octets_ += octets;
}

Result<std::optional<std::string>> LineReader::next() {
    const std::size_t end = octets_.find('\n', scanned_);
    scanned_ = end == std::string::npos ? octets_.size() : end;
    if (scanned_ - begin_ > largest_) {
        return fail(kInvalidData, "a line is longer than " + std::to_string(largest_) + " octets");
    }
    if (end == std::string::npos) {
        return std::nullopt;
    }
    std::string line = octets_.substr(begin_, end - begin_);
    begin_ = scanned_ = end + 1;
    return line;
}

bool Backlog::make_room(std::string& line) {
    if (!line.ends_with('\n')) {
        line += '\n';
    }
    if (line.size() > largest_ - size_) {
        return false;
    }
    size_ += line.size();
    return true;
}

bool Backlog::add(std::string line) {
    if (!make_room(line)) {
        return false;
    }
    lines_.push_back(std::move(line));
    return true;
}

bool Backlog::add_first(std::string line) {
    if (!make_room(line)) {
        return false;
    }
    lines_.push_front(std::move(line));
    return true;
}

std::string_view Backlog::front() const {
    return std::string_view(lines_.front()).substr(written_);
}

void Backlog::written(std::size_t count) {
    written_ += count;
    if (written_ == lines_.front().size()) {
        size_ -= written_;
        written_ = 0;
        lines_.pop_front();
    }
}

void Backlog::clear() {
    lines_.clear();
    written_ = size_ = 0;
}

Done may_enter(const ControlLimits& limits, const Peer& visitor, const Crowd& crowd) {
    const bool full = visitor.administrator ? crowd.of_account >= limits.of_administrator
                                            : crowd.of_account >= limits.of_one ||
                                                  crowd.not_administrator >= limits.clients;
    if (full) {
        return fail(kBusy, "the service talks to too many clients already",
                    "Wait until some of them have ended");
    }
    return done();
}

ControlAnswer made_printable(ControlAnswer answer) {
    if (auto* step = std::get_if<engine::Step>(&answer)) {
        escape(step->template_name);
        escape(step->ca);
    } else if (auto* event = std::get_if<EventLine>(&answer)) {
        escape(event->level);
        escape(event->source);
        escape(event->text);
    } else if (auto* result = std::get_if<RunResult>(&answer)) {
        result->text = printable_lines(result->text);
        result->complaint = printable_lines(result->complaint);
    } else if (auto* status = std::get_if<HostStatus>(&answer)) {
        escape(status->state);
        escape(status->running_trigger);
    } else if (auto* refused = std::get_if<Refused>(&answer)) {
        escape(refused->error.context);
        escape(refused->error.remedy);
    }
    return answer;
}

}  // namespace ae::service
