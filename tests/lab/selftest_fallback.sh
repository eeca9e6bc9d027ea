#!/bin/bash
# shellcheck disable=SC2317 # check() calls functions by name
# The lab without namespaces, tried in a world of the test's own: a private copy of /etc, /run, /var/lib, loopback and process
# table plays the "machine" whose files are changed and put back.  Called by selftest.sh; works alone too.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
lab=$here/lab.sh

if [[ ${1:-} != --inside ]]; then
    AE_LAB_CACHE=${AE_LAB_CACHE:-$(readlink -f "$here/../..")/build/lab-cache}
    AE_LAB_DIR=$(mktemp -d /tmp/ae-lab-fallback.XXXXXX)/lab
    export AE_LAB_CACHE AE_LAB_DIR AE_LAB_FORCE_FALLBACK=1
    status=0
    unshare -m -n -u -p --fork --kill-child --propagation private "$0" --inside || status=$?
    rm -rf "${AE_LAB_DIR%/lab}"
    exit "$status"
fi

# --- the machine ------------------------------------------------------------------------------------------------------

mount -n -t proc proc /proc
mount -n -t tmpfs -o mode=755 machine /run
mkdir /run/etc /run/var-lib /run/host-var-lib /run/scratch
cp -a /etc/. /run/etc
mount -n --bind /var/lib /run/host-var-lib
for entry in /run/host-var-lib/*; do
    ln -s "$entry" /run/var-lib/
done
mount -n --bind /run/etc /etc
mount -n --bind /run/var-lib /var/lib
ip link set lo up
hostname machine

# As on many machines: one file that is a link, one that is missing, a directory that is in use.
echo 'nameserver 192.0.2.1' >/run/stub-resolv.conf
rm -f /etc/resolv.conf /etc/krb5.conf
ln -s /run/stub-resolv.conf /etc/resolv.conf
mkdir -p /etc/aeclient/policy.d
echo mine >/etc/aeclient/policy.d/mine.reg
echo key >/etc/krb5.keytab

machine_state() {
    find /etc /var/lib /run -mindepth 1 -maxdepth 1 ! -path '/run/scratch' -printf '%p %y %m %s %l\n' | sort
    cat /etc/hosts /etc/resolv.conf /etc/krb5.keytab /etc/aeclient/policy.d/mine.reg
    hostname
    ss -Hlntu
}

failed=0
check() { # SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@" >/run/scratch/output 2>&1; then
        printf 'ok   %s\n' "$sentence"
    else
        failed=1
        printf 'FAIL %s\n     ran: %s\n' "$sentence" "$*"
        sed 's/^/     /' /run/scratch/output
    fi
}

unchanged() { diff <(printf '%s\n' "$before") <(machine_state); }
no_samba() { ! pgrep -l 'samba|smbd|winbindd|labca'; }
machine_logs_on() { "$lab" exec kinit -k "WS1\$" && "$lab" exec kvno host/ca1.corp.example.test; }
refuses_taken_port() {
    local text
    text=$("$lab" up 2>&1 >/dev/null) && return 1
    printf '%s\n' "$text"
    [[ $text == *"port 389 of 127.0.0.2 is in use"* ]]
}
announces_fallback() {
    local text
    text=$("$lab" up 2>&1) || return 1
    printf '%s\n' "$text"
    [[ $text == *"namespaces are not permitted here"* ]]
}
listening() { (: </dev/tcp/127.0.0.2/389); }

# --- the promises -----------------------------------------------------------------------------------------------------

before=$(machine_state)
check "without namespaces the lab starts and says what it does" announces_fallback
check "it is up" "$lab" status
check "the machine logs on and gets tickets" machine_logs_on
check "down ends it" "$lab" down
check "everything is put back" unchanged
check "no process is left" no_samba

check "it starts a second time" "$lab" up
kill -KILL "$(head -n 1 "$AE_LAB_DIR/sessions/dc1")"
check "down after a crash of the domain controller ends the rest" "$lab" down
check "everything is put back after the crash" unchanged
check "no process is left after the crash" no_samba

python3 -m http.server --bind 127.0.0.2 389 >/dev/null 2>&1 &
until listening 2>/dev/null; do :; done
before=$(machine_state)
check "a taken port is named" refuses_taken_port
check "and nothing was changed" unchanged
kill %1
exit "$failed"
