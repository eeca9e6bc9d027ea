#!/usr/bin/env bash
# ./dev coverage: which lines and branches of engine/ its tests walk.  Fails below the bar.
# Branches that only an exception takes, and those that the compiler knows to be dead, do not count
# (coverage.cmake says how).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly build=${1:-build/coverage} bar=95
# The tests of engine/; the rule-id test among them looks at other tests, not at the engine.
readonly tests='^(engine_.*|base_test|certificate_test)$' not_tests='^engine_rule_ids'

cmake --preset linux-debug -B "$build" --log-level=WARNING -DCMAKE_CXX_FLAGS_DEBUG='-O0 -g1' \
    -DCMAKE_PROJECT_INCLUDE="$PWD/tests/tools/coverage.cmake" >/dev/null
mapfile -t targets < <(ctest --test-dir "$build" -N -R "$tests" -E "$not_tests" 2>/dev/null |
    sed -n 's/^ *Test *#[0-9]*: //p')
cmake --build "$build" -j2 --target "${targets[@]}"

# What an earlier run counted would hide what this one does not reach.
find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" --output-on-failure -j2 -R "$tests" -E "$not_tests"

readonly counting=(
    gcovr --root . --object-directory "$build" --filter 'engine/' -j2
    --exclude-throw-branches --exclude-unreachable-branches
)
"${counting[@]}" --txt "$build/lines.txt" --json "$build/coverage.json" "$build"
cat "$build/lines.txt"
"${counting[@]}" --add-tracefile "$build/coverage.json" --branches --print-summary \
    --fail-under-branch "$bar"
