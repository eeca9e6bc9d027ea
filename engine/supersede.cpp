#include "engine/supersede.h"

#include "engine/base/text.h"

#include <string>
#include <unordered_map>

namespace ae::engine {

SupersedeGraph::SupersedeGraph(const std::vector<Template>& templates)
    : forward_(templates.size()), backward_(templates.size()) {
    std::unordered_map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < templates.size(); ++i) {
        by_name.emplace(to_lower(templates[i].name), i);
    }
    for (std::size_t from = 0; from < templates.size(); ++from) {
        for (const std::string& name : templates[from].supersedes) {
            const auto to = by_name.find(to_lower(name));
            if (to != by_name.end() && to->second != from) {
                forward_[from].push_back(to->second);
                backward_[to->second].push_back(from);
            }
        }
    }
}

std::vector<std::size_t> SupersedeGraph::replaced_by(std::size_t superseding) const {
    std::vector<std::size_t> replaced;
    if (forward_[superseding].empty()) {
        return replaced;
    }
    const std::vector<bool> below = reachable(forward_, superseding);
    const std::vector<bool> above = reachable(backward_, superseding);
    for (std::size_t i = 0; i < below.size(); ++i) {
        if (i != superseding && below[i] && !above[i]) {
            replaced.push_back(i);
        }
    }
    return replaced;
}

std::vector<std::size_t> SupersedeGraph::cycle_of(std::size_t member) const {
    std::vector<std::size_t> others;
    if (forward_[member].empty() || backward_[member].empty()) {
        return others;
    }
    const std::vector<bool> below = reachable(forward_, member);
    const std::vector<bool> above = reachable(backward_, member);
    for (std::size_t i = 0; i < below.size(); ++i) {
        if (i != member && below[i] && above[i]) {
            others.push_back(i);
        }
    }
    return others;
}

std::vector<bool> SupersedeGraph::reachable(const Edges& edges, std::size_t from) {
    std::vector<bool> seen(edges.size(), false);
    std::vector<std::size_t> open{from};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t next : edges[at]) {
            if (!seen[next]) {
                seen[next] = true;
                open.push_back(next);
            }
        }
    }
    return seen;
}

}  // namespace ae::engine
