#!/usr/bin/env bash
# soak.sh PULSES CHURN_EVERY: many pulses in one process, in the lab that is up in AE_LAB_DIR.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
"$here/lab.sh" exec "$here/reset.sh"
"$here/lab.sh" exec sh -c 'umask 022; cat >/etc/aeclient/policy.d/10-autoenrollment.reg' <<'POLICY'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\Software\Policies\Microsoft\Cryptography\AutoEnrollment]
"AEPolicy"=dword:00000007
POLICY
exec "$here/lab.sh" exec "${AE_BIN:-$here/../../build/linux-release/bin}/soak_lab" "$@"
