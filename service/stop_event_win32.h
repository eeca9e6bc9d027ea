// How a host asks its worker to stop: an event that the worker inherits, and the variable that says
// which handle that is.  Console events will not do: a worker has no console of ours.
#pragma once

namespace ae::service {

inline constexpr const wchar_t* kStopEventVariable = L"AECLIENT_STOP_EVENT";  // decimal

}  // namespace ae::service
