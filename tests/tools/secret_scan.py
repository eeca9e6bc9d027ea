#!/usr/bin/env python3
"""Fails when something that the suite printed holds a secret: a private key, a Kerberos ticket or key, a password
of the lab, a certificate request.

    secret_scan.py BUILD-FOLDER    looks through what the last run of the tests left there (test-outputs, LastTest.log)
    secret_scan.py --self-test     plants each kind of secret in each form and fails when one is not found

test-outputs/ holds what our programs printed in the lab (tests/lab/outputs.py), and in secrets.jsonl the secrets that
were there.  Those are looked for octet by octet: raw, as hex, as base64.  Besides, whatever decodes to one of the known
structures is a finding, whosever it is."""
import base64
import binascii
import json
import pathlib
import re
import sys

HEX_RUN = re.compile(rb"(?:[0-9a-fA-F]{2}[ :]?){24,}")
BASE64_RUN = re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}(?:\\n|\r?\n)?)+[A-Za-z0-9+/_-]*={0,2}")
MARKS = re.compile(rb"-----BEGIN (?:[A-Z0-9 ]*PRIVATE KEY|(?:NEW )?CERTIFICATE REQUEST)-----|Lab-Passw0rd!"
                   rb"|(?i:pin-value)=[^\s\"'&;<>]+")
SMALLEST_SECRET = 16
PKI_DATA = bytes.fromhex("06082b06010505070c02")  # 1.3.6.1.5.5.7.12.2
PKCS7 = bytes.fromhex("06092a864886f70d0107")  # 1.2.840.113549.1.7
SPNEGO_OR_KRB5 = (bytes.fromhex("06062b0601050502"), bytes.fromhex("06092a864886f712010202"))


