#!/bin/bash
# Does the lab keep its promises (README.md)?  Needs root, the packages of README.md and the lab CA; with AE_LAB_NO_CA=1 the
# promises about CAs are left out, which is said.  Everything happens in a temporary directory; only the cache is shared.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d /tmp/ae-lab-selftest.XXXXXX)
AE_LAB_DIR=$work/lab
AE_LAB_CACHE=${AE_LAB_CACHE:-$(readlink -f "$here/../..")/build/lab-cache}
export AE_LAB_DIR AE_LAB_CACHE
lab=$here/lab.sh
failed=0
checked=0

# --- a very small test frame ------------------------------------------------------------------------------------------

check() { # SENTENCE COMMAND...
    local sentence=$1
    shift
    checked=$((checked + 1))
    if "$@" >"$work/output" 2>&1; then
        printf 'ok   %s\n' "$sentence"
    else
        failed=$((failed + 1))
        printf 'FAIL %s\n     ran: %s\n' "$sentence" "$*"
        sed 's/^/     /' "$work/output"
    fi
}

# Commands of the tests are functions where they need more than words; a check runs in an `if`, so they chain with &&.
not() { ! "$@"; }
inside() { "$lab" exec "$@"; }
inside_shell() { "$lab" exec bash -euo pipefail -c "$@"; }
exits() { # STATUS COMMAND...
    local expected=$1 status=0
    shift
    "$@" || status=$?
    echo "exit status $status"
    ((status == expected))
}
counts() { # NUMBER PATTERN COMMAND... : so many lines of the output match.
    local number=$1 pattern=$2 text
    shift 2
    text=$("$@") || return 1
    printf '%s\n' "$text"
    [[ $(grep -cE "$pattern" <<<"$text") == "$number" ]]
}
prints() { # EXPECTED COMMAND...
    local expected=$1 actual
    shift
    actual=$("$@") || return 1
    printf 'expected: %s\nactual:   %s\n' "$expected" "$actual"
    [[ $actual == "$expected" ]]
}
says() { # PATTERN COMMAND... : the command fails, and its one line on standard error matches.
    local pattern=$1 text
    shift
    if text=$("$@" 2>&1 >/dev/null); then
        echo "it succeeded"
        return 1
    fi
    printf '%s\n' "$text"
    [[ $text =~ $pattern && $(wc -l <<<"$text") == 1 ]]
}

cleanup() {
    local dir
    for dir in "$work"/lab "$work"/second "$work"/fresh; do
        AE_LAB_DIR=$dir "$lab" down >/dev/null 2>&1 || true
    done
    rm -rf "$work"
}
trap cleanup EXIT

# --- looking at the host ----------------------------------------------------------------------------------------------

# What a lab could leave behind: mounts, sockets, names, files of the places it covers.
host_state() {
    cat /proc/self/mounts
    ss -Hlntu | awk '$5 ~ /^(127[.]0[.]0[.][2-9]|[[]fd00)/ { print $1, $5 }' | sort
    hostname
    ls -A /etc /var/lib
    cksum /etc/hosts /etc/resolv.conf
    ip -brief address
    ls -d /run/ae-lab /run/samba /etc/krb5.* /etc/aeclient /var/lib/aeclient 2>/dev/null || true
}

holder_pid() { sed -n 's/^pid=//p' "$1/world"; }

# Every process in the network namespace of a holder.
lab_processes() { # HOLDER-PID
    local namespace process
    namespace=$(readlink "/proc/$1/ns/net")
    for process in /proc/[0-9]*; do
        if [[ $(readlink "$process/ns/net" 2>/dev/null) == "$namespace" ]]; then
            echo "${process#/proc/}"
        fi
    done
}

all_gone() { # PID...
    local pid
    for pid in "$@"; do
        if [[ -e /proc/$pid && $(awk '/^State/ { print $2 }' "/proc/$pid/status") != Z ]]; then
            echo "still there: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"
            return 1
        fi
    done
}

