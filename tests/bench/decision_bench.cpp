// How long the engine takes to decide a world that is far larger than a real one, and how that time
// grows: 1,000 templates x 10,000 certificates x 300 groups, then each of them (and each of some
// shapes that invite a quadratic answer) 1, 2, 4 and 8 times as large.
//
// A bar: the median of the processor time is below 50 ms for the size asked for, and the exponent
// that fits the growth is at most 1.1.  Exit code 1 when a bar is missed.
#include "engine/plan.h"
#include "tests/support/builders.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

using namespace ae;
using namespace ae::engine;

constexpr double kBarMilliseconds = 50;
constexpr double kBarExponent = 1.1;
constexpr std::array<std::size_t, 4> kFactors{1, 2, 4, 8};

// How the templates supersede each other.
enum class Superseding { pairs, chain, circle };

struct Size {
    std::size_t templates = 1000;
    std::size_t certificates = 10000;
    std::size_t groups = 300;
    int services = 1;
    std::size_t remembered = 0;  // issued certificates and refusals, each
    std::size_t published = 0;
    std::size_t pending = 0;
    Superseding superseding = Superseding::pairs;
};

std::string group(std::size_t number) {
    return "S-1-5-21-3623811015-3361044348-30300820-" + std::to_string(10000 + number);
}

// 15 entries, 836 octets: the groups of other departments first, the account's own at the end.
Bytes real_size_descriptor(std::size_t number, std::size_t groups) {
    test::SecurityBuilder builder;
    builder.owner("S-1-5-21-3623811015-3361044348-30300820-519");
    builder.allow("S-1-5-21-3623811015-3361044348-30300820-519", 0xF00FF);
    builder.allow("S-1-5-21-3623811015-3361044348-30300820-512", 0xF00FF);
    for (std::size_t other = 0; other < 5; ++other) {
        const std::string stranger = group(1'000'000 + number * 5 + other);
        builder.allow_object(stranger, test::kEnroll).allow_object(stranger, test::kAutoenroll);
    }
    const std::string own = group(number % groups);
    builder.allow_object(own, test::kEnroll).allow_object(own, test::kAutoenroll);
    return builder.allow(test::kAuthenticatedUsers, test::kReadRights).bytes();
}

std::vector<std::string> superseded_by(std::size_t number, const Size& size) {
    const auto name = [&](std::size_t other) {
        return "Template" + std::to_string(other % size.templates);
    };
    switch (size.superseding) {
        case Superseding::chain:
            return number + 1 < size.templates ? std::vector{name(number + 1)}
                                               : std::vector<std::string>{};
        case Superseding::circle:
            return {name(number + 1)};
        case Superseding::pairs:
            break;
    }
    return number % 10 == 0 ? std::vector{name(number + 1)} : std::vector<std::string>{};
}

// Every tenth carries the subject over from the old certificate, so that lineages are decided too.
Template make_template(std::size_t number, const Size& size) {
    Template t =
        test::autoenrolled("Template" + std::to_string(number), superseded_by(number, size));
    t.oid = "1.3.6.1.4.1.311.21.8.4711001.1202303.3404505." + std::to_string(number);
    t.security_descriptor = real_size_descriptor(number, size.groups);
    if (number % 10 == 5) {
        t.name_flags =
            name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
    }
    return t;
}

enum class Age { fresh, due, expired, revoked };

// One template in four has only certificates that are due, one only those that are gone: both go on
// the list.  The others have some of each, and hold.
Age age_of(std::size_t number, std::size_t place) {
    switch (place % 4) {
        case 0:
            return Age::due;
        case 1:
            return number % 2 == 0 ? Age::expired : Age::revoked;
        default:
            return static_cast<Age>((number + place) % 4);
    }
}

HeldCertificate make_held(std::size_t number, std::size_t place, const Template& of) {
    HeldCertificate held = test::held(of);
    held.facts.not_before -= std::chrono::seconds(number);
    held.facts.subject_der = Bytes{0x30, 0x01, static_cast<std::uint8_t>(number)};
    std::array<char, 41> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%020zx%020zx", number, place));
    held.thumbprint = text.data();
    switch (age_of(number, place)) {
        case Age::fresh:
            break;
        case Age::due:
            held.facts.not_after = test::kNow + 10 * test::kDay;
            break;
        case Age::expired:
            held.facts.not_after = test::kNow - test::kDay;
            break;
        case Age::revoked:
            held.chain = {ChainState::revoked, "revoked in the bench"};
            break;
    }
    return held;
}

void remember(Snapshot& world, const Size& size) {
    for (std::size_t i = 0; i < size.remembered; ++i) {
        const std::string& name = world.templates[i % size.templates].name;
        const CaRef ca = world.services.front().ref();
        world.memory.issued.push_back({name, "Q3", test::kNow - 30 * test::kDay, test::kDay * 365});
        world.memory.refusals.push_back({name, "100.0", ca, hresult(0x80094011), 1, test::kNow});
    }
}

