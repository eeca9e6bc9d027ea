# shellcheck shell=bash
# The lab CAs: hierarchy, directory objects, processes.  Each has an address, a name, a key table and a directory of its own.

ca_dir() { echo "$LAB_RUN/$1"; }

labca_program() { echo "${AE_LABCA:-$LAB_REPO/build/linux-release/bin/labca}"; }

need_labca() {
    local program
    program=$(labca_program)
    [[ -x $program ]] ||
        die "The lab CA '$program' does not exist: build it, name it in AE_LABCA, or set AE_LAB_NO_CA=1 for a lab without CAs."
}

certificate_base64() { openssl base64 -A -in "$1"; }

# The hierarchy is made anew at each start: it is cheap, always fits the program, and never is near its expiry.
inside_make_hierarchy() {
    local ca
    for ca in "${LAB_CAS[@]}"; do
        quietly "$LAB_RUN/log/labca-init.log" "$(labca_program)" init --dir "$(ca_dir "$ca")" --root "$LAB_RUN/root" \
            --name "$(ca_name "$ca")" --host "$ca.$LAB_DOMAIN"
    done
    publish_authorities
}

# What setting up an enterprise CA writes into the configuration partition.
publish_authorities() {
    local ca values root
    root=$(openssl x509 -in "$LAB_RUN/root/root.pem" -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p')
    values=(RootName "$root" RootCertificate "$(certificate_base64 "$LAB_RUN/root/root.der")")
    for ca in "${LAB_CAS[@]}"; do
        values+=(
            "${ca^}Name" "$(ca_name "$ca")"
            "${ca^}Host" "$ca.$LAB_DOMAIN"
            "${ca^}Certificate" "$(certificate_base64 "$(ca_dir "$ca")/ca.der")"
            "${ca^}Subject" "$(openssl x509 -in "$(ca_dir "$ca")/ca.pem" -noout -subject -nameopt RFC2253 | sed 's/^subject=//')"
        )
    done
    load_ldif "$LAB_HERE/ldif/70-authorities.ldif.in" "${values[@]}"
}

inside_start_ca() { # ca1|ca2
    local ca=$1 dir
    dir=$(ca_dir "$ca")
    if daemon_runs "$ca"; then
        return 0
    fi
    rm -f "$dir/labca.pid"
    start_daemon "$ca" "$(labca_program)" serve --dir "$dir" --address "$(ca_address "$ca")" \
        --keytab "$LAB_RUN/$ca.keytab" --dc "$LAB_DC_HOST" --web-port 80
    wait_until 10 "The start of $ca" ca_settled "$ca" || exit 1
    daemon_runs "$ca" || die "$ca ended at once: $(tail -n 1 "$LAB_RUN/log/$ca.log") ($LAB_RUN/log/$ca.log)."
}

# Listening (it writes labca.pid then) or dead.
ca_settled() { [[ -s $(ca_dir "$1")/labca.pid ]] || daemon_gone "$1"; }

inside_stop_ca() { # ca1|ca2
    stop_daemon "$1"
    rm -f "$(ca_dir "$1")/labca.pid"
}

# lab.sh ca CA start|stop, or any control command of labca, with its --dir filled in.
control_ca() { # CA COMMAND [ARGUMENT...]
    local ca=$1 command=$2
    shift 2
    ca_name "$ca" >/dev/null
    [[ -d $LAB_DIR/$ca ]] || die "This lab was started without CAs."
    case $command in
        start) step inside_start_ca "$ca" ;;
        stop) step inside_stop_ca "$ca" ;;
        *) in_world "$(labca_program)" "$command" --dir "$(ca_dir "$ca")" "$@" ;;
    esac
}