# --- the promises -----------------------------------------------------------------------------------------------------

readonly pks='CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test'
# LDAP_SERVER_SD_FLAGS_OID with owner, group and DACL.
readonly sd_flags='!1.2.840.113556.1.4.801=::MAMCAQc='

as_machine() { inside kinit -k "WS1\$" && inside "$@"; }
search() { as_machine ldapsearch -LLL -Q -Y GSSAPI -N -o ldif-wrap=no -H ldap://dc1.corp.example.test -b "$@"; }
srv() { inside dig +short SRV "$1.corp.example.test"; }
address() { inside dig +short "$1" "$2.corp.example.test"; }

test_start() {
    check "a lab that was never started is down" not "$lab" status
    check "exec in a lab that is down says so" says 'The lab is down .*lab.sh up' "$lab" exec true
    check "down of a lab that is down is no error" "$lab" down
    check "a directory that is no lab's is not emptied" foreign_directory_survives
    check "the lab starts" "$lab" up
    ((failed == 0)) || exit 1
    check "status of a running lab is 0" "$lab" status
    check "a second up changes nothing" prints "$(holder_pid "$AE_LAB_DIR")" \
        holder_after_up
}

foreign_directory_survives() {
    local command
    mkdir -p "$work/foreign/tmp" && touch "$work/foreign/world" || return 1
    for command in up down; do
        says "no lab's directory" env AE_LAB_DIR="$work/foreign" "$lab" "$command" || return 1
    done
    test -e "$work/foreign/world" && test -e "$work/foreign/tmp"
}

holder_after_up() { "$lab" up && holder_pid "$AE_LAB_DIR"; }

test_exec() {
    check "exec passes the exit status" exits 37 inside bash -c "exit 37"
    check "exec passes standard input and output" prints "through" inside cat <<<through
    check "exec keeps the arguments as they are" prints "<a b><><\$x>" inside printf '<%s>' 'a b' '' "\$x"
    check "exec stays in the working directory" prints "$here" env -C "$here" "$lab" exec pwd
    check "exec keeps the caller's Kerberos settings out" prints "kept out" \
        env KRB5CCNAME=FILE:/nowhere KRB5_CONFIG=/nowhere "$lab" exec bash -c "printenv KRB5CCNAME KRB5_CONFIG || echo kept out"
    check "a signal to exec ends the command" signal_reaches_command
}

signal_reaches_command() {
    local pid
    "$lab" exec bash -c "trap 'touch $work/got-term; exit 0' TERM; touch $work/waits; while :; do sleep 0.05; done" &
    pid=$!
    poll test -e "$work/waits" && kill -TERM "$pid" && poll test -e "$work/got-term"
}

poll() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}

test_member() {
    check "the host is called ws1" prints ws1.corp.example.test inside hostname -f
    check "the key table is the machine's and only root reads it" prints "600 root" inside stat -c '%a %U' /etc/krb5.keytab
    check "the machine gets a ticket with its key table" as_machine klist -s
    check "the agent starts without state or policy" prints "" inside find /var/lib/aeclient/ /etc/aeclient/policy.d -mindepth 1
    check "the directory knows the member's DNS name" counts 1 '^dNSHostName: ws1.corp.example.test$' \
        search CN=WS1,CN=Computers,DC=corp,DC=example,DC=test -s base dNSHostName
    check "a group nested in a group is in the member's tokenGroups" nested_group_counts
    check "alice can log on" inside_shell 'echo "Lab-Passw0rd!" | kinit -c FILE:/run/ae-lab/tmp/alice alice'
    check "the member's site comes from the subnet" counts 1 'computer-site = Lab-Site' inside adcli info corp.example.test
    check "the member reads SYSVOL over SMB with its ticket" \
        as_machine smbclient --use-kerberos=required -N //dc1.corp.example.test/sysvol -c ls
}

