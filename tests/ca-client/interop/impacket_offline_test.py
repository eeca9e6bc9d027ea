#!/usr/bin/python3
"""Debian's python3-impacket and our wire read each other, field by field.  No network."""
import json
import os
import struct
import subprocess
import sys
import unittest
import uuid

from impacket.dcerpc.v5 import dcomrt, epm
from impacket.dcerpc.v5.dtypes import DWORD, HRESULT, NULL
from impacket.dcerpc.v5.ndr import NDRPOINTER, NDRUniConformantArray

import ms_wcce

PROGRAM = os.environ["AE_WIRE_VALUES"]
VALUES = json.loads(subprocess.run([PROGRAM, "encode"], check=True, capture_output=True).stdout)


def wire(text):
    return uuid.UUID(text).bytes_le


# What wire_values.cpp encodes; the identifiers of [MS-WCCE] 1.9 and [MS-DCOM] 1.9.
CAUSALITY = wire("00112233-4455-6677-8899-aabbccddeeff")
IPID = wire("0000c002-1111-2222-3333-444455556666")
OTHER_IPID = wire("0000c001-1111-2222-3333-444455556666")
REM_UNKNOWN = "00008000-1111-2222-3333-444455556666"
OXID, OID = 0x1122334455667788, 0x99AABBCCDDEEFF00
CLASS_OF_CAS = wire("d99e6e74-fc88-11d0-b498-00a0c90312f3")
D2 = wire("5422fd3a-d4b8-4cef-a12e-e87d4ca22e90")
D1 = wire("d99e6e70-fc88-11d0-b498-00a0c90312f3")
AUTHORITY = "Corp Issuing CA 1\0"
REQUEST = bytes.fromhex("3003020105")
HOST = "ca1.corp.example.test"


def ours(name):
    return bytes.fromhex(VALUES[name])


def read_by_us(name, octets):
    done = subprocess.run([PROGRAM, "decode", name], input=octets.hex(), text=True, check=True,
                          capture_output=True)
    return json.loads(done.stdout)


def data_of(array):
    return [element["Data"] for element in array]


