"""[MS-WCCE] 3.2.1.4 and [MS-ICPR] 3.2.4.1 for impacket's NDR engine, which has DCOM and not these."""
from impacket.dcerpc.v5.dcomrt import DCOMANSWER, DCOMCALL
from impacket.dcerpc.v5.dtypes import DWORD, LONG, LPWSTR, NULL, ULONG
from impacket.dcerpc.v5.ndr import NDRCALL, NDRPOINTER, NDRSTRUCT, NDRUniConformantArray


class OctetArray(NDRUniConformantArray):
    item = "c"


class OctetPointer(NDRPOINTER):
    referent = (("Data", OctetArray),)


class CERTTRANSBLOB(NDRSTRUCT):  # 2.2.2.2
    structure = (("cb", ULONG), ("pb", OctetPointer))

    def set(self, octets):
        self["cb"] = len(octets)
        if octets:
            self["pb"] = [bytes([octet]) for octet in octets]
        else:
            self["pb"] = NULL
        return self

    def octets(self):
        octets = b"".join(self["pb"]) if self["cb"] else b""
        assert len(octets) == self["cb"]
        return octets


ISSUED = (("pdwRequestId", DWORD), ("pdwDisposition", DWORD), ("pctbFullResponse", CERTTRANSBLOB),
          ("pctbEncodedCert", CERTTRANSBLOB), ("pctbDispositionMessage", CERTTRANSBLOB), ("ErrorCode", ULONG))


class Request(DCOMCALL):
    opnum = 3
    structure = (("dwFlags", DWORD), ("pwszAuthority", LPWSTR), ("pdwRequestId", DWORD),
                 ("pwszAttributes", LPWSTR), ("pctbRequest", CERTTRANSBLOB))


class GetCACert(DCOMCALL):
    opnum = 4
    structure = (("fchain", DWORD), ("pwszAuthority", LPWSTR))


class Request2(DCOMCALL):
    opnum = 6
    structure = (("pwszAuthority", LPWSTR), ("dwFlags", DWORD), ("pwszSerialNumber", LPWSTR),
                 ("pdwRequestId", DWORD), ("pwszAttributes", LPWSTR), ("pctbRequest", CERTTRANSBLOB))


class Request2Response(DCOMANSWER):
    structure = ISSUED


class GetCAProperty(DCOMCALL):
    opnum = 7
    structure = (("pwszAuthority", LPWSTR), ("PropID", LONG), ("PropIndex", LONG), ("PropType", LONG))


class GetCAPropertyResponse(DCOMANSWER):
    structure = (("pctbPropertyValue", CERTTRANSBLOB), ("ErrorCode", ULONG))


class GetCAPropertyInfo(DCOMCALL):
    opnum = 8
    structure = (("pwszAuthority", LPWSTR),)


class GetCAPropertyInfoResponse(DCOMANSWER):
    structure = (("pcProperty", LONG), ("pctbPropInfo", CERTTRANSBLOB), ("ErrorCode", ULONG))


class Ping2(DCOMCALL):
    opnum = 9
    structure = (("pwszAuthority", LPWSTR),)


class CertServerRequest(NDRCALL):  # [MS-ICPR] 3.2.4.1.1: the attributes are a blob here
    opnum = 0
    structure = (("dwFlags", DWORD), ("pwszAuthority", LPWSTR), ("pdwRequestId", DWORD),
                 ("pctbAttribs", CERTTRANSBLOB), ("pctbRequest", CERTTRANSBLOB))


class CertServerRequestResponse(NDRCALL):
    structure = ISSUED
