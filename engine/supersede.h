// Which template supersedes which: everything that can be reached through msPKI-Supersede-Templates
// [P: transitive].  Members of one cycle do not supersede each other [P].  Names compare without
// case; unknown names and a template's own name are dropped.
//
// Not for: which superseding template acts (requirements.cpp, rules U1-U4).
// Indices are places in the vector of templates.  Pure, any thread.
#pragma once

#include "engine/template.h"

#include <cstddef>
#include <vector>

namespace ae::engine {

class SupersedeGraph {
  public:
    explicit SupersedeGraph(const std::vector<Template>& templates);

    // Templates that `superseding` replaces, ascending.
    [[nodiscard]] std::vector<std::size_t> replaced_by(std::size_t superseding) const;
    // The other members of its cycles, ascending; empty when it is in none.
    [[nodiscard]] std::vector<std::size_t> cycle_of(std::size_t member) const;

  private:
    using Edges = std::vector<std::vector<std::size_t>>;
    static std::vector<bool> reachable(const Edges& edges, std::size_t from);

    Edges forward_;
    Edges backward_;
};

}  // namespace ae::engine
