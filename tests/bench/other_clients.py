#!/usr/bin/python3
"""The request of ca_agents, sent by Debian's python3-impacket over DCOM and over ICertPassage.  Prints
as that does, from connect to certificate: seconds, and of them the processor's for this process.  Run inside the lab with KRB5CCNAME set; used only by bench.py.
usage: other_clients.py impacket-dcom|impacket-icpr FILE COUNT"""
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "ca-client/interop"))
import ms_wcce  # noqa: E402

HOST, AUTHORITY = "ca1.corp.example.test", "Corp Issuing CA 1\0"
REALM, MEMBER, KDC = "CORP.EXAMPLE.TEST", "WS1$", "dc1.corp.example.test"
CERT_PASSAGE = ("91ae6020-9e3c-11cf-8d7c-00aa00c091be", "0.0")
CMC, CMC_FULL = 0x400, 0x40400
ISSUED = 3


def check(answer):
    certificate = answer["pctbEncodedCert"].octets()
    if answer["ErrorCode"] != 0 or answer["pdwDisposition"] != ISSUED or not certificate.startswith(b"\x30"):
        sys.exit(f"no certificate: 0x{answer['ErrorCode']:08x}, disposition {answer['pdwDisposition']}")


def impacket_dcom(request):
    from impacket.dcerpc.v5.dcomrt import DCOMConnection
    from impacket.dcerpc.v5.dtypes import NULL
    from impacket.uuid import string_to_bin, uuidtup_to_bin
    newer = uuidtup_to_bin(("5422FD3A-D4B8-4CEF-A12E-E87D4CA22E90", "0.0"))
    dcom = DCOMConnection(HOST, MEMBER, "", REALM, doKerberos=True, kdcHost=KDC)
    ca = dcom.CoCreateInstanceEx(string_to_bin("D99E6E74-FC88-11D0-B498-00A0C90312F3"), newer)
    call = ms_wcce.Request2()
    call["pwszAuthority"], call["dwFlags"], call["pdwRequestId"] = AUTHORITY, CMC_FULL, 0
    call["pwszSerialNumber"] = call["pwszAttributes"] = NULL
    call["pctbRequest"].set(request)
    check(ca.request(call, newer, ca.get_iPid()))
    dcom.disconnect()  # it cannot release what it holds without a second security context


def passage_call(request):
    call = ms_wcce.CertServerRequest()
    call["dwFlags"], call["pwszAuthority"], call["pdwRequestId"] = CMC, AUTHORITY, 0
    call["pctbAttribs"].set(b"")
    call["pctbRequest"].set(request)
    return call


def impacket_icpr(request):
    from impacket.dcerpc.v5 import epm, transport
    from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_GSS_NEGOTIATE, RPC_C_AUTHN_LEVEL_PKT_PRIVACY
    from impacket.uuid import uuidtup_to_bin
    interface = uuidtup_to_bin(CERT_PASSAGE)
    way = transport.DCERPCTransportFactory(epm.hept_map(HOST, interface, protocol="ncacn_ip_tcp"))
    way.set_credentials(MEMBER, "", REALM)
    way.set_kerberos(True, KDC)
    way.setRemoteName(HOST)
    rpc = way.get_dce_rpc()
    rpc.set_auth_type(RPC_C_AUTHN_GSS_NEGOTIATE)
    rpc.set_auth_level(RPC_C_AUTHN_LEVEL_PKT_PRIVACY)
    rpc.connect()
    rpc.bind(interface)
    check(rpc.request(passage_call(request)))
    rpc.disconnect()


def main():
    name, file, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    client = {"impacket-dcom": impacket_dcom, "impacket-icpr": impacket_icpr}[name]
    request = pathlib.Path(file).read_bytes()
    for _ in range(count):
        start, processor = time.perf_counter(), time.process_time()
        client(request)
        print(time.perf_counter() - start, time.process_time() - processor, flush=True)


if __name__ == "__main__":
    main()
