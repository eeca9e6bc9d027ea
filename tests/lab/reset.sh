#!/bin/bash
# Puts the lab's member back to "joined a minute ago": empty store, no policy, its own key table, no tickets.
# Works from the host (then it enters the lab) and inside.  The directory and the CAs stay as they are.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

if [[ -z ${AE_LAB_INSIDE:-} ]]; then
    exec "$here/lab.sh" exec "$here/reset.sh"
fi
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
LAB_SHOWN=$LAB_RUN

[[ -e $LAB_RUN/ready ]] || die "This is not the inside of a lab, so nothing was removed."
find /var/lib/aeclient/ /etc/aeclient/ -mindepth 1 -delete
mkdir /etc/aeclient/policy.d
install -m 0600 "$LAB_RUN/ws1.keytab" /etc/krb5.keytab
rm -f "$LAB_RUN"/tmp/krb5cc_*
