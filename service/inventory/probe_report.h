// A probe of a CA (probed_ca.h) as text and JSON: what `ca-ping` prints, and parts for `cas`.
// Pure, any thread.
#pragma once

#include "engine/snapshot.h"
#include "service/probed_ca.h"
#include "service/report_parts.h"
#include "service/style.h"

#include <string>

namespace ae::service {

// "TCP 135 at ca1...: 10.53.57.2 (3 ms)"
std::string attempt_line(const Attempt& step, const Style& style);
Json error_json(const Error& error);  // {"code", "sentence"}
// {"ca", "ok", "failed_at", "steps", "says_its_name", "other_name",
// "by_icertpassage"}
Json probe_json(const CaProbe& probe);

// What ca-ping says; its sentence is that of doctor's diagnosis (NET1-NET7).
std::string ping_as_text(engine::Scope scope, const CaProbe& probe, const Style& style = {});
std::string ping_as_json(engine::Scope scope, const CaProbe& probe);

}  // namespace ae::service
