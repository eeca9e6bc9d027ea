"""Security descriptors as a directory stores them ([MS-DTYP] 2.4.6, self-relative)."""
import struct
import uuid

EVERYONE = "S-1-1-0"
AUTHENTICATED_USERS = "S-1-5-11"
ENTERPRISE_CONTROLLERS = "S-1-5-9"
SYSTEM = "S-1-5-18"

ENROLL = uuid.UUID("0e10c968-78fb-11d2-90d4-00c04f79dc55")
AUTOENROLL = uuid.UUID("a05b8cc2-17bc-4802-a710-e7c15ab866a2")
PROPERTY_SET = uuid.UUID("e48d0154-bcf8-11d1-8702-00c04fb96050")  # Public Information

CONTROL_ACCESS = 0x100
READ = 0x20094  # read control, list contents, read property, list object: what AD writes for Read
READ_PROPERTY = 0x10
READ_CONTROL = 0x20000
FULL_CONTROL = 0xF01FF
FULL_WITHOUT_CONTROL_ACCESS = 0xF00FF  # what Windows writes on templates for administrators
GENERIC_ALL = 0x10000000
GENERIC_READ = 0x80000000

INHERIT_ONLY = 0x08
CONTAINER_INHERIT = 0x02
INHERITED = 0x10


def sid(text):
    parts = text.split("-")
    sub = [int(part) for part in parts[3:]]
    return (bytes([1, len(sub)]) + int(parts[2]).to_bytes(6, "big")
            + b"".join(struct.pack("<I", one) for one in sub))


def _ace(kind, flags, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def _plain(kind, trustee, mask, flags, data=b""):
    return _ace(kind, flags, struct.pack("<I", mask) + sid(trustee) + data)


def _object(kind, trustee, mask, right, flags, data=b""):
    present = 1 if right else 0
    body = struct.pack("<II", mask, present) + (right.bytes_le if right else b"")
    return _ace(kind, flags, body + sid(trustee) + data)


def allow(trustee, mask, flags=0):
    return _plain(0x00, trustee, mask, flags)


def deny(trustee, mask, flags=0):
    return _plain(0x01, trustee, mask, flags)


def allow_object(trustee, right, flags=0, mask=CONTROL_ACCESS):
    return _object(0x05, trustee, mask, right, flags)


def deny_object(trustee, right, flags=0, mask=CONTROL_ACCESS):
    return _object(0x06, trustee, mask, right, flags)


# A conditional expression ([MS-DTYP] 2.4.4.17): the literal 1, which is always true.
CONDITION = b"artx" + bytes.fromhex("0401000000000000000301000000")


def allow_if(trustee, right, flags=0, mask=CONTROL_ACCESS):
    return _object(0x0B, trustee, mask, right, flags, CONDITION)


def deny_if(trustee, right, flags=0, mask=CONTROL_ACCESS):
    return _object(0x0C, trustee, mask, right, flags, CONDITION)


def read(trustee=AUTHENTICATED_USERS):
    return allow(trustee, READ)


def acl(*aces, claimed=None):
    """`claimed`: an AceCount that is not the number of the entries."""
    octets = b"".join(aces)
    count = len(aces) if claimed is None else claimed
    return struct.pack("<BBHHH", 4, 0, 8 + len(octets), count, 0) + octets


def descriptor(dacl, owner="S-1-5-32-544", group="S-1-5-32-544"):
    """`dacl` None: the descriptor has none at all."""
    owner_octets, group_octets = sid(owner), sid(group)
    owner_at = 20
    group_at = owner_at + len(owner_octets)
    dacl_at = group_at + len(group_octets) if dacl is not None else 0
    control = 0x8000 | (0x0004 if dacl is not None else 0)
    header = struct.pack("<BBHIIII", 1, 0, control, owner_at, group_at, 0, dacl_at)
    return header + owner_octets + group_octets + (dacl or b"")
