#include "service/cli/nearest.h"

#include "engine/base/text.h"

#include <algorithm>
#include <numeric>

namespace ae::service {
namespace {

constexpr std::size_t kShortestBeginning = 3;
constexpr std::size_t kLongest = 256;  // longer words are nobody's slip, and cost their square

// What counts of a word: a thumbprint may have been copied with spaces or colons.
std::string essence(std::string_view word) {
    std::string kept;
    for (const char c : word) {
        if (std::string_view(" -_:.").find(c) == std::string_view::npos) {
            kept += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return kept;
}

// Optimal string alignment: insert, delete, replace, exchange two neighbours; each costs one.
std::size_t slips_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::optional<std::string> only_beginning_with(const std::string& typed,
                                               const std::vector<std::string>& names) {
    const std::string* found = nullptr;
    for (const std::string& name : names) {
        if (essence(name).starts_with(typed)) {
            if (found) {
                return std::nullopt;
            }
            found = &name;
        }
    }
    return found ? std::optional(*found) : std::nullopt;
}

}  // namespace

std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& names) {
    const std::string meant = essence(typed);
    if (meant.empty() || meant.size() > kLongest) {
        return std::nullopt;
    }
    if (meant.size() >= kShortestBeginning) {
        if (auto longer = only_beginning_with(meant, names)) {
            return longer;
        }
    }
    const std::string* best = nullptr;
    std::size_t fewest = 0;
    bool tie = false;
    for (const std::string& name : names) {
        const std::string other = essence(name);
        const std::size_t longer = std::max(meant.size(), other.size());
        const std::size_t limit = longer / 3;
        if (longer - std::min(meant.size(), other.size()) > limit) {
            continue;  // that many at least
        }
        const std::size_t slips = slips_between(meant, other);
        if (slips > limit || (best && slips > fewest)) {
            continue;
        }
        tie = best && slips == fewest && name != *best;
        best = &name;
        fewest = slips;
    }
    return best && !tie ? std::optional(*best) : std::nullopt;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& names) {
    const auto meant = nearest(typed, names);
    return meant ? "; did you mean " + printable(*meant) + "?" : std::string();
}

}  // namespace ae::service
