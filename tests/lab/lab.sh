#!/bin/bash
# The lab: a real Active Directory domain with certification authorities on this machine, in a world of its own.
# README.md says what is in it and how to use it.
set -euo pipefail

LAB_HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
LAB_REPO=$(readlink -f "$LAB_HERE/../..")
readonly LAB_HERE LAB_REPO
# shellcheck source=lib/common.sh
source "$LAB_HERE/lib/common.sh"
# shellcheck source=lib/world.sh
source "$LAB_HERE/lib/world.sh"
# shellcheck source=lib/fallback.sh
source "$LAB_HERE/lib/fallback.sh"
# shellcheck source=lib/directory.sh
source "$LAB_HERE/lib/directory.sh"
# shellcheck source=lib/authorities.sh
source "$LAB_HERE/lib/authorities.sh"

usage() {
    cat <<'TEXT'
usage: lab.sh COMMAND
  up                 start the lab (domain controller, CAs); does nothing when it is up
  down               end everything and put everything back
  status             say what runs; exit status 0 when the lab is up, 1 when not
  exec CMD...        run a command inside; streams and exit status are the command's
  run CMD...         up, exec, down: for one test; a lab that was up before is used and left up
  ca CA COMMAND...   CA is ca1 or ca2; COMMAND is start, stop, or a control command of labca (list, approve ID, ...)
environment
  AE_LAB_DIR         state of this lab (default build/lab); labs with different directories run side by side
  AE_LAB_CACHE       pristine copies of the domain (default build/lab-cache)
  AE_LABCA           the lab CA program (default build/linux-release/bin/labca)
  AE_LAB_NO_CA=1     start no CAs
  AE_LAB_FORCE_FALLBACK=1   do without namespaces, on this machine's own loopback
TEXT
}

# The domain controller is the lab; a CA that a test stopped does not make the lab "down".
is_up() { [[ -e $LAB_DIR/ready ]] && world_alive && step daemon_runs dc1 >/dev/null 2>&1; }

need_up() {
    if [[ ! -e $LAB_DIR/ready ]] || ! world_alive; then
        die "The lab is down ($LAB_DIR): start it with 'lab.sh up'."
    fi
}

lock_lab() {
    mkdir -p "$(dirname "$LAB_DIR")"
    exec 9>"$LAB_DIR.lock"
    flock -w 300 9 || die "Another lab.sh holds $LAB_DIR.lock for more than five minutes."
}

refuse_inside() { [[ -z $LAB_INSIDE ]] || die "'$1' makes no sense inside the lab."; }

# up and down remove files: a mistyped AE_LAB_DIR must not cost anybody a directory.
need_own_dir() {
    if [[ -d $LAB_DIR && ! -e $LAB_DIR/.ae-lab && -n $(ls -A "$LAB_DIR") ]]; then
        die "$LAB_DIR holds files and is no lab's directory: name another one in AE_LAB_DIR."
    fi
}

# --- up and down ------------------------------------------------------------------------------------------------------

command_up() {
    refuse_inside up
    need_own_dir
    need_programs
    [[ ${AE_LAB_NO_CA:-} == 1 ]] || need_labca
    lock_lab
    if is_up; then
        say "is up already ($LAB_DIR)"
        return 0
    fi
    close_world
    trap abandon EXIT
    ensure_pristine
    fill_lab_dir
    open_world
    bring_up
    touch "$LAB_DIR/ready"
    trap - EXIT
    say "up in ${SECONDS} s: $LAB_REALM in $LAB_DIR"
}

abandon() {
    say "the lab was not started$([[ ! -d $LAB_DIR/log ]] || echo "; logs are in $LAB_DIR/log")"
    close_world
}

fill_lab_dir() {
    rm -rf "$LAB_DIR"
    mkdir -p "$LAB_DIR"
    touch "$LAB_DIR/.ae-lab"
    cp -a --reflink=auto "$PRISTINE/." "$LAB_DIR/"
    release_cache
}

