#!/bin/sh
# Makes an authority, three certificates, a responder and lists of every kind in this folder:
#   make_authority.sh FOLDER_OF_AUTHORITY_CNF (ec|rsa)
set -eu
config=$1/authority.cnf
kind=$2

make_key() {
    if [ "$kind" = rsa ]; then
        openssl genrsa -out "$1" 2048
    else
        openssl ecparam -name prime256v1 -genkey -noout -out "$1"
    fi
}

issue() {
    make_key "$1.key"
    openssl req -config "$config" -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
    openssl ca -batch -notext -config "$config" -extensions "$2" -in "$1.csr" -out "$1.pem"
}

: > index.txt
echo 1000 > serial
echo 10 > crlnumber
make_key ca.key
openssl req -config "$config" -new -x509 -key ca.key -subj "/CN=Corp Root CA" -days 30 \
    -extensions authority -out ca.pem
for name in good bad held; do
    issue "$name" machine
done
issue responder responder
openssl ca -config "$config" -revoke bad.pem -crl_reason keyCompromise
openssl ca -config "$config" -revoke held.pem -crl_reason certificateHold
for scope in plain strange users authorities indirect; do
    openssl ca -config "$config" -gencrl -crlexts "$scope" -out "$scope.crl"
done
# A stranger under the same name.
make_key stranger.key
openssl req -config "$config" -new -x509 -key stranger.key -subj "/CN=Corp Root CA" -days 30 \
    -extensions authority -out stranger.pem
openssl ca -config "$config" -gencrl -crlexts plain -keyfile stranger.key -cert stranger.pem \
    -out stranger.crl