class WhatWeSend(unittest.TestCase):
    def read(self, cls, name):
        call = cls(ours(name))
        # Nothing is left over that impacket did not account for, its own pad octets aside.
        self.assertEqual(len(call.getData()), len(ours(name)), name)
        return call

    def orpc(self, call, flags=0):
        this = call["ORPCthis"]
        self.assertEqual((this["version"]["MajorVersion"], this["version"]["MinorVersion"]), (5, 7))
        self.assertEqual((this["flags"], this["reserved1"]), (flags, 0))
        self.assertEqual(this["cid"], CAUSALITY)
        self.assertEqual(this.fields["extensions"].fields["ReferentID"], 0)

    def test_release(self):
        call = self.read(dcomrt.RemRelease, "RemRelease")
        self.orpc(call)
        self.assertEqual(call["cInterfaceRefs"], 2)
        self.assertEqual([(r["ipid"], r["cPublicRefs"], r["cPrivateRefs"]) for r in call["InterfaceRefs"]],
                         [(IPID, 5, 0), (OTHER_IPID, 1, 0)])

    def test_resolve_oxid(self):
        call = self.read(dcomrt.ResolveOxid2, "ResolveOxid2")
        self.assertEqual((call["pOxid"], call["cRequestedProtseqs"]), (OXID, 1))
        self.assertEqual(list(call["arRequestedProtseqs"]), [7])

    def test_the_older_activation(self):
        call = self.read(dcomrt.RemoteActivation, "RemoteActivation")
        self.orpc(call)
        self.assertEqual(call["Clsid"], CLASS_OF_CAS)
        self.assertEqual((call["ClientImpLevel"], call["Mode"], call["Interfaces"]), (2, 0, 2))
        self.assertEqual(data_of(call["pIIDs"]), [D2, D1])
        self.assertEqual((call["cRequestedProtseqs"], list(call["aRequestedProtseqs"])), (1, [7]))

    def test_the_activation(self):
        call = self.read(dcomrt.RemoteCreateInstance, "RemoteCreateInstance")
        self.orpc(call, flags=1)
        objref = b"".join(call["pActProperties"]["abData"])
        self.assertEqual(call["pActProperties"]["ulCntData"], len(objref))
        custom = dcomrt.OBJREF_CUSTOM(objref)
        self.assertEqual((custom["signature"], custom["flags"], custom["cbExtension"]),
                         (0x574F454D, dcomrt.FLAGS_OBJREF_CUSTOM, 0))
        self.assertEqual(custom["iid"], dcomrt.IID_IActivationPropertiesIn[:16])
        self.assertEqual(custom["clsid"], dcomrt.CLSID_ActivationPropertiesIn)
        blob = dcomrt.ACTIVATION_BLOB(custom["pObjectData"])
        header = blob["CustomHeader"]
        sizes = data_of(header["pSizes"])
        self.assertEqual(blob["dwSize"], header["totalSize"])
        self.assertEqual(header["totalSize"], header["headerSize"] + sum(sizes))
        self.assertEqual((header["destCtx"], header["cIfs"]), (2, 4))
        self.assertEqual(data_of(header["pclsid"]),
                         [dcomrt.CLSID_InstantiationInfo, dcomrt.CLSID_ActivationContextInfo,
                          dcomrt.CLSID_ServerLocationInfo, dcomrt.CLSID_ScmRequestInfo])
        properties, at = [], 0
        for cls, size in zip((dcomrt.InstantiationInfoData, dcomrt.ActivationContextInfoData,
                              dcomrt.LocationInfoData, dcomrt.ScmRequestInfoData), sizes):
            octets = blob["Property"][at:at + size]
            at += size
            read = cls()
            end = read.fromString(octets)
            read.fromStringReferents(octets[end:])
            self.assertEqual(read["CommonHeader"]["Version"], 1)
            self.assertEqual(read["CommonHeader"]["Endianness"], 0x10)
            self.assertEqual(read["CommonHeader"]["CommonHeaderLength"], 8)
            self.assertEqual(read["PrivateHeader"]["ObjectBufferLength"], size - 16)
            properties.append(read)
        self.assertEqual(at, len(blob["Property"]))
        instantiation, context, location, request = properties
        self.assertEqual(instantiation["classId"], CLASS_OF_CAS)
        self.assertEqual((instantiation["classCtx"], instantiation["actvflags"], instantiation["fIsSurrogate"],
                          instantiation["cIID"], instantiation["instFlag"], instantiation["thisSize"]),
                         (0x14, 0, 0, 2, 0, sizes[0]))
        self.assertEqual(data_of(instantiation["pIID"]), [D2, D1])
        self.assertEqual((context["clientOK"], context["bReserved1"]), (0, 0))
        self.assertEqual((location["processId"], location["apartmentId"], location["contextId"]), (0, 0, 0))
        asked = request["remoteRequest"]
        self.assertEqual((asked["ClientImpLevel"], asked["cRequestedProtseqs"],
                          list(asked["pRequestedProtseqs"])), (2, 1, [7]))

    def test_request2(self):
        call = self.read(ms_wcce.Request2, "Request2")
        self.orpc(call)
        self.assertEqual((call["pwszAuthority"], call["dwFlags"], call["pdwRequestId"]),
                         (AUTHORITY, 0x40400, 77))
        self.assertEqual(call.fields["pwszSerialNumber"].fields["ReferentID"], 0)
        self.assertEqual(call["pwszAttributes"], "CertificateTemplate:Machine\n\0")
        self.assertEqual(call["pctbRequest"].octets(), REQUEST)

    def test_request(self):
        call = self.read(ms_wcce.Request, "Request")
        self.orpc(call)
        self.assertEqual((call["pwszAuthority"], call["pdwRequestId"]), (AUTHORITY, 77))
        self.assertEqual(call["pwszAttributes"], "CertificateTemplate:Machine\n\0")
        self.assertEqual(call["pctbRequest"].octets(), REQUEST)

    def test_request_without_com(self):
        call = self.read(ms_wcce.CertServerRequest, "CertServerRequest")
        self.assertEqual((call["pwszAuthority"], call["dwFlags"], call["pdwRequestId"]),
                         (AUTHORITY, 0x400, 77))  # nobody there knows an answer in full
        self.assertEqual(call["pctbAttribs"].octets().decode("utf-16-le"), "CertificateTemplate:Machine\n\0")
        self.assertEqual(call["pctbRequest"].octets(), REQUEST)

    def test_what_a_ca_tells_of_itself(self):
        call = self.read(ms_wcce.GetCAProperty, "GetCAProperty")
        self.orpc(call)
        self.assertEqual((call["pwszAuthority"], call["PropID"], call["PropIndex"], call["PropType"]),
                         (AUTHORITY, 29, -1, 4))
        call = self.read(ms_wcce.GetCACert, "GetCACert")
        self.orpc(call)
        self.assertEqual((call["fchain"], call["pwszAuthority"]), (0x63740002, AUTHORITY))
        for name in ("GetCAPropertyInfo", "Ping2"):
            call = self.read(getattr(ms_wcce, name), name)
            self.orpc(call)
            self.assertEqual(call["pwszAuthority"], AUTHORITY)

    def test_endpoint_mapper(self):
        call = self.read(epm.ept_map, "ept_map")
        tower = epm.EPMTower(b"".join(call["map_tower"]["tower_octet_string"]))
        self.assertEqual(call["map_tower"]["tower_length"], len(call["map_tower"]["tower_octet_string"]))
        interface, representation, *protocols = tower["Floors"]
        self.assertEqual(str(interface), "91AE6020-9E3C-11CF-8D7C-00AA00C091BE v0.0")
        self.assertEqual(str(representation), "8A885D04-1CEB-11C9-9FE8-08002B104860 v2.0")
        self.assertEqual([floor["ProtocolData"] for floor in protocols], [b"\x0b", b"\x07", b"\x09"])
        self.assertEqual(call["entry_handle"]["context_handle_uuid"], bytes(16))
        self.assertGreaterEqual(call["max_towers"], 1)


