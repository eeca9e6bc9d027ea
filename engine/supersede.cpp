#include "engine/supersede.h"

#include "engine/base/text.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>

namespace ae::engine {
namespace {

constexpr std::size_t kNamed = 3;  // how many a sentence lists

// Tarjan's strongly connected components without recursion: a template list may be long.
class ComponentSearch {
  public:
    using Edges = std::vector<std::vector<std::size_t>>;
    explicit ComponentSearch(const Edges& edges)
        : edges_(edges), order_(edges.size(), 0), low_(edges.size(), 0), open_(edges.size()) {}

    std::vector<std::vector<std::size_t>> run() {
        for (std::size_t start = 0; start < edges_.size(); ++start) {
            if (order_[start] == 0) {
                visit(start);
            }
        }
        return std::move(found_);
    }

  private:
    struct Frame {
        std::size_t node;
        std::size_t next_edge;
    };

    void enter(std::size_t node) {
        order_[node] = low_[node] = ++counter_;
        stack_.push_back(node);
        open_[node] = true;
        frames_.push_back({node, 0});
    }
    void visit(std::size_t start) {
        enter(start);
        while (!frames_.empty()) {
            Frame& frame = frames_.back();
            if (frame.next_edge < edges_[frame.node].size()) {
                follow(frame.node, edges_[frame.node][frame.next_edge++]);
            } else {
                leave();
            }
        }
    }
    void follow(std::size_t from, std::size_t to) {
        if (order_[to] == 0) {
            enter(to);
        } else if (open_[to]) {
            low_[from] = std::min(low_[from], order_[to]);
        }
    }
    void leave() {
        const std::size_t node = frames_.back().node;
        frames_.pop_back();
        if (!frames_.empty()) {
            const std::size_t parent = frames_.back().node;
            low_[parent] = std::min(low_[parent], low_[node]);
        }
        if (low_[node] != order_[node]) {
            return;
        }
        std::vector<std::size_t> members;
        do {
            members.push_back(stack_.back());
            open_[stack_.back()] = false;
            stack_.pop_back();
        } while (members.back() != node);
        found_.push_back(std::move(members));
    }

    const Edges& edges_;
    std::vector<std::size_t> order_;
    std::vector<std::size_t> low_;
    std::vector<bool> open_;
    std::vector<std::size_t> stack_{};
    std::vector<Frame> frames_{};
    std::vector<std::vector<std::size_t>> found_{};
    std::size_t counter_ = 0;
};

}  // namespace

SupersedeGraph::SupersedeGraph(const std::vector<Template>& templates)
    : rank_(templates.size()), forward_(templates.size()), group_of_(templates.size()) {
    std::vector<std::size_t> by_rank(templates.size());
    std::iota(by_rank.begin(), by_rank.end(), std::size_t{0});
    std::ranges::sort(by_rank, {}, [&](std::size_t i) { return templates[i].name; });
    for (std::size_t rank = 0; rank < by_rank.size(); ++rank) {
        rank_[by_rank[rank]] = rank;
    }
    std::unordered_map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < templates.size(); ++i) {
        by_name.emplace(to_lower(templates[i].name), i);
    }
    for (std::size_t from = 0; from < templates.size(); ++from) {
        for (const std::string& name : templates[from].supersedes) {
            const auto to = by_name.find(to_lower(name));
            if (to != by_name.end() && to->second != from) {
                forward_[from].push_back(to->second);
            }
        }
    }
    groups_ = ComponentSearch(forward_).run();
    for (std::size_t group = 0; group < groups_.size(); ++group) {
        std::ranges::sort(groups_[group], {}, [&](std::size_t i) { return rank_[i]; });
        for (const std::size_t member : groups_[group]) {
            group_of_[member] = group;
        }
    }
    leads_out_.resize(groups_.size());
    for (std::size_t from = 0; from < forward_.size(); ++from) {
        for (const std::size_t to : forward_[from]) {
            leads_out_[group_of_[from]] =
                leads_out_[group_of_[from]] || group_of_[to] != group_of_[from];
        }
    }
}

std::vector<std::size_t> SupersedeGraph::replaced_by(std::size_t superseding) const {
    std::vector<std::size_t> replaced;
    if (!leads_out_[group_of_[superseding]]) {
        return replaced;
    }
    std::unordered_map<std::size_t, bool> seen{{superseding, true}};
    std::vector<std::size_t> open{superseding};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t next : forward_[at]) {
            if (seen.emplace(next, true).second) {
                open.push_back(next);
                if (group_of_[next] != group_of_[superseding]) {
                    replaced.push_back(next);
                }
            }
        }
    }
    std::ranges::sort(replaced);
    return replaced;
}

// Keeps the first few by name; what is beyond them stays beyond them whatever is merged later.
void SupersedeGraph::merge(NamedFew& into, const std::vector<std::size_t>& others) const {
    for (const std::size_t other : others) {
        if (std::ranges::find(into.first, other) == into.first.end()) {
            into.first.push_back(other);
        }
    }
    std::ranges::sort(into.first, {}, [&](std::size_t i) { return rank_[i]; });
    if (into.first.size() > kNamed) {
        into.first.resize(kNamed);
        into.more = true;
    }
}

std::vector<NamedFew> SupersedeGraph::superseders(const std::vector<bool>& acting) const {
    std::vector<NamedFew> of_group(groups_.size());
    // From the superseding end: a group's own set is complete when its turn comes.
    for (std::size_t group = groups_.size(); group-- > 0;) {
        NamedFew passed_on = of_group[group];
        for (const std::size_t member : groups_[group]) {
            if (acting[member]) {
                merge(passed_on, {member});
            }
        }
        for (const std::size_t member : groups_[group]) {
            for (const std::size_t next : forward_[member]) {
                if (group_of_[next] != group) {
                    merge(of_group[group_of_[next]], passed_on.first);
                    of_group[group_of_[next]].more |= passed_on.more;
                }
            }
        }
    }
    std::vector<NamedFew> of_template(acting.size());
    for (std::size_t i = 0; i < acting.size(); ++i) {
        of_template[i] = of_group[group_of_[i]];
    }
    return of_template;
}

// Members of a group stand in the order of their names.
NamedFew SupersedeGraph::cycle_of(std::size_t member) const {
    const std::vector<std::size_t>& group = groups_[group_of_[member]];
    NamedFew others;
    for (const std::size_t other : group) {
        if (others.first.size() == kNamed) {
            break;
        }
        if (other != member) {
            others.first.push_back(other);
        }
    }
    others.more = group.size() - 1 > others.first.size();
    return others;
}

std::string names_of(const NamedFew& few, const std::vector<Template>& templates) {
    std::vector<std::string> names;
    names.reserve(few.first.size());
    for (const std::size_t i : few.first) {
        names.push_back(templates[i].name);
    }
    return join(names, ", ") + (few.more ? " and others" : "");
}

}  // namespace ae::engine
