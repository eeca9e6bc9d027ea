"""Real templates, descriptors and certificates; data/NOTICE says where they come from."""
import base64
import pathlib

from . import ldif

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
POLICY_DATA = DATA.parents[1] / "policy" / "data"

LUNAR_SID = "S-1-5-21-3330634377-1326264276-632209373"  # the domain of forest-lunar.ldif
TOOLKIT_SID = "S-1-5-21-854245398-1532298954-839522115"  # of custom-v3v4-psadcstoolkit-a.ldif


def entries(name):
    path = DATA / name
    return ldif.read((path if path.exists() else POLICY_DATA / name).read_text(encoding="utf-8"))


def certificate(name):
    lines = (DATA / name).read_text(encoding="ascii").splitlines()
    return base64.b64decode("".join(one for one in lines if not one.startswith("-----")))


def template_identifier(octets):
    """The object identifier and the versions in extension 1.3.6.1.4.1.311.21.7."""
    at = octets.index(bytes.fromhex("2b0601040182371507")) + 9
    at += 2 + 2  # OCTET STRING, SEQUENCE
    size = octets[at + 1]
    content, rest = octets[at + 2:at + 2 + size], octets[at + 2 + size:]
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(value)
            value = 0
    major = int.from_bytes(rest[2:2 + rest[1]], "big")
    return ".".join(map(str, [arcs[0] // 40, arcs[0] % 40, *arcs[1:]])), major
