# shellcheck shell=bash
# The domain controller: a Samba AD DC with the lab's sites, accounts, templates and real joins.
#
# Making it takes some ten seconds, so it is made once per version of these files, stopped, and kept as a pristine copy; each
# lab starts from a copy of that.  Functions named inside_* run in the lab's world.

readonly SAM_LDB=$LAB_RUN/dc/private/sam.ldb
readonly PRISTINE_PARTS=(dc ws1.keytab ca1.keytab ca2.keytab)

# --- LDIF -------------------------------------------------------------------------------------------------------------

# Replaces the placeholders of an LDIF template; further pairs NAME VALUE come from the caller.
render_ldif() { # FILE [NAME VALUE]...
    local text name sid
    text=$(grep -v '^#' "$1")
    shift
    set -- ConfigNC "$LAB_CONFIG_NC" DomainDN "$LAB_BASE_DN" DomainSID "$LAB_DOMAIN_SID" "$@"
    while (($#)); do
        text=${text//"{$1}"/"$2"}
        shift 2
    done
    while [[ $text =~ \{SID:([^}]*)\} ]]; do
        name=${BASH_REMATCH[1]}
        sid=$(account_sid "$name")
        [[ -n $sid ]] || die "The directory has no account named '$name', which an LDIF file refers to."
        text=${text//"{SID:$name}"/"$sid"}
    done
    [[ ! $text =~ (^|[^\\])\{[A-Za-z0-9]+\} ]] || die "The placeholder ${BASH_REMATCH[0]} of an LDIF file was not replaced."
    printf '%s\n' "$text"
}

account_sid() { # sAMAccountName
    ldbsearch -H "$SAM_LDB" "(sAMAccountName=$1)" objectSid | sed -n 's/^objectSid: //p'
}

# Straight into the database: the same over LDAP takes a hundred times as long.
load_ldif() { # FILE [NAME VALUE]...
    local source=$1 ldif=$LAB_RUN/tmp/${1##*/} tool=ldbadd
    shift
    render_ldif "$source" "$@" >"${ldif%.in}"
    if grep -q '^changetype:' "$source"; then
        tool=ldbmodify
    fi
    quietly "$LAB_RUN/log/ldif.log" "$tool" -H "$SAM_LDB" "${ldif%.in}"
}

# --- The domain controller --------------------------------------------------------------------------------------------

# Whole and ours: the file that provisioning writes forwards DNS to the host's name server and starts services nobody needs here.
# Made at each start, because the addresses depend on the world.
write_smb_conf() {
    local interfaces=$LAB_DC_ADDRESS/8
    if has_ipv6; then
        interfaces+=" $LAB_DC_ADDRESS6/128"
    fi
    cat >"$LAB_RUN/dc/etc/smb.conf" <<CONF
[global]
    server role = active directory domain controller
    realm = $LAB_REALM
    workgroup = $LAB_NETBIOS
    netbios name = DC1
    interfaces = $interfaces
    bind interfaces only = yes
    rpc server dynamic port range = 50000-50100
    # No NetBIOS, replication or time service; every record and SPN exists from provisioning.
    prefork children = 2
    server services = s3fs, rpc, ldap, cldap, kdc, drepl, winbindd, dns
    dns forwarder =
    allow dns updates = secure only
    private dir = $LAB_RUN/dc/private
    lock dir = $LAB_RUN/dc
    state directory = $LAB_RUN/dc/state
    cache directory = $LAB_RUN/dc/cache
    binddns dir = $LAB_RUN/dc/bind-dns
    pid directory = $LAB_RUN/dc
    ncalrpc dir = $LAB_RUN/dc/ncalrpc
    ntp signd socket directory = $LAB_RUN/dc/ntp_signd
    usershare path =
    log file = $LAB_RUN/log/samba.log
    log level = 1
    max log size = 0
    load printers = no
    printcap name = /dev/null

[sysvol]
    path = $LAB_RUN/dc/state/sysvol
    read only = no

[netlogon]
    path = $LAB_RUN/dc/state/sysvol/$LAB_DOMAIN/scripts
    read only = no
CONF
}

inside_provision() {
    # An empty configuration, so that nothing of the host's smb.conf takes part.
    mkdir -p "$LAB_RUN/dc"
    : >"$LAB_RUN/tmp/empty.conf"
    quietly "$LAB_RUN/log/provision.log" samba-tool domain provision --configfile="$LAB_RUN/tmp/empty.conf" \
        --realm="$LAB_REALM" --domain="$LAB_NETBIOS" --domain-sid="$LAB_DOMAIN_SID" --site="$LAB_SITE" \
        --server-role=dc --dns-backend=SAMBA_INTERNAL --adminpass="$LAB_PASSWORD" \
        --host-name=dc1 --host-ip="$LAB_DC_ADDRESS" --host-ip6="$LAB_DC_ADDRESS6" --targetdir="$LAB_RUN/dc" \
        --option="interfaces=$LAB_DC_ADDRESS/8" --option='bind interfaces only=yes'
    write_smb_conf
    # What the left-out dnsupdate service would do at each start: ldap/dc1... and the other SPNs of a domain controller.
    quietly "$LAB_RUN/log/provision.log" samba_spnupdate --configfile="$LAB_RUN/dc/etc/smb.conf"
}

inside_start_dc() { # [SAMBA-OPTION...]
    write_smb_conf
    start_daemon dc1 samba --foreground --no-process-group --configfile="$LAB_RUN/dc/etc/smb.conf" "$@"
    wait_until 30 "The domain controller's first answer to LDAP, DNS, Kerberos and RPC" dc_answers_or_died || exit 1
    daemon_runs dc1 || die "Samba ended at once: $(tail -n 1 "$LAB_RUN/log/dc1.log") ($LAB_RUN/log/dc1.log)."
}

dc_answers_or_died() { dc_answers || daemon_gone dc1; }

dc_answers() {
    local port
    for port in 88 135 389 445; do
        (: <"/dev/tcp/$LAB_DC_ADDRESS/$port") || return 1
    done
    ldapsearch -x -LLL -H "ldap://$LAB_DC_ADDRESS" -s base -b '' dnsHostName &&
        [[ -n $(dig +short +tries=1 +time=1 "@$LAB_DC_ADDRESS" SRV "_ldap._tcp.dc._msdcs.$LAB_DOMAIN") ]] &&
        printf '%s\n' "$LAB_PASSWORD" | kinit -c "$LAB_RUN/tmp/krb5cc_admin" "Administrator@$LAB_REALM"
}

# --- The pristine copy ------------------------------------------------------------------------------------------------

inside_add_addresses() {
    local ca
    {
        echo "server $LAB_DC_HOST"
        for ca in "${LAB_CAS[@]}"; do
            echo "update add $ca.$LAB_DOMAIN 3600 A $(ca_address "$ca")"
        done
        echo "update add $LAB_MEMBER_HOST 3600 A $LAB_MEMBER_ADDRESS"
        echo send
    } >"$LAB_RUN/tmp/nsupdate"
    quietly "$LAB_RUN/log/dns.log" nsupdate "$LAB_RUN/tmp/nsupdate"
}

inside_join() { # NAME KEYTAB [OPTION...]
    local name=$1 keytab=$2
    shift 2
    # adcli creates the key table with the umask it finds.
    (
        umask 077
        printf '%s' "$LAB_PASSWORD" | adcli join --stdin-password --verbose --domain="$LAB_DOMAIN" \
            --domain-controller="$LAB_DC_HOST" --login-user=Administrator --computer-name="$name" \
            --host-fqdn="${name,,}.$LAB_DOMAIN" --host-keytab="$keytab" "$@" >"$LAB_RUN/log/join-$name.log" 2>&1
    ) || die "$name could not join the domain: $(tail -n 1 "$LAB_RUN/log/join-$name.log") ($LAB_RUN/log/join-$name.log)."
    chmod 0600 "$keytab"
}

inside_build_pristine() {
    local file
    inside_provision
    for file in 10-sites 20-accounts 30-default-templates 40-corp-templates 50-oids; do
        load_ldif "$LAB_HERE/ldif/$file.ldif.in"
    done
    # Unsigned updates only while the addresses are written: nsupdate cannot verify this Samba's signature on the answer.
    inside_start_dc --option='allow dns updates = nonsecure'
    inside_add_addresses
    inside_join WS1 "$LAB_RUN/ws1.keytab"
    inside_join CA1 "$LAB_RUN/ca1.keytab" --service-name=host --service-name=RPCSS
    inside_join CA2 "$LAB_RUN/ca2.keytab" --service-name=host --service-name=RPCSS
    stop_daemon dc1
    load_ldif "$LAB_HERE/ldif/60-memberships.ldif.in"
}

# The copy is good for exactly these files and this Samba.
pristine_key() {
    {
        samba --version
        adcli --version 2>/dev/null || true
        sha256sum <"$LAB_HERE/holder.sh"
        cat "$LAB_HERE"/lib/{common,world,directory}.sh "$LAB_HERE"/ldif/[1-6]*.ldif.in
    } | sha256sum | cut -c1-16
}

# A directory is in the cache whole or not at all: it gets its name by one rename.  What a killed builder left has another name.
ensure_pristine() {
    local key
    mkdir -p "$LAB_CACHE"
    exec 8>"$LAB_CACHE/.lock"
    flock 8
    key=$(pristine_key)
    PRISTINE=$LAB_CACHE/pristine-$key
    if [[ ! -d $PRISTINE ]]; then
        drop_stale_cache
        say "making the domain once; later labs start from a copy ($LAB_CACHE)"
        # A plain subshell: behind || its errors would not end it.
        (build_pristine "$LAB_CACHE/building-$key")
    fi
}

release_cache() { exec 8>&-; }

drop_stale_cache() {
    local leftover
    for leftover in "$LAB_CACHE"/building-*; do
        [[ -d $leftover ]] || continue
        (
            LAB_DIR=$leftover
            close_world
        )
    done
    rm -rf "$LAB_CACHE"/building-* "$LAB_CACHE"/pristine-*
}

build_pristine() { # DIRECTORY
    local part
    LAB_DIR=$1
    # shellcheck disable=SC2034 # for say()
    LAB_SHOWN=$1
    mkdir -p "$LAB_DIR"
    trap close_world EXIT
    open_world
    step inside_build_pristine
    mkdir "$LAB_DIR/pristine"
    for part in "${PRISTINE_PARTS[@]}"; do
        mv "$LAB_DIR/$part" "$LAB_DIR/pristine/"
    done
    close_world
    trap - EXIT
    # Sockets of the stopped services; their servers make new ones.
    find "$LAB_DIR/pristine" -type s -delete
    sync "$LAB_DIR/pristine"
    mv "$LAB_DIR/pristine" "$PRISTINE"
    rm -rf "$LAB_DIR"
}