nested_group_counts() {
    local sid
    sid=$(search CN=PKI-Pilots,CN=Users,DC=corp,DC=example,DC=test -s base objectSid | sed -n 's/^objectSid:: //p')
    [[ -n $sid ]] || return 1
    search CN=WS1,CN=Computers,DC=corp,DC=example,DC=test -s base tokenGroups | grep -qxF "tokenGroups:: $sid"
}

test_directory() {
    check "the machine reads 33 default templates and 13 of our 14 with their security descriptors" \
        counts 46 '^nTSecurityDescriptor:' search "CN=Certificate Templates,$pks" -E "$sd_flags" \
        '(objectClass=pKICertificateTemplate)' nTSecurityDescriptor
    check "a template without Read is not shown" prints "" search "CN=Certificate Templates,$pks" '(cn=CorpHidden)' cn
    check "it is there, though" counts 1 '^cn: CorpHidden$' inside ldbsearch -H /run/ae-lab/dc/private/sam.ldb \
        -b "CN=Certificate Templates,$pks" '(cn=CorpHidden)' cn
    local name
    for name in _ldap._tcp.dc._msdcs _ldap._tcp.Lab-Site._sites.dc._msdcs; do
        check "$name leads to dc1" prints "0 100 389 dc1.corp.example.test." srv "$name"
    done
    check "_kerberos._tcp leads to dc1" prints "0 100 88 dc1.corp.example.test." srv _kerberos._tcp
    check "dc1 has an IPv4 address" prints 127.0.0.2 address A dc1
    check "dc1 has an IPv6 address" prints fd00:ae::2 address AAAA dc1
    check "dc1 answers LDAP over IPv6" inside ldapsearch -x -H 'ldap://[fd00:ae::2]' -s base -b '' dnsHostName
    check "a name outside the domain is answered at once with nothing" prints "" inside dig +short +tries=1 +time=2 host.example.org
    check "ca1 has an address" prints 127.0.0.3 address A ca1
    check "ca2 has an address" prints 127.0.0.4 address A ca2
    check "there are tickets for the CA hosts" as_machine kvno host/ca1.corp.example.test RPCSS/ca1.corp.example.test \
        host/ca2.corp.example.test RPCSS/ca2.corp.example.test
}

test_authorities() {
    if [[ ${AE_LAB_NO_CA:-} == 1 ]]; then
        echo "left out: the CAs (AE_LAB_NO_CA=1)"
        return
    fi
    check "two enrollment services are published" counts 2 '^dNSHostName: ca[12].corp.example.test' \
        search "CN=Enrollment Services,$pks" '(objectClass=pKIEnrollmentService)' dNSHostName
    check "NTAuth holds both issuing CAs" counts 2 '^cACertificate::' \
        search "CN=NTAuthCertificates,$pks" -s base cACertificate
    check "the published certificates chain to the published root" published_chain_verifies
    check "no CA offers CorpNotOffered" prints "" \
        search "CN=Enrollment Services,$pks" '(certificateTemplates=CorpNotOffered)' dn
    check "both CAs listen on port 135" inside_shell ': </dev/tcp/127.0.0.3/135 && : </dev/tcp/127.0.0.4/135'
    check "a CA can be stopped" "$lab" ca ca1 stop
    check "then it does not listen" not inside_shell ': </dev/tcp/127.0.0.3/135'
    check "the lab is still up" "$lab" status
    check "a CA can be started again, from inside too" inside "$lab" ca ca1 start
    check "then it listens" inside_shell ': </dev/tcp/127.0.0.3/135'
    check "an unknown CA is refused" says "'ca9' is no CA of the lab" "$lab" ca ca9 stop
}

published_chain_verifies() {
    local base name
    for name in 'Certification Authorities' AIA; do
        base="CN=$name,$pks"
        search "$base" '(objectClass=certificationAuthority)' cACertificate | sed -n 's/^cACertificate:: //p' |
            while read -r der; do
                printf '%s\n' '-----BEGIN CERTIFICATE-----' && fold -w 64 <<<"$der" && printf '%s\n' '-----END CERTIFICATE-----'
            done >"$work/${name%% *}.pem"
    done
    [[ $(grep -c BEGIN "$work/AIA.pem") == 2 ]] && openssl verify -CAfile "$work/Certification.pem" "$AE_LAB_DIR/ca1/ca.pem" \
        "$AE_LAB_DIR/ca2/ca.pem"
}

