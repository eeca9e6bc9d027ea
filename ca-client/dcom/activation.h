// Asks a host to create an object: IRemoteSCMActivator::RemoteCreateInstance
// ([MS-DCOM] 3.1.2.5.2.3.3) and the older IActivation::RemoteActivation (3.1.2.5.2.3.1).  Stubs in,
// values out; pure. Errors: the server's own failure code; kInvalidData for a reply that breaks a
// rule.
#pragma once

#include "ca-client/dcom/orpc.h"
#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ae::ca {

struct ActivationRequest {
    Guid causality{};
    Guid object_class{};
    std::vector<Guid> interfaces{};
};
Bytes encode_remote_create_instance(const ActivationRequest& request);
Bytes encode_remote_activation(const ActivationRequest& request);

struct ActivatedInterface {
    Hresult result{};
    std::optional<ObjectReference> object{};  // there exactly when `result` is no failure
};
struct Activation {
    std::uint64_t oxid = 0;
    DualStringArray bindings{};                    // of the object exporter
    Guid remote_unknown{};                         // IPID of its IRemUnknown
    std::uint32_t level_hint = 0;                  // never obeyed when it is lower than ours
    std::vector<ActivatedInterface> interfaces{};  // in the order asked for
};
Result<Activation> decode_remote_create_instance(ByteView stub, const ActivationRequest& request);
Result<Activation> decode_remote_activation(ByteView stub, const ActivationRequest& request);

}  // namespace ae::ca
