// The parts of doctor's JSON that other reports embed.  Private to reports: the JSON library stays
// out of other headers.  Pure, any thread.
#pragma once

#include "service/doctor/examination.h"
#include "service/report_parts.h"

namespace ae::service {

// {"id", "stage", "verdict", "subject", "sentence", "evidence", "remedy", "events", "codes"}
Json finding_json(const Finding& finding);
// All that `aeclient doctor --json` prints (docs/schemas/doctor.schema.json).
Json diagnosis_json(const Examination& seen, const Diagnosis& diagnosis);

}  // namespace ae::service
