// Whether an HRESULT of a remote method is the method's own or COM's, and what COM's says about the
// method.  Both come in one number ([MS-ERREF] 2.1): what only a runtime says is told apart by its
// value.  Pure.
#pragma once

#include "engine/base/result.h"

namespace ae::ca {

enum class ComOutcome {
    answered,  // the method ran and said this
    not_run,   // refused before it ran
    gone,      // not run: the object is no longer there
    unclear,   // it may have run (rule W7)
};
// E_ACCESSDENIED is not_run whoever said it: the CA's own check ends with it before anything is
// issued.
ComOutcome outcome_of(Hresult result);

}  // namespace ae::ca
