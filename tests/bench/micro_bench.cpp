// The small things that every pulse does hundreds of times.
#include "engine/access_check.h"
#include "engine/base/der.h"
#include "engine/plan.h"
#include "tests/support/builders.h"

#include <benchmark/benchmark.h>

namespace {

using namespace ae;
using namespace ae::engine;

void plan_of_templates(benchmark::State& state) {
    std::vector<Template> templates;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        templates.push_back(test::autoenrolled("Template" + std::to_string(i)));
    }
    const Snapshot world = test::world_of(std::move(templates));
    for (auto _ : state) {
        benchmark::DoNotOptimize(make_plan(world));
    }
}
BENCHMARK(plan_of_templates)->Arg(40)->Arg(400);

void one_access_check(benchmark::State& state) {
    const Bytes descriptor = test::grants_everything();
    const SidSet account(test::machine_account().sids);
    for (auto _ : state) {
        const auto object = parse_security_descriptor(descriptor);
        benchmark::DoNotOptimize(check_access(*object, Right::autoenroll, account));
    }
}
BENCHMARK(one_access_check);

void write_an_oid(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(der::oid("1.3.6.1.4.1.311.21.8.4711001.1202303.3404505.42.1.7"));
    }
}
BENCHMARK(write_an_oid);

}  // namespace