# impacket reads answers with one interface in it; these are its own parts, put together for several.
class InterfacePointer(NDRPOINTER):
    referent = (("Data", dcomrt.MInterfacePointer),)


class InterfacePointers(NDRUniConformantArray):
    item = InterfacePointer


class InterfacePointersPointer(NDRPOINTER):
    referent = (("Data", InterfacePointers),)


class PropsOutInfo(dcomrt.PropsOutInfo):
    structure = dcomrt.PropsOutInfo.structure[:-1] + (("ppIntfData", InterfacePointersPointer),)


class RemoteActivationResponse(dcomrt.RemoteActivationResponse):
    structure = tuple((name, InterfacePointers if name == "ppInterfaceData" else cls)
                      for name, cls in dcomrt.RemoteActivationResponse.structure)


def orpcthat(answer):
    answer["ORPCthat"]["flags"] = 0
    answer["ORPCthat"]["extensions"] = NULL
    return answer


BINDINGS = {"strings": [[7, f"{HOST}[49700]"], [7, "10.53.57.2[49700]"]], "security": [[9, ""], [16, ""]]}


def binding_units():
    """The entries of a DUALSTRINGARRAY, and where the security bindings begin."""
    def text(value):
        return list(struct.unpack(f"<{len(value)}H", value.encode("utf-16-le"))) + [0]
    strings = [unit for tower, address in BINDINGS["strings"] for unit in [tower] + text(address)] + [0]
    security = [unit for service, name in BINDINGS["security"]
                for unit in [service, 0xFFFF] + text(name)] + [0]
    return strings + security, len(strings)


def fill_bindings(array):
    units, security = binding_units()
    array["wNumEntries"] = len(units)
    array["wSecurityOffset"] = security
    array["aStringArray"] = units


def standard_object(iid, ipid):
    objref = dcomrt.OBJREF_STANDARD()
    objref["iid"] = iid
    objref["std"]["flags"] = 0
    objref["std"]["cPublicRefs"] = 5
    objref["std"]["oxid"] = OXID
    objref["std"]["oid"] = OID
    objref["std"]["ipid"] = ipid
    units, security = binding_units()
    objref["saResAddr"] = struct.pack(f"<{len(units) + 2}H", len(units), security, *units)
    return objref.getData()


