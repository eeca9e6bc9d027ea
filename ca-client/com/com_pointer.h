// Owner of one reference to a COM object.
#pragma once

#include "engine/base/unique_handle.h"

namespace ae::ca {

template <class Interface>
struct ComPointerTraits {
    using value_type = Interface*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type object) noexcept { object->Release(); }
};
template <class Interface>
using ComPointer = UniqueHandle<ComPointerTraits<Interface>>;

}  // namespace ae::ca
