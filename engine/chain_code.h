// What a chain that does not hold is called in an error ([MS-ERREF] 2.1.1).  Pure.
#pragma once

#include "engine/snapshot.h"

namespace ae::engine {

Hresult code_of(ChainState state);  // of a state other than valid

}  // namespace ae::engine
