// Prints the metrics of the hostile sample, for metrics_check.py.
#include "service/metrics.h"
#include "tests/service/metrics_sample.h"

#include <cstdio>

int main() {
    return std::fputs(ae::service::metrics_of(ae::test::metrics_sample()).c_str(), stdout) < 0;
}