def element(octets, at=0):
    """(tag, content, end) of the DER element there; None when there is none that fits."""
    if len(octets) < at + 2:
        return None
    tag, length, start = octets[at], octets[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 3 or len(octets) < start + count:
            return None
        length, start = int.from_bytes(octets[start:start + count], "big"), start + count
    return (tag, octets[start:start + length], start + length) if len(octets) >= start + length else None


def elements(octets):
    found, at = [], 0
    while at < len(octets):
        one = element(octets, at)
        if one is None:
            return []
        found.append(one)
        at = one[2]
    return found


def kind_of(octets):
    """What secret these octets are, or None.  A certificate is none."""
    whole = element(octets)
    if whole is None or len(octets) < 40:
        return None
    tag, content, _ = whole
    if tag in (0x60, 0x61, 0x6E, 0x6F):  # GSS token, Ticket, AP-REQ, AP-REP
        inner = elements(content)
        if tag != 0x60:
            return "Kerberos ticket or exchange" if inner and inner[0][0] in (0x30,) else None
        return "GSS token" if content.startswith(SPNEGO_OR_KRB5) else None
    if tag != 0x30:
        return None
    parts = elements(content)
    tags = [part[0] for part in parts]
    if tags[:3] == [0x02, 0x30, 0x04] or (tags[:2] == [0x02, 0x04] and parts[0][1] in (b"\0", b"\1")):
        return "private key"
    if len(tags) >= 9 and set(tags) == {0x02}:
        return "RSA private key"
    if tags == [0x30, 0x30, 0x03] and [part[0] for part in elements(parts[0][1])][:3] == [0x02, 0x30, 0x30]:
        return "certificate request"
    if content.startswith(PKCS7) and PKI_DATA in content:
        return "CMC request"
    return None


def decoded(text):
    """Every run of hex or base64 in the text, as octets."""
    for run in HEX_RUN.findall(text):
        yield binascii.unhexlify(re.sub(rb"[ :]", b"", run))
    for run in BASE64_RUN.findall(text):
        run = re.sub(rb"\\n|\s", b"", run).replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        for start in range(4):  # a word may stand directly before it
            part = run[start:]
            part = part[:-1] if len(part) % 4 == 1 else part
            yield base64.b64decode(part + b"=" * (-len(part) % 4))


def secrets_in_key(octets):
    """The secret numbers of a private key in PKCS #8, PKCS #1 or SEC 1; 16 octets out of each are enough."""
    body = re.search(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.*?)-----END", octets, re.S)
    if body:
        octets = base64.b64decode(body.group(1))
    whole = element(octets)
    parts = elements(whole[1]) if whole else []
    if [part[0] for part in parts[:3]] == [0x02, 0x30, 0x04]:
        inner = parts[2][1]
        return secrets_in_key(inner) or [inner]
    if len(parts) >= 9:
        return [part[1] for part in parts[3:9]]  # after version, modulus, exponent: all secret
    return [part[1] for part in parts[1:2] if part[0] == 0x04]  # ECPrivateKey


def needles(secrets):
    """What is looked for: 16 octets out of the middle of each secret."""
    found = {}
    for name, octets in secrets:
        numbers = secrets_in_key(octets) if b"PRIVATE KEY-----" in octets else [octets[i:i + 32] for i in
                                                                                 range(64, len(octets) - 32, 97)]
        for number in numbers:
            if len(number) >= SMALLEST_SECRET + 2:
                middle = (len(number) - SMALLEST_SECRET) // 2
                needle = number[middle:middle + SMALLEST_SECRET]
                # Zeros are nobody's secret, and the names in a key table are none.
                if len(set(needle)) > 4 and sum(not 0x20 <= octet < 0x7F for octet in needle) > 5:
                    found[needle] = name
    return found


def scan(text, wanted):
    """Findings in one text, as clauses that hold nothing of what was found."""
    for mark in MARKS.finditer(text):
        yield f"{mark.group(0).split(b'=')[0][:40].decode()!r} at octet {mark.start()}"
    everything = [text, *decoded(text)]
    for octets in everything[1:]:
        kind = kind_of(octets)
        if kind:
            yield f"a {kind} of {len(octets)} octets"
    pool = b"\n".join(everything)
    for needle, name in wanted.items():
        if needle in pool:
            yield f"octets of {name}"


def scan_build(build):
    folder = build / "test-outputs"
    secrets = []
    if (folder / "secrets.jsonl").exists():
        for line in (folder / "secrets.jsonl").read_text().splitlines():
            row = json.loads(line)
            secrets.append((row["file"], base64.b64decode(row["octets"])))
    wanted = needles(secrets)
    texts = [*sorted(folder.glob("*.log")), build / "Testing/Temporary/LastTest.log"]
    bad = [(path, finding) for path in texts if path.exists()
           for finding in sorted(set(scan(path.read_bytes(), wanted)))]
    for path, finding in bad:
        print(f"secret_scan: {path}: {finding}")
    print(f"secret_scan: {len(texts)} files, {len(wanted)} known secrets, {len(bad)} findings")
    return 1 if bad else 0


def self_test():
    def der(tag, *parts):
        content = b"".join(parts)
        length = len(content)
        size = bytes([length]) if length < 128 else bytes([0x82]) + length.to_bytes(2, "big")
        return bytes([tag]) + size + content

    number = bytes(range(1, 65))
    other = bytes(range(101, 165))
    signature = der(3, b"\0" + bytes(range(180, 244)))
    numbers = [der(2, b"\0"), der(2, other), der(2, b"\1\0\1"), *[der(2, number[i:] + number[:i]) for i in range(6)]]
    rsa = der(0x30, *numbers)
    algorithm = der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    pkcs8 = der(0x30, der(2, b"\0"), algorithm, der(4, rsa))
    name, spki = der(0x30), der(0x30, algorithm, der(3, b"\0" + other))
    request = der(0x30, der(0x30, der(2, b"\0"), name, spki, der(0xA0)), algorithm, signature)
    certificate = der(0x30, der(0x30, der(0xA0, der(2, b"\2")), der(2, b"\7"), algorithm, name, spki), algorithm,
                      signature)
    ticket = der(0x61, der(0x30, number, other))
    keytab = bytes(range(200)) * 2

    def lines(octets):
        return base64.encodebytes(octets).replace(b"\n", b"\\n")

    def pem(octets):
        return b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(octets) + b"-----END PRIVATE KEY-----\n"

    forms = [bytes.hex, lambda octets: octets.hex(":"), base64.b64encode, base64.urlsafe_b64encode, lines,
             lambda octets: b"key=" + base64.b64encode(octets)]
    problems = 0
    for what, octets in {"pkcs8": pkcs8, "rsa": rsa, "request": request, "ticket": ticket}.items():
        for form in forms:
            shown = form(octets)
            shown = shown.encode() if isinstance(shown, str) else shown
            if not list(scan(b'before "' + shown + b'" after', {})):
                problems += 1
                print(f"self-test: a {what} in form {shown[:20]!r} was not found")
    names = b"\0\x11CORP.EXAMPLE.TEST\0\4host\0\x15ws1.corp.example.test" * 4
    wanted = needles([("key.pem", pem(pkcs8)), ("krb5.keytab", keytab), ("names.keytab", names)])
    planted = [pem(pkcs8), number, number.hex().encode(), keytab, base64.b64encode(keytab)]
    planted += [b"pkcs11:token=a?pin-value=4711", b'"PKCS11:token=a?PIN-Value=x"']
    for text in planted:
        if not list(scan(b"noise " + text, wanted)):
            problems += 1
            print(f"self-test: {text[:24]!r} was not found")
    harmless = [b"pin-value= is not taken; a URI with pin-value does not count, pin-source=file:/etc/pin does",
                base64.b64encode(certificate), certificate.hex().encode(), b"thumbprint " + b"0123456789abcdef" * 3,
                b"A sentence without any secret; /var/lib/aeclient/machine/my/00112233445566778899aabbccddeeff00112233"]
    for text in harmless:
        for finding in scan(text, wanted):
            problems += 1
            print(f"self-test: {text[:30]!r} was taken for {finding}")
    print(f"self-test: {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1:] == ["--self-test"] else scan_build(pathlib.Path(sys.argv[1])))
