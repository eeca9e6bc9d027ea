"""DER, written: as much as a certificate needs that is only parsed, never verified.

Keys are numbers of the right shape that nobody has a private half of, and signatures are octets:
a capture carries what the chain checker said about a certificate, so no signature is ever checked.
"""
import hashlib


def tlv(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    content = b""
    for arc in [40 * arcs[0] + arcs[1]] + arcs[2:]:
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(octets))
    return tlv(0x06, content)


def bit_string(octets, unused=0):
    return tlv(0x03, bytes([unused]) + octets)


def octet_string(octets):
    return tlv(0x04, octets)


def utf8(text):
    return tlv(0x0C, text.encode())


def bmp(text):
    return tlv(0x1E, text.encode("utf-16-be"))


def ia5(text):
    return tlv(0x16, text.encode("ascii"))


def utc_time(when):
    return tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())


ATTRIBUTES = {"CN": ("2.5.4.3", utf8), "O": ("2.5.4.10", utf8),
              "DC": ("0.9.2342.19200300.100.1.25", ia5)}


def name(text):
    """"CN=a,DC=b" as people read it: the last part comes first in DER."""
    rdns = []
    for part in reversed([part for part in text.split(",") if part]):
        kind, value = part.split("=", 1)
        attribute, string = ATTRIBUTES[kind]
        rdns.append(tlv(0x31, sequence(oid(attribute), string(value))))
    return sequence(*rdns)


def stream(label, size):
    """Octets that look random and are the same on every run."""
    octets = b""
    while len(octets) < size:
        octets += hashlib.sha256(f"{label}/{len(octets)}".encode()).digest()
    return octets[:size]


def rsa_key_info(label, bits=2048):
    modulus = int.from_bytes(stream("key " + label, bits // 8), "big")
    modulus |= (1 << (bits - 1)) | 1
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), tlv(0x05, b"")),
                    bit_string(sequence(integer(modulus), integer(65537))))


KEY_USAGE = {"digitalSignature": 0x80, "nonRepudiation": 0x40, "keyEncipherment": 0x20,
             "dataEncipherment": 0x10, "keyAgreement": 0x08, "keyCertSign": 0x04, "cRLSign": 0x02}


def key_usage(names):
    bits = sum(KEY_USAGE[one] for one in names)
    unused = (bits & -bits).bit_length() - 1 if bits else 0
    return bit_string(bytes([bits]), unused)


def extension(identifier, value, critical=False):
    parts = [oid(identifier)]
    if critical:
        parts.append(tlv(0x01, b"\xff"))
    return sequence(*parts, octet_string(value))


def template_information(identifier, major, minor):
    """[MS-WCCE] 2.2.2.7.7.2, extension 1.3.6.1.4.1.311.21.7"""
    return extension("1.3.6.1.4.1.311.21.7",
                     sequence(oid(identifier), integer(major), integer(minor)))


def template_name(text):
    """[MS-WCCE] 2.2.2.7.7.1 as Windows writes it, extension 1.3.6.1.4.1.311.20.2"""
    return extension("1.3.6.1.4.1.311.20.2", bmp(text))


def alternative_names(dns=(), upn=""):
    names = [tlv(0x82, one.encode("ascii")) for one in dns]
    if upn:
        names.append(tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3") + tlv(0xA0, utf8(upn))))
    return extension("2.5.29.17", sequence(*names))


SIGNED_WITH = sequence(oid("1.2.840.113549.1.1.11"), tlv(0x05, b""))


def certificate(label, subject, issuer, not_before, not_after, extensions=(), key_label="",
                key_bits=2048):
    """`label` makes the serial number and, unless `key_label` does, the key."""
    body = sequence(
        tlv(0xA0, integer(2)),
        integer(int.from_bytes(b"\x4a" + stream("serial " + label, 15), "big")),
        SIGNED_WITH,
        name(issuer),
        sequence(utc_time(not_before), utc_time(not_after)),
        name(subject),
        rsa_key_info(key_label or label, key_bits),
        tlv(0xA3, sequence(*extensions)) if extensions else b"")
    return sequence(body, SIGNED_WITH, bit_string(stream("signature " + label, 256)))
