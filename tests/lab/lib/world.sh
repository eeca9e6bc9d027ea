# shellcheck shell=bash
# The private world: opened by a holder process, entered by nsenter, closed by killing the holder.
# Where namespaces are not permitted fallback.sh takes over; the functions world_* choose between the two.

world_field() { # NAME
    [[ -r $LAB_DIR/world ]] || return 1
    sed -n "s/^$1=//p" "$LAB_DIR/world"
}

world_mode() { world_field mode; }

# True while the recorded world exists; a number that went to another process after a reboot or wrap-around does not count.
world_alive() {
    local pid
    [[ -z $LAB_INSIDE ]] || return 0
    [[ $(world_field boot_id) == "$(boot_id)" ]] || return 1
    [[ $(world_mode) == namespace ]] || return 0
    pid=$(world_field pid) && [[ -n $pid && $(start_time "$pid") == "$(world_field start)" ]]
}

namespaces_permitted() {
    [[ ${AE_LAB_FORCE_FALLBACK:-} != 1 ]] || return 1
    unshare -m -n -u -p --fork --kill-child --propagation private -- \
        bash -c 'mount -t proc proc /proc && mount -t tmpfs none /mnt && ip link set lo up' >/dev/null 2>&1
}

# Files that the world puts in place of the host's.  The CAs stand in no hosts file: their names come from the DC's own DNS.  dc1
# does, because a few programs ask for a ticket for whatever name the address has, and the lab has no reverse zone.
write_host_files() {
    local dir=$LAB_DIR/host-files
    mkdir -p "$dir"
    printf '%s\n' "127.0.0.1 localhost" "$LAB_DC_ADDRESS $LAB_DC_HOST dc1" \
        '::1 localhost' "$LAB_MEMBER_ADDRESS $LAB_MEMBER_HOST ws1" >"$dir/hosts"
    printf '%s\n' "search $LAB_DOMAIN" "nameserver $LAB_DC_ADDRESS" >"$dir/resolv.conf"
    printf '%s\n' 'passwd: files' 'group: files' 'hosts: files dns' >"$dir/nsswitch.conf"
    cat >"$dir/krb5.conf" <<CONF
# Kerberos of the lab.  Caches stay in the lab's own directory: several labs share one /tmp, one realm name and no keys.
[libdefaults]
    default_realm = $LAB_REALM
    dns_lookup_kdc = true
    dns_lookup_realm = false
    rdns = false
    dns_canonicalize_hostname = false
    default_ccache_name = FILE:$LAB_RUN/tmp/krb5cc_%{uid}
    default_rcache_name = file2:$LAB_RUN/tmp/krb5_%{uid}.rcache2
CONF
}

open_world() {
    mkdir -p "$LAB_DIR"/{log,tmp,sessions,etc-aeclient/policy.d,var-lib-aeclient}
    chmod 1777 "$LAB_DIR/tmp"
    rm -f "$LAB_DIR/world" "$LAB_DIR/holder.ready"
    write_host_files
    if namespaces_permitted; then
        open_namespace
    else
        open_fallback
    fi
}

holder_settled() { # PID of unshare
    [[ -e $LAB_DIR/holder.ready ]] || ! kill -0 "$1" 2>/dev/null
}

open_namespace() {
    setsid unshare -m -n -u -p --fork --kill-child=KILL --propagation private -- \
        bash "$LAB_HERE/holder.sh" "$LAB_DIR" </dev/null >"$LAB_DIR/log/holder.log" 2>&1 8>&- 9>&- &
    wait_until 10 "The start of the lab's holder process" holder_settled $! || true
    [[ -e $LAB_DIR/holder.ready ]] ||
        die "The private namespace could not be set up: $(tail -n 1 "$LAB_DIR/log/holder.log") ($LAB_DIR/log/holder.log)."
}

