#include "service/period_text.h"

namespace ae::service {

std::string rough_period(Seconds period) {
    using namespace std::chrono;
    const Seconds amount = abs(period);
    const auto whole = [&](auto unit, auto above) {
        return duration_cast<decltype(unit)>(amount % above).count();
    };
    const auto text = [](auto large, const char* large_unit, auto small, const char* small_unit) {
        std::string both = std::to_string(large) + large_unit;
        return small == 0 ? both : both + ' ' + std::to_string(small) + small_unit;
    };
    if (amount < minutes(1)) {
        return std::to_string(amount.count()) + " s";
    }
    if (amount < hours(1)) {
        return std::to_string(duration_cast<minutes>(amount).count()) + " m";
    }
    if (amount < days(1)) {
        return text(duration_cast<hours>(amount).count(), " h", whole(minutes{}, hours(1)), " m");
    }
    return text(duration_cast<days>(amount).count(), " d", whole(hours{}, days(1)), " h");
}

std::string ago(Time then, Time now) {
    return then <= now ? rough_period(now - then) + " ago"
                       : rough_period(then - now) + " ahead: was the clock set back?";
}

}  // namespace ae::service