test_reset() {
    inside_shell 'touch /var/lib/aeclient/x /etc/aeclient/policy.d/x.reg; echo broken >/etc/krb5.keytab'
    check "reset.sh runs" "$here/reset.sh"
    check "reset.sh empties the agent's state and policy" prints "" inside find /var/lib/aeclient/ /etc/aeclient/policy.d -mindepth 1
    check "reset.sh brings back the key table" as_machine klist -s
}

test_side_by_side() {
    check "a second lab starts beside the first" env AE_LAB_DIR="$work/second" "$lab" up
    check "the first still answers" as_machine klist -s
    check "the second has its own files" prints "$(stat -c %i "$work/second/ws1.keytab")" \
        env AE_LAB_DIR="$work/second" "$lab" exec stat -c %i /run/ae-lab/ws1.keytab
    check "the second ends" env AE_LAB_DIR="$work/second" "$lab" down
    check "the first is up" "$lab" status
}

test_crashes() {
    local holder processes
    holder=$(holder_pid "$AE_LAB_DIR")
    mapfile -t processes < <(lab_processes "$holder")
    check "the lab has many processes" test "${#processes[@]}" -gt 5
    kill -KILL "$holder"
    check "when the holder is killed everything in the lab ends" poll all_gone "${processes[@]}"
    check "status then says down" not "$lab" status
    check "up starts it again" "$lab" up
    inside kill -KILL "$(head -n 1 "$AE_LAB_DIR/sessions/dc1")"
    check "a killed domain controller is noticed" poll not "$lab" status
    check "up starts it again" "$lab" up
    check "and it works" as_machine klist -s
}

test_down() {
    local processes
    mapfile -t processes < <(lab_processes "$(holder_pid "$AE_LAB_DIR")")
    check "down ends the lab" "$lab" down
    check "no process of it is left" all_gone "${processes[@]}"
}

test_run() {
    check "run passes the exit status" exits 5 "$lab" run bash -c "hostname | grep -qx ws1 && exit 5"
    check "and takes the lab down" not "$lab" status
    check "a signal to run takes the lab down" signal_ends_run
}

signal_ends_run() {
    local pid processes
    "$lab" run bash -c "touch $work/runs; sleep infinity" &
    pid=$!
    poll test -e "$work/runs" || return 1
    mapfile -t processes < <(lab_processes "$(holder_pid "$AE_LAB_DIR")")
    kill -TERM "$pid" && not wait "$pid" && ((${#processes[@]} > 5)) && all_gone "${processes[@]}" && not "$lab" status
}

# A builder that was killed leaves a building-* directory; an older version of the scripts leaves its own copy.
test_cache() {
    local cache=$work/cache
    mkdir -p "$cache/building-0123/pristine/dc" "$cache/pristine-0123"
    check "a half-written cache is made anew" env AE_LAB_CACHE="$cache" AE_LAB_DIR="$work/fresh" AE_LAB_NO_CA=1 "$lab" up
    check "the leftovers are gone" test "$(find "$cache" -mindepth 1 -maxdepth 1 -name '*-*' | wc -l)" == 1
    AE_LAB_DIR=$work/fresh "$lab" down 2>/dev/null
}

main() {
    local before
    before=$(host_state)
    test_start
    test_exec
    test_member
    test_directory
    test_authorities
    test_reset
    test_side_by_side
    test_crashes
    test_down
    test_run
    test_cache
    check "the host is as it was" prints "$before" host_state
    "$here/selftest_fallback.sh" || failed=$((failed + 1))
    printf '%d checks, %d failed\n' "$checked" "$failed"
    ((failed == 0))
}

main
