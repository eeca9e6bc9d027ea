// Which template supersedes which: everything that can be reached through msPKI-Supersede-Templates
// [P: transitive].  Members of one cycle do not supersede each other [P].  Names compare without
// case; unknown names and a template's own name are dropped.
//
// Not for: which superseding template acts (requirements.cpp, rules U1-U4).
// Indices are places in the vector of templates.  Pure, any thread; linear in templates and edges.
#pragma once

#include "engine/template.h"

#include <cstddef>
#include <string>
#include <vector>

namespace ae::engine {

// A few of the templates that answer a question, first by name, and how many there are at least.
struct NamedFew {
    std::vector<std::size_t> first{};
    bool more = false;
};

class SupersedeGraph {
  public:
    explicit SupersedeGraph(const std::vector<Template>& templates);

    // Templates that `superseding` replaces, ascending.
    [[nodiscard]] std::vector<std::size_t> replaced_by(std::size_t superseding) const;
    // For each template, which of those that are marked in `acting` replace it.
    [[nodiscard]] std::vector<NamedFew> superseders(const std::vector<bool>& acting) const;
    // The other members of its cycle; empty when it is in none.
    [[nodiscard]] NamedFew cycle_of(std::size_t member) const;

  private:
    void merge(NamedFew& into, const std::vector<std::size_t>& others) const;

    std::vector<std::size_t> rank_;  // by name, so that no answer depends on the directory's order
    std::vector<std::vector<std::size_t>> forward_;
    std::vector<bool> leads_out_;        // of each group: a member supersedes one of another group
    std::vector<std::size_t> group_of_;  // cycles share one
    std::vector<std::vector<std::size_t>> groups_;  // successors before predecessors; by name
};

// "A, B", "A, B, C and others".
std::string names_of(const NamedFew& few, const std::vector<Template>& templates);

}  // namespace ae::engine