Snapshot make_world(const Size& size) {
    std::vector<Template> templates;
    for (std::size_t i = 0; i < size.templates; ++i) {
        templates.push_back(make_template(i, size));
    }
    Snapshot world = test::world_of(std::move(templates));
    const std::vector<std::string> offered = world.services.front().templates;
    for (int i = 2; i <= size.services; ++i) {
        world.services.push_back(test::service(i, offered));
        world.ca_trust.push_back({world.services.back().ref(), {}});
    }
    for (std::size_t i = 0; i < size.groups; ++i) {
        world.account.sids.push_back(test::sid(group(i)));
    }
    std::ranges::sort(world.account.sids);
    for (std::size_t i = 0; i < size.certificates; ++i) {
        const std::size_t place = i % size.templates;
        world.my.push_back(make_held(i / size.templates, place, world.templates[place]));
    }
    for (std::size_t i = 0; i < size.published; ++i) {
        const std::size_t place = i % size.templates;
        const HeldCertificate one = make_held(i / size.templates, place, world.templates[place]);
        world.published.push_back({one.facts, one.thumbprint, one.chain});
    }
    for (std::size_t i = 0; i < size.pending; ++i) {
        world.pending.push_back(
            test::pending_since(world.templates[i % size.templates], test::kNow - test::kDay));
        world.pending.back().key_reference += std::to_string(i);
    }
    remember(world, size);
    return world;
}

// Processor time of this thread: what other processes do on the machine does not count.
double milliseconds_now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

struct Times {
    double best = 0;    // for the growth: the least disturbed
    double median = 0;  // for the bar
};

Times measure(const Size& size) {
    const Snapshot world = make_world(size);
    std::vector<double> times;
    std::size_t decisions = 0;
    for (int run = 0; run < 9; ++run) {
        const double start = milliseconds_now();
        decisions = make_plan(world).decisions.size();
        times.push_back(milliseconds_now() - start);
    }
    if (decisions != size.templates + size.certificates + size.pending) {
        std::printf("%zu decisions, which cannot be right\n", decisions);
        std::exit(2);
    }
    std::ranges::sort(times);
    return {times.front(), times[times.size() / 2]};
}

// The slope of the least-squares line through (log size, log time).
double exponent_of(const std::array<double, kFactors.size()>& times) {
    double x_sum = 0;
    double y_sum = 0;
    double xx_sum = 0;
    double xy_sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double x = std::log(static_cast<double>(kFactors[i]));
        const double y = std::log(times[i]);
        x_sum += x;
        y_sum += y;
        xx_sum += x * x;
        xy_sum += x * y;
    }
    const auto n = static_cast<double>(times.size());
    return (n * xy_sum - x_sum * y_sum) / (n * xx_sum - x_sum * x_sum);
}

// One line of the table: what grows, by factor.
struct Growth {
    const char* what;
    void (*grow)(Size& size, std::size_t factor);
};

constexpr Growth kGrowths[] = {
    {"templates (1,000 to 8,000)", [](Size& size, std::size_t by) { size.templates *= by; }},
    {"certificates (10,000 to 80,000)",
     [](Size& size, std::size_t by) { size.certificates *= by; }},
    {"groups (300 to 2,400)", [](Size& size, std::size_t by) { size.groups *= by; }},
    {"a chain of superseding templates (1,000 ...)",
     [](Size& size, std::size_t by) {
         size.superseding = Superseding::chain;
         size.templates *= by;
     }},
    {"a circle of superseding templates (1,000 ...)",
     [](Size& size, std::size_t by) {
         size.superseding = Superseding::circle;
         size.templates *= by;
     }},
    {"1,000 templates, all offered by CAs (20 ...)",
     [](Size& size, std::size_t by) { size.services = static_cast<int>(20 * by); }},
    {"issues and denials remembered (100 ...)",
     [](Size& size, std::size_t by) { size.remembered = 100 * by; }},
    {"values of userCertificate (100 ...)",
     [](Size& size, std::size_t by) { size.published = 100 * by; }},
    {"pending requests (50 ...)", [](Size& size, std::size_t by) { size.pending = 50 * by; }},
};

// Whether both bars are met.
bool print_growth(const Growth& growth) {
    std::array<double, kFactors.size()> best{};
    double median = 0;
    std::printf("%-46s", growth.what);
    for (std::size_t i = 0; i < kFactors.size(); ++i) {
        Size size;
        growth.grow(size, kFactors[i]);
        const Times times = measure(size);
        best[i] = times.best;
        median = i == 0 ? times.median : median;
        std::printf("%8.1f", times.best);
        std::fflush(stdout);
    }
    const double exponent = exponent_of(best);
    const bool good = exponent <= kBarExponent && median < kBarMilliseconds;
    std::printf("%10.2f   %s\n", exponent, good ? "met" : "MISSED");
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::strcmp(argv[1], "--once") == 0) {  // for a profiler
        const Snapshot world = make_world({});
        for (int run = 0; run < 50; ++run) {
            static_cast<void>(make_plan(world));
        }
        return 0;
    }
    const Times target = measure({});
    bool good = target.median < kBarMilliseconds;
    std::printf(
        "1,000 templates x 10,000 certificates x 300 groups: %.1f ms (best %.1f ms; below "
        "%.0f ms: %s)\n\n",
        target.median, target.best, kBarMilliseconds, good ? "met" : "MISSED");
    std::printf("%-46s%8s%8s%8s%8s%10s   <= %.1f\n", "milliseconds; what grows", "1x", "2x", "4x",
                "8x", "exponent", kBarExponent);
    for (const Growth& growth : kGrowths) {
        good = print_growth(growth) && good;
    }
    return good ? 0 : 1;
}
