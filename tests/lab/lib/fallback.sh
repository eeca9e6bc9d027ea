# shellcheck shell=bash
# The lab without namespaces (a plain container): the machine's own loopback addresses and files.
#
# What it changes it first notes and saves in LAB_DIR/saved, and `down` puts that back, also after a crash.  Only one such lab can
# be up on a machine; that its ports are taken tells the second one.

readonly FALLBACK_FILES=(/etc/hosts /etc/resolv.conf /etc/krb5.conf /etc/krb5.keytab)
readonly FALLBACK_DIRS=(/etc/aeclient /var/lib/aeclient "$LAB_RUN" /run/samba)
readonly FALLBACK_DC_PORTS=(53 88 135 389 445 464 636 3268 3269)

# ss prints one line per socket: Netid State Recv-Q Send-Q Local Peer.  A listener on all addresses is in the way as well.
port_taken() { # ADDRESS PORT
    ss -Hntul "sport = :$2" | awk -v port=":$2" -v address="$1" '
        { host = $5; sub(port "$", "", host); sub(/%.*/, "", host) }
        host == address || host == "0.0.0.0" || host == "*" || host == "[::]" { found = 1 }
        END { exit !found }'
}

check_ports() {
    local port ca
    for port in "${FALLBACK_DC_PORTS[@]}"; do
        ! port_taken "$LAB_DC_ADDRESS" "$port" ||
            die "Namespaces are not permitted here, and port $port of $LAB_DC_ADDRESS is in use: stop that service first."
    done
    for ca in "${LAB_CAS[@]}"; do
        for port in 80 135; do
            ! port_taken "$(ca_address "$ca")" "$port" ||
                die "Namespaces are not permitted here, and port $port of $(ca_address "$ca") is in use: stop that service first."
        done
    done
}

open_fallback() {
    check_ports
    ip link show lo up | grep -q UP || die "The loopback interface of this machine is down: 'ip link set lo up'."
    say "namespaces are not permitted here: using this machine's own loopback; 'down' puts back what is changed now"
    [[ ! -e $LAB_DIR/saved ]] || die "$LAB_DIR/saved still holds the host's files: run 'lab.sh down' first."
    # Before the first change, so that a crash right after it can be undone.
    printf '%s\n' mode=fallback "boot_id=$(boot_id)" >"$LAB_DIR/world"
    save_host
    install_host_files
    touch "$LAB_DIR/holder.ready"
}

# saved/ gets its name when everything is in it: half a save restores nothing, and nothing was changed yet.
save_host() {
    local path saving=$LAB_DIR/saving
    rm -rf "$saving"
    mkdir -p "$saving"
    for path in "${FALLBACK_FILES[@]}"; do
        if [[ -e $path || -L $path ]]; then
            cp -a "$path" "$saving/${path//\//_}"
        fi
    done
    for path in "${FALLBACK_DIRS[@]}"; do
        [[ ! -e $path.before-lab ]] || die "$path.before-lab exists, so an earlier lab was not put back: look at it and remove it."
    done
    mv "$saving" "$LAB_DIR/saved"
}

install_host_files() {
    local path
    for path in "${FALLBACK_DIRS[@]}"; do
        if [[ -e $path || -L $path ]]; then
            mv -T "$path" "$path.before-lab"
        fi
    done
    ln -s "$LAB_DIR" "$LAB_RUN"
    # Clients of winbindd know its socket by this path only.
    mkdir -p "$LAB_DIR/run-samba"
    ln -s "$LAB_DIR/run-samba" /run/samba
    ln -s "$LAB_DIR/etc-aeclient" /etc/aeclient
    ln -s "$LAB_DIR/var-lib-aeclient" /var/lib/aeclient
    for path in /etc/hosts /etc/resolv.conf /etc/krb5.conf; do
        write_over "$LAB_DIR/host-files/${path##*/}" "$path"
    done
    if [[ -e $LAB_DIR/ws1.keytab ]]; then
        write_over "$LAB_DIR/ws1.keytab" /etc/krb5.keytab
        chmod 0600 /etc/krb5.keytab
    fi
}

# Into the same inode: in a container /etc/hosts and /etc/resolv.conf are mount points and cannot be replaced.  A link must not
# be written through, though: its target belongs to somebody else.
write_over() { # SOURCE TARGET
    if [[ -L $2 ]]; then
        rm "$2"
    fi
    cp "$1" "$2"
}

restore_host() {
    local path copy
    [[ -d $LAB_DIR/saved ]] || return 0
    for path in "${FALLBACK_DIRS[@]}"; do
        # Only our own links; a directory there is the host's, if we died before moving it.
        if [[ -L $path && $(readlink "$path") == "$LAB_DIR"* ]]; then
            rm "$path"
        fi
        if [[ (-e $path.before-lab || -L $path.before-lab) && ! -e $path ]]; then
            mv -T "$path.before-lab" "$path"
        fi
    done
    for path in "${FALLBACK_FILES[@]}"; do
        copy=$LAB_DIR/saved/${path//\//_}
        if [[ -L $copy ]]; then
            rm -f "$path"
            cp -a "$copy" "$path"
        elif [[ -e $copy ]]; then
            cp --preserve=mode,ownership,timestamps "$copy" "$path"
        else
            rm -f "$path"
        fi
    done
    rm -rf "$LAB_DIR/saved" "$LAB_DIR/saving"
}

close_fallback() {
    local record
    # LAB_RUN may be gone or not yet there after a crash; the records are below LAB_DIR all the same.
    for record in "$LAB_DIR"/sessions/*; do
        [[ -e $record ]] || continue
        stop_daemon "${record##*/}" || exit 1
    done
    restore_host
}
