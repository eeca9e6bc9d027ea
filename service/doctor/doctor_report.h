// What `aeclient doctor` prints (finding.h): for people, and one JSON object for programs
// (docs/schemas/doctor.schema.json).  Pure, any thread.
#pragma once

#include "service/doctor/examination.h"
#include "service/style.h"

#include <string>

namespace ae::service {

std::string diagnosis_as_text(const Examination& seen, const Diagnosis& diagnosis, Style style);
std::string diagnosis_as_json(const Examination& seen, const Diagnosis& diagnosis);

}  // namespace ae::service
