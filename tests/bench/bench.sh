#!/usr/bin/env bash
# ./dev bench: the engine's decisions, the small things by Google Benchmark, whole processes in a lab
# of its own.  Every part is shown, and a bar that one of them misses makes the whole fail.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
repo=$(readlink -f "$here/../..")
bin=$repo/build/linux-release/bin

status=0
"$bin/decision_bench" || status=1
"$bin/micro_bench" "$@"
grown=$(mktemp -d)
"$bin/store_bench" "$grown" || status=1
rm -rf "$grown"

export AE_LAB_DIR=$repo/build/bench-lab AE_LABCA=$bin/labca
trap '"$repo/tests/lab/lab.sh" down' EXIT
"$repo/tests/lab/lab.sh" up
"$repo/tests/lab/lab.sh" exec sh -c "umask 022; mkdir -p /etc/aeclient/policy.d /var/lib/aeclient
    cat > /etc/aeclient/policy.d/10-autoenrollment.reg" <<'REG'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\Software\Policies\Microsoft\Cryptography\AutoEnrollment]
"AEPolicy"=dword:00000007
REG
"$repo/tests/lab/lab.sh" exec python3 "$here/bench.py" "$bin" || status=1
exit "$status"
