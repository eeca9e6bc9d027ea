#!/bin/bash
# First process of a lab's private world; lab.sh starts it in new mount, network, UTS and process namespaces.
#
# It makes the world (own /proc, /run, /etc, /var/lib, loopback, host name), says so by a file and then only waits.  It is process 1
# there: when it dies the kernel kills every process inside and the mounts vanish with them.  Nothing of the host is written, not
# even to make a mount point: /etc is a copy in memory, /var/lib a directory of links in memory.
set -euo pipefail
shopt -s nullglob dotglob

readonly lab_dir=$1
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"

# Until /proc is mounted anew it shows this process as the host sees it.
read -r outer_pid _ </proc/self/stat
{
    echo "mode=namespace"
    echo "boot_id=$(boot_id)"
    echo "pid=$outer_pid"
    echo "start=$(start_time "$outer_pid")"
} >"$lab_dir/world.new"
mv "$lab_dir/world.new" "$lab_dir/world"

mount -n -t proc proc /proc

# Made aside and moved in place, so that a state directory below /run or /var/lib still works.
aside=$lab_dir/aside
mkdir -p "$aside"

# -n: mount(8) keeps notes below /run, which changes under it here.
private_run() {
    mount -n -t tmpfs -o mode=755 lab-run "$aside"
    mkdir -p "$aside/ae-lab" "$aside/host/var-lib" "$aside/lock" "$aside/samba"
    mount -n --bind "$lab_dir" "$aside/ae-lab"
    mount -n --bind /var/lib "$aside/host/var-lib"
    mount -n --move "$aside" /run
}

private_etc() {
    mount -n -t tmpfs -o mode=755 lab-etc "$LAB_RUN/aside"
    cp -a /etc/. "$LAB_RUN/aside/"
    # A link into /run (systemd-resolved) would lead nowhere now.
    rm -rf "$LAB_RUN"/aside/{hosts,resolv.conf,krb5.conf,krb5.keytab,nsswitch.conf,aeclient}
    cp "$LAB_RUN"/host-files/{hosts,resolv.conf,krb5.conf,nsswitch.conf} "$LAB_RUN/aside/"
    if has_ipv6; then
        echo "$LAB_DC_ADDRESS6 $LAB_DC_HOST dc1" >>"$LAB_RUN/aside/hosts"
    fi
    mkdir -p "$LAB_RUN/aside/aeclient" "$LAB_RUN/aside/samba"
    ln -sf "$LAB_RUN/dc/etc/smb.conf" "$LAB_RUN/aside/samba/smb.conf"
    if [[ -e $LAB_RUN/ws1.keytab ]]; then
        install -m 0600 "$LAB_RUN/ws1.keytab" "$LAB_RUN/aside/krb5.keytab"
    fi
    mount -n --move "$LAB_RUN/aside" /etc
    mount -n --bind "$LAB_RUN/etc-aeclient" /etc/aeclient
}

private_var_lib() {
    local entry
    mount -n -t tmpfs -o mode=755 lab-var-lib "$LAB_RUN/aside"
    for entry in /run/host/var-lib/*; do
        case ${entry##*/} in
            aeclient | samba) ;;
            *) ln -s "$entry" "$LAB_RUN/aside/" ;;
        esac
    done
    mkdir "$LAB_RUN/aside/aeclient" "$LAB_RUN/aside/samba"
    mount -n --move "$LAB_RUN/aside" /var/lib
    mount -n --bind "$LAB_RUN/var-lib-aeclient" /var/lib/aeclient
    # Samba's tools keep caches and logs here whatever smb.conf says.
    for entry in /var/cache/samba /var/log/samba; do
        if [[ -d $entry ]]; then
            mount -n -t tmpfs -o mode=755 lab-samba "$entry"
        fi
    done
}

private_network() {
    local last
    for last in 2 3 4 5 6 7 8 9; do
        echo "address add 127.0.0.$last/8 dev lo"
    done | ip -batch -
    ip link set lo up
    # A kernel without IPv6 makes a lab without it.
    ip -6 address add "$LAB_DC_ADDRESS6/128" dev lo nodad 2>/dev/null || true
    hostname ws1
}

private_run
private_network
private_etc
private_var_lib
cd /
touch "$LAB_RUN/holder.ready"

# bash reaps every orphan that lands at process 1; sleep itself would not.
trap 'exit 0' TERM
while :; do
    sleep infinity &
    wait $! || true
done