def interface_pointer(octets):
    pointer = InterfacePointer()
    pointer["ulCntData"] = len(octets)
    pointer["abData"] = [bytes([octet]) for octet in octets]
    return pointer


def item(cls, value):
    element = cls()
    element["Data"] = value
    return element


def serialized(prop):
    octets = prop.getData() + prop.getDataReferents()
    return octets + b"\xfa" * (-len(octets) % 8)


def fix_length(octets):
    """impacket leaves the pad octets out of the private header's length; [MS-RPCE] 2.2.6.2 counts them."""
    return octets[:8] + struct.pack("<L", len(octets) - 16) + octets[12:]


def object_we_read(ipid):
    return {"flags": 0, "public_references": 5, "oxid": OXID, "oid": OID,
            "ipid": str(uuid.UUID(bytes_le=ipid))}


class WhatWeRead(unittest.TestCase):
    maxDiff = None

    def test_the_answer_to_an_activation(self):
        out = PropsOutInfo()
        out["cIfs"] = 2
        out["piid"] = [item(dcomrt.IID, D2), item(dcomrt.IID, D1)]
        out["phresults"] = [item(HRESULT, 0), item(HRESULT, 0)]
        out["ppIntfData"] = [interface_pointer(standard_object(D2, IPID)),
                             interface_pointer(standard_object(D1, OTHER_IPID))]
        scm = dcomrt.ScmReplyInfoData()
        scm["pdwReserved"] = 0
        reply = scm["remoteReply"]
        reply["Oxid"] = OXID
        fill_bindings(reply["pdsaOxidBindings"])
        reply["ipidRemUnknown"] = wire(REM_UNKNOWN)
        reply["authnHint"] = 6
        reply["serverVersion"]["MajorVersion"] = 5
        reply["serverVersion"]["MinorVersion"] = 7
        properties = [fix_length(serialized(out)), fix_length(serialized(scm))]

        blob = dcomrt.ACTIVATION_BLOB()
        header = blob["CustomHeader"]
        header["destCtx"] = 2
        header["pdwReserved"] = NULL
        for clsid in (dcomrt.CLSID_PropsOutInfo, dcomrt.CLSID_ScmReplyInfo):
            header["pclsid"].append(item(dcomrt.CLSID, clsid))
        for prop in properties:
            header["pSizes"].append(item(DWORD, len(prop)))
        blob["Property"] = b"".join(properties)
        custom = dcomrt.OBJREF_CUSTOM()
        custom["iid"] = dcomrt.IID_IActivationPropertiesOut[:16]
        custom["clsid"] = dcomrt.CLSID_ActivationPropertiesOut
        custom["cbExtension"] = 0
        custom["pObjectData"] = blob.getData()
        custom["ObjectReferenceSize"] = len(custom["pObjectData"]) + 8

        answer = orpcthat(dcomrt.RemoteCreateInstanceResponse())
        octets = custom.getData()
        answer["ppActProperties"]["ulCntData"] = len(octets)
        answer["ppActProperties"]["abData"] = [bytes([octet]) for octet in octets]
        answer["ErrorCode"] = 0
        self.assertEqual(read_by_us("RemoteCreateInstance", answer.getData()), {
            "oxid": OXID, "bindings": BINDINGS, "remote_unknown": REM_UNKNOWN, "level_hint": 6,
            "interfaces": [{"result": "0x00000000", "object": object_we_read(IPID)},
                           {"result": "0x00000000", "object": object_we_read(OTHER_IPID)}]})

    def test_the_answer_to_a_release(self):
        answer = orpcthat(dcomrt.RemReleaseResponse())
        answer["ErrorCode"] = 0
        self.assertEqual(read_by_us("RemRelease", answer.getData()), {"result": "0x00000000"})

    def test_the_answer_to_the_older_activation(self):
        answer = orpcthat(RemoteActivationResponse())
        answer["pOxid"] = OXID
        fill_bindings(answer["ppdsaOxidBindings"])
        answer["pipidRemUnknown"] = wire(REM_UNKNOWN)
        answer["pAuthnHint"] = 6
        answer["pServerVersion"]["MajorVersion"] = 5
        answer["pServerVersion"]["MinorVersion"] = 7
        answer["phr"] = 0
        answer["ppInterfaceData"] = [interface_pointer(standard_object(D2, IPID)),
                                     interface_pointer(standard_object(D1, OTHER_IPID))]
        answer["pResults"] = [item(HRESULT, 0), item(HRESULT, 0)]
        answer["ErrorCode"] = 0
        read = read_by_us("RemoteActivation", answer.getData())
        self.assertEqual((read["oxid"], read["bindings"], read["remote_unknown"]),
                         (OXID, BINDINGS, REM_UNKNOWN), read)
        self.assertEqual([each["object"] for each in read["interfaces"]],
                         [object_we_read(IPID), object_we_read(OTHER_IPID)])

    def test_where_an_exporter_listens(self):
        answer = dcomrt.ResolveOxid2Response()
        fill_bindings(answer["ppdsaOxidBindings"])
        answer["pipidRemUnknown"] = wire(REM_UNKNOWN)
        answer["pAuthnHint"] = 6
        answer["pComVersion"]["MajorVersion"] = 5
        answer["pComVersion"]["MinorVersion"] = 6
        answer["ErrorCode"] = 0
        self.assertEqual(read_by_us("ResolveOxid2", answer.getData()),
                         {"bindings": BINDINGS, "remote_unknown": REM_UNKNOWN})

    def issue(self, answer):
        answer["pdwRequestId"] = 4711
        answer["pdwDisposition"] = 3
        answer["pctbFullResponse"].set(b"\x30\x03\x02\x01\x07")
        answer["pctbEncodedCert"].set(REQUEST)
        answer["pctbDispositionMessage"].set("Issued ✓\0".encode("utf-16-le"))
        answer["ErrorCode"] = 0
        return answer.getData()

    def test_the_answer_to_a_request(self):
        expected = {"request_id": 4711, "disposition": 3, "full_response": "3003020107",
                    "certificate": REQUEST.hex(), "message": "Issued ✓", "result": "0x00000000"}
        self.assertEqual(read_by_us("Request2", self.issue(orpcthat(ms_wcce.Request2Response()))), expected)
        self.assertEqual(read_by_us("CertServerRequest", self.issue(ms_wcce.CertServerRequestResponse())),
                         expected)

    def test_a_denial_has_empty_blobs(self):
        answer = orpcthat(ms_wcce.Request2Response())
        answer["pdwRequestId"] = 9
        answer["pdwDisposition"] = 2
        for blob in ("pctbFullResponse", "pctbEncodedCert", "pctbDispositionMessage"):
            answer[blob].set(b"")
        answer["ErrorCode"] = 0x80094012
        self.assertEqual(read_by_us("Request2", answer.getData()),
                         {"request_id": 9, "disposition": 2, "full_response": "", "certificate": "",
                          "message": "", "result": "0x80094012"})

    def test_properties(self):
        answer = orpcthat(ms_wcce.GetCAPropertyResponse())
        answer["pctbPropertyValue"].set("CA 1\0".encode("utf-16-le"))
        answer["ErrorCode"] = 0
        self.assertEqual(read_by_us("GetCAProperty", answer.getData()),
                         {"value": "CA 1\0".encode("utf-16-le").hex()})
        name = "CA Name\0".encode("utf-16-le")
        array = struct.pack("<LBBHL", 6, 4, 0, 0, 24) + struct.pack("<LBBHL", 12, 3, 0, 1, 24) + name
        answer = orpcthat(ms_wcce.GetCAPropertyInfoResponse())
        answer["pcProperty"] = 2
        answer["pctbPropInfo"].set(array)
        answer["ErrorCode"] = 0
        self.assertEqual(read_by_us("GetCAPropertyInfo", answer.getData()),
                         {"count": 2, "properties": [[6, 4, False, "CA Name"], [12, 3, True, "CA Name"]]})


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
