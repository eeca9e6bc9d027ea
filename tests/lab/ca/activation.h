// The activation property blob and the two activation calls ([MS-DCOM] 2.2.22, 3.1.2.5.2.3).
//
// For: decoding what RemoteCreateInstance and RemoteActivation ask, encoding what they answer.
// Not for: deciding (oxid_resolver.h).  Errors: ParseError.
#pragma once

#include "tests/lab/ca/orpc.h"

#include <optional>

namespace ae::labca {

struct ActivationRequest {
    Guid clsid{};
    std::vector<Guid> iids{};
    std::vector<std::uint16_t> protseqs{};
};

struct ActivatedInterface {
    Guid iid{};
    std::uint32_t hresult = 0;
    StdObjRef ref{};  // when hresult is a success
};

struct ActivationReply {
    std::uint64_t oxid = 0;
    Guid ipid_rem_unknown{};
    std::uint32_t authn_hint = 6;
    std::vector<ActivatedInterface> interfaces{};
    std::vector<StringBinding> exporter{};  // with ports
    std::vector<StringBinding> resolver{};  // without
};

// The stub after ORPCTHIS of IRemoteSCMActivator::RemoteCreateInstance (opnum 4).
ActivationRequest read_create_instance(NdrReader& in);
// The whole reply stub; `reply` empty means failure with `hresult` (V6b).
Bytes write_create_instance_reply(const std::optional<ActivationReply>& reply,
                                  std::uint32_t hresult);

// The stub after ORPCTHIS of IActivation::RemoteActivation (opnum 0).
ActivationRequest read_remote_activation(NdrReader& in);
Bytes write_remote_activation_reply(const std::optional<ActivationReply>& reply,
                                    std::uint32_t hresult);

}  // namespace ae::labca