bring_up() {
    local ca
    if [[ ${AE_LAB_NO_CA:-} == 1 ]]; then
        step inside_start_dc
        say "AE_LAB_NO_CA=1: no certification authority was made or started"
        return 0
    fi
    step inside_make_hierarchy
    step inside_start_dc
    for ca in "${LAB_CAS[@]}"; do
        step inside_start_ca "$ca"
    done
}

command_down() {
    refuse_inside down
    need_own_dir
    lock_lab
    close_world
    # Logs, CA files and what the agent wrote stay for a look afterwards; the next `up` removes them.
    rm -rf "$LAB_DIR/dc" "$LAB_DIR/tmp"
    say "down ($LAB_DIR)"
}

command_run() {
    refuse_inside run
    local status=0
    if [[ -z ${AE_LAB_DIR:-} ]]; then
        LAB_DIR=$LAB_REPO/build/lab-run.$$
        LAB_SHOWN=$LAB_DIR
    fi
    if ! is_up; then
        trap 'end_run $?' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM
        (command_up)
    fi
    # In the background, so that a signal ends the wait and with it the lab.
    in_world "$@" <&0 &
    wait $! || status=$?
    exit "$status"
}

# Of a lab that was made for one good run nothing is worth keeping.
end_run() { # STATUS
    command_down
    if (($1 == 0)) && [[ $LAB_DIR == "$LAB_REPO/build/lab-run.$$" ]]; then
        rm -rf "$LAB_DIR" "$LAB_DIR.lock"
    fi
}

# --- status -----------------------------------------------------------------------------------------------------------

command_status() {
    if ! is_up; then
        say "is down ($LAB_DIR)"
        return 1
    fi
    printf 'lab      up, %s, %s\n' "$(world_mode)" "$LAB_DIR"
    if [[ $(world_mode) == namespace ]]; then
        printf 'holder   pid %s of the host; the pids below are inside the lab\n' "$(world_field pid)"
    fi
    step inside_status
}

inside_status() {
    local ca
    status_line dc1 "$LAB_DC_ADDRESS$(has_ipv6 && echo ", $LAB_DC_ADDRESS6")"
    for ca in "${LAB_CAS[@]}"; do
        status_line "$ca" "$(ca_address "$ca"):135"
    done
}

status_line() { # DAEMON ADDRESS
    local pids
    pids=$(session_members "$1" | tr '\n' ' ')
    if [[ -n $pids ]]; then
        printf '%-8s %s, %s, pids %s\n' "$1" "$1.$LAB_DOMAIN" "$2" "${pids% }"
    else
        printf '%-8s not running\n' "$1"
    fi
}

# --- command line -----------------------------------------------------------------------------------------------------

main() {
    local command=${1:-help}
    (($# == 0)) || shift
    LAB_DIR=$(realpath -m "${AE_LAB_DIR:-$LAB_REPO/build/lab}")
    LAB_CACHE=$(realpath -m "${AE_LAB_CACHE:-$LAB_REPO/build/lab-cache}")
    LAB_INSIDE=${AE_LAB_INSIDE:-}
    LAB_SHOWN=$LAB_DIR
    if [[ -n ${AE_LABCA:-} ]]; then
        AE_LABCA=$(realpath -m "$AE_LABCA")
    fi
    # Inside, the one path that always leads to the state is the short one.
    [[ -z $LAB_INSIDE ]] || LAB_DIR=$LAB_RUN
    case $command in
        help | -h | --help | _inside) ;;
        *) need_root ;;
    esac
    case $command in
        up | down | status) "command_$command" ;;
        exec)
            (($#)) || die "'exec' needs a command."
            need_up
            # In place of this shell, which would not pass on a signal.
            prepare_entry "$PWD"
            exec "${ENTER[@]}" "$@"
            ;;
        run)
            (($#)) || die "'run' needs a command."
            command_run "$@"
            ;;
        ca)
            (($# >= 2)) || die "'ca' needs a CA and a command, such as 'ca ca1 stop'."
            need_up
            control_ca "$@"
            ;;
        _inside) "$@" ;;
        help | -h | --help) usage ;;
        *)
            usage >&2
            die "There is no command '$command'."
            ;;
    esac
}

main "$@"