close_world() {
    if world_alive; then
        if [[ $(world_mode) == namespace ]]; then
            close_namespace
        else
            close_fallback
        fi
    elif [[ $(world_mode) == fallback ]]; then
        # The machine rebooted: the processes are gone, the changed files are not.
        restore_host
    fi
    rm -f "$LAB_DIR/world" "$LAB_DIR/ready" "$LAB_DIR/holder.ready"
}

# Killing process 1 of a process namespace kills all the others; it becomes a zombie only after the last of them is gone.
close_namespace() {
    local pid
    pid=$(world_field pid)
    kill -KILL "$pid" 2>/dev/null || true
    wait_until 10 "The end of the lab's holder process $pid" holder_gone "$pid" || exit 1
}

holder_gone() { ! start_time "$1" >/dev/null; }

# Sets ENTER to the words that, before a command, run it inside, in DIRECTORY as the inside knows it.
#
# nsenter stands between the caller and the command, so a signal to the one must reach the other: the kernel sends SIGTERM to the
# command when nsenter dies.
prepare_entry() { # DIRECTORY
    local name scrub=()
    for name in "${LAB_FOREIGN_VARIABLES[@]}"; do
        scrub+=(-u "$name")
    done
    ENTER=(env "${scrub[@]}" "AE_LAB_INSIDE=1" "AE_LAB_DIR=$LAB_SHOWN" "PATH=$PATH:/usr/sbin:/sbin")
    if [[ -z $LAB_INSIDE && $(world_mode) == namespace ]]; then
        ENTER=(nsenter -t "$(world_field pid)" -m -n -u -p "--wdns=$1" "${ENTER[@]}" setpriv --pdeathsig TERM --)
    fi
}

# Runs a command inside; its standard streams and exit status are the caller's.  8 and 9 are the lock descriptors of lab.sh; a
# daemon that inherits one would keep the lock.
in_world() { # COMMAND...
    prepare_entry "$PWD"
    "${ENTER[@]}" "$@" 8>&- 9>&-
}

# Runs one of our own functions inside; in /, for the caller's directory may not exist there (below /run).
step() {
    prepare_entry /
    "${ENTER[@]}" "$BASH" "$LAB_HERE/lab.sh" _inside "$@" 8>&- 9>&-
}

# Starts a daemon in a session of its own and remembers it: the number of the session outlives a leader that crashed.
start_daemon() { # NAME COMMAND...
    local name=$1
    shift
    # Not a group leader here, so setsid does not fork and $! is the daemon, its session and its group.
    setsid "$@" </dev/null >>"$LAB_DIR/log/$name.log" 2>&1 &
    printf '%s\n' "$!" "$(start_time $! || true)" "$(boot_id)" >"$LAB_DIR/sessions/$name"
}

# Process ids of a daemon's whole session; none when the record is from before a reboot or its number now belongs to another.
session_members() { # NAME
    local sid started boot now
    [[ -r $LAB_DIR/sessions/$1 ]] || return 0
    { read -r sid && read -r started && read -r boot; } <"$LAB_DIR/sessions/$1" || return 0
    [[ $boot == "$(boot_id)" ]] || return 0
    now=$(start_time "$sid" || true)
    [[ -z $now || $now == "$started" ]] || return 0
    ps -o pid=,stat= -s "$sid" | awk '$2 !~ /^Z/ { print $1 }'
}

daemon_runs() { [[ -n $(session_members "$1") ]]; }
daemon_gone() { ! daemon_runs "$1"; }

signal_daemon() { # NAME SIGNAL
    local pid
    for pid in $(session_members "$1"); do
        kill -s "$2" "$pid" 2>/dev/null || true
    done
}

stop_daemon() { # NAME
    signal_daemon "$1" TERM
    if ! wait_until 5 "The end of $1 after SIGTERM" daemon_gone "$1" 2>/dev/null; then
        signal_daemon "$1" KILL
        wait_until 5 "The end of $1 after SIGKILL" daemon_gone "$1" || return 1
    fi
    rm -f "$LAB_DIR/sessions/$1"
}
