# shellcheck shell=bash disable=SC2034 # the names are for the files that source this one
# Names, paths and small helpers that every part of the lab shares.  Sourced by lab.sh and the scripts beside it.
#
# Two views of one directory: LAB_DIR is where the host sees the state of this lab, LAB_RUN is where everything inside the lab
# sees it.  A fixed short path inside keeps smb.conf the same for every lab and Samba's socket names under 108 characters.

readonly LAB_REALM=CORP.EXAMPLE.TEST
readonly LAB_DOMAIN=corp.example.test
readonly LAB_NETBIOS=CORP
readonly LAB_BASE_DN=DC=corp,DC=example,DC=test
readonly LAB_CONFIG_NC=CN=Configuration,$LAB_BASE_DN
readonly LAB_DOMAIN_SID=S-1-5-21-1111111111-2222222222-3333333333
readonly LAB_SITE=Lab-Site
readonly LAB_DC_HOST=dc1.$LAB_DOMAIN
readonly LAB_DC_ADDRESS=127.0.0.2
# Not ::1: OpenLDAP takes a peer on 127.0.0.1 or ::1 for the host itself and asks for a ticket for ws1.
readonly LAB_DC_ADDRESS6=fd00:ae::2
readonly LAB_MEMBER_HOST=ws1.$LAB_DOMAIN
readonly LAB_MEMBER_ADDRESS=127.0.0.9
# A password of a directory that lives on loopback and is thrown away: no secret.
readonly LAB_PASSWORD='Lab-Passw0rd!'
readonly LAB_CAS=(ca1 ca2)
readonly LAB_RUN=/run/ae-lab

# Where Kerberos and LDAP programs would take settings of the host's user; never let into the lab.
readonly LAB_FOREIGN_VARIABLES=(KRB5_CONFIG KRB5CCNAME KRB5_KTNAME KRB5_CLIENT_KTNAME KRB5RCACHENAME LDAPCONF LDAPRC LDAPURI
    LDAPBASE LDAPNOINIT)

# Inside, paths are the short ones; who reads a message stands outside.
say() { printf 'lab: %s\n' "${*//"$LAB_RUN/"/"$LAB_SHOWN/"}" >&2; }
die() {
    say "$*"
    exit 1
}

# What the command printed becomes part of the one sentence that a failure gets; otherwise it is quiet.
quietly() { # LOG COMMAND...
    local log=$1
    shift
    "$@" </dev/null >>"$log" 2>&1 || die "'$1' failed: $(tail -n 1 "$log" | tr -d '\r') (whole output: $log)"
}

# Polls, because no daemon here tells when it is ready.
wait_until() { # SECONDS WHAT COMMAND...
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            say "$what did not happen in time."
            return 1
        fi
        sleep 0.05
    done
}

ca_name() {
    case $1 in
        ca1) echo 'Corp Issuing CA 1' ;;
        ca2) echo 'Corp Issuing CA 2' ;;
        *) die "'$1' is no CA of the lab: use one of ${LAB_CAS[*]}." ;;
    esac
}

ca_address() {
    case $1 in
        ca1) echo 127.0.0.3 ;;
        ca2) echo 127.0.0.4 ;;
        *) die "'$1' is no CA of the lab: use one of ${LAB_CAS[*]}." ;;
    esac
}

need_root() { ((EUID == 0)) || die "The lab needs root: it mounts, binds ports below 1024 and joins a domain."; }

need_programs() {
    local program missing=()
    for program in samba samba-tool ldbadd ldbmodify ldbsearch ldapsearch adcli kinit nsupdate dig ip ss openssl ps hostname \
        flock setsid unshare nsenter setpriv sha256sum; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    ((${#missing[@]} == 0)) || die "These programs are missing: ${missing[*]}; './dev setup' installs them."
}

# Only the private world has the address; on the machine's own loopback the lab speaks IPv4.
has_ipv6() { [[ -n $(ip -6 address show dev lo to "$LAB_DC_ADDRESS6" 2>/dev/null) ]]; }

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Field 22 of stat: ticks since boot.  With the boot id it makes a process id unique for ever.  The name in parentheses may hold
# blanks, so count after the last one.
start_time() { # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    [[ $stat != Z* ]] || return 1
    # shellcheck disable=SC2086 # splitting is the point
    set -- $stat
    echo "${20}"
}
