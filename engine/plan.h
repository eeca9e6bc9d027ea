// The plan of one pulse: what it would do and why, out of a snapshot and nothing else.
//
// Decisions are the trail: exactly one per template, per managed certificate of MY and per entry of
// REQUEST, whatever the outcome.  Actions are what follows from them, in the order in which a pulse
// carries them out ([AE-2003] "Requirements List"; section 7 of the rules): REQUEST first,
// supersede last, then archiving, userCertificate and warnings.  Same snapshot, same plan.
// Not for: changing anything (pulse.h).  Pure, any thread.
#pragma once

#include "engine/decision.h"
#include "engine/snapshot.h"

#include <string>
#include <vector>

namespace ae::engine {

enum class ActionKind {
    retrieve,   // ask the CA about a pending request (N1-N4), or look for a lost answer (W10)
    forget,     // drop a request that is too old, and its key (N5, N11)
    enroll,     // request a new certificate
    renew,      // request one, signed by the certificate that it replaces
    archive,    // keep certificate and key out of sight (X1)
    remove,     // delete certificate and key (X1, flag 0x400)
    unpublish,  // take a value out of userCertificate (X2)
    warn,       // say that a certificate expires soon (X3)
};
std::string_view to_string(ActionKind kind);  // "retrieve", ...

// What happens to an old certificate: at once, or once its successor is installed.
struct Disposal {
    ActionKind kind = ActionKind::archive;  // archive, remove or unpublish
    std::string thumbprint{};
    std::string why{};
};

struct Action {
    ActionKind kind{};
    std::size_t decision = 0;     // its place in Plan::decisions
    std::string template_name{};  // as the directory writes it; empty where none plays a part
    std::string thumbprint{};     // renew: the predecessor; archive, remove, unpublish, warn: what
    std::string key_reference{};  // retrieve, forget: the entry of REQUEST
    std::string reason{};         // enroll, renew: what the brake compares (memory.h Issuance)
    std::string signer{};         // enroll: thumbprint of the certificate that signs (rule E6)
    std::vector<CaRef> cas{};     // in the order in which they are asked; retrieve: the one CA,
                                  // W10: none
    bool interactive = false;     // somebody must agree first (R-UI1)
    std::vector<Disposal> afterwards{};  // only when the new certificate was installed
};

struct Plan {
    std::vector<Decision> decisions{};
    std::vector<Action> actions{};
};

// The part of the plan that comes before the requirements list: REQUEST (rules N).
Plan plan_requests(const Snapshot& world);
// The rest, for a snapshot whose REQUEST is up to date.
Plan plan_requirements(const Snapshot& world);
// Both, for a preview: nothing is asked, so an entry that may be answered still holds its template.
Plan make_plan(const Snapshot& world);

}  // namespace ae::engine
