#include "engine/base/time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace ae {
namespace {

bool number_at(std::string_view text, std::size_t at, std::size_t size, int& value) {
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + size, value);
    return error == std::errc{} && end == begin + size && value >= 0;
}

}  // namespace

std::optional<Seconds> period_from_wire(ByteView octets) {
    if (octets.size() != 8) {
        return std::nullopt;
    }
    constexpr std::int64_t ticks_per_second = 10'000'000;
    const auto ticks = static_cast<std::int64_t>(LittleEndianReader(octets).u64());
    if (ticks > 0) {
        return std::nullopt;
    }
    return Seconds(-(ticks / ticks_per_second));
}

CivilTime civil(Time time) {
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            static_cast<unsigned>(clock.hours().count()),
            static_cast<unsigned>(clock.minutes().count()),
            static_cast<unsigned>(clock.seconds().count())};
}

std::optional<Time> from_civil(const CivilTime& parts) {
    const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                           std::chrono::month(parts.month),
                                           std::chrono::day(parts.day)};
    if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 59) {
        return std::nullopt;
    }
    return Time(std::chrono::sys_days(date)) + std::chrono::hours(parts.hour) +
           std::chrono::minutes(parts.minute) + Seconds(parts.second);
}

std::string to_string(Time time) {
    const CivilTime parts = civil(time);
    std::array<char, 32> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02u:%02u:%02uZ",
                                    parts.year, parts.month, parts.day, parts.hour, parts.minute,
                                    parts.second));
    return text.data();
}

std::optional<Time> time_from_string(std::string_view text) {
    if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text[19] != 'Z') {
        return std::nullopt;
    }
    std::array<int, 6> parts{};
    constexpr std::array<std::size_t, 6> starts = {0, 5, 8, 11, 14, 17};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!number_at(text, starts[i], i == 0 ? 4 : 2, parts[i])) {
            return std::nullopt;
        }
    }
    return from_civil({parts[0], static_cast<unsigned>(parts[1]), static_cast<unsigned>(parts[2]),
                       static_cast<unsigned>(parts[3]), static_cast<unsigned>(parts[4]),
                       static_cast<unsigned>(parts[5])});
}

std::string period_text(Seconds period) {
    using namespace std::chrono;
    const auto whole_days = floor<days>(period);
    const auto whole_hours = floor<hours>(period - whole_days);
    if (whole_days.count() > 0) {
        std::string text = std::to_string(whole_days.count()) + " d";
        return whole_hours.count() > 0 ? text + ' ' + std::to_string(whole_hours.count()) + " h"
                                       : text;
    }
    if (whole_hours.count() > 0) {
        return std::to_string(whole_hours.count()) + " h";
    }
    return std::to_string(period.count()) + " s";
}

}  // namespace ae
