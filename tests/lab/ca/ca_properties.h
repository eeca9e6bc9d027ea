// GetCAProperty, GetCAPropertyInfo and GetCACert ([MS-WCCE] 3.2.1.4.2.2, 3.2.1.4.3.2, 3.2.1.4.3.3).
//
// Scalar properties answer with a whole CAINFO whose own field holds the value, as the
// specification says and clients trip over.  Errors: HresultError.
#pragma once

#include "tests/lab/ca/enrollment.h"

namespace ae::labca {

struct PropertyQuery {
    std::uint32_t id = 0;
    std::uint32_t index = 0;
    std::uint32_t type = 0;  // 1 long, 3 binary, 4 string
};
Bytes ca_property(const Enrollment& enrollment, const PropertyQuery& query);

struct PropertyInfo {
    std::uint32_t count = 0;
    Bytes blob{};  // CATRANSPROP array, then the names
};
PropertyInfo ca_property_info();

// `fchain` selects; false in `authority_matters` for the two name queries.
Bytes ca_certificate_query(const Enrollment& enrollment, std::uint32_t fchain);
bool authority_matters(std::uint32_t fchain);

}  // namespace ae::labca
