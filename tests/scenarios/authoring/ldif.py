"""LDIF (RFC 2849), written and read."""
import base64

WIDTH = 76


def _is_safe(value):
    return (all(0 < octet < 128 and octet not in (10, 13) for octet in value)
            and value[:1] not in (b" ", b":", b"<") and value[-1:] != b" ")


def line(attribute, value):
    octets = value if isinstance(value, bytes) else str(value).encode()
    if not octets:
        return attribute + ":\n"
    if _is_safe(octets):
        text = f"{attribute}: {octets.decode()}"
    else:
        text = f"{attribute}:: {base64.b64encode(octets).decode()}"
    parts = [text[:WIDTH]]
    rest = text[WIDTH:]
    while rest:
        parts.append(" " + rest[:WIDTH - 1])
        rest = rest[WIDTH - 1:]
    return "\n".join(parts) + "\n"


def write(entries):
    """`entries`: pairs of a DN and pairs of attribute and value (text, number or octets)."""
    text = "version: 1\n"
    for dn, attributes in entries:
        text += "\n" + line("dn", dn)
        text += "".join(line(attribute, value) for attribute, value in attributes)
    return text


def read(text):
    """The entries of a file, as write() takes them; values that were base64 are octets."""
    lines = []
    for one in text.splitlines():
        if one.startswith(" ") and lines:
            lines[-1] += one[1:]
        elif not one.startswith("#"):
            lines.append(one)
    entries, current = [], None
    for one in lines:
        if not one:
            current = None
            continue
        attribute, _, value = one.partition(":")
        if value.startswith(":"):
            value = base64.b64decode(value[1:])
        else:
            value = value.lstrip(" ")
        if attribute == "version" and current is None:
            continue
        if attribute == "dn":
            current = []
            entries.append((value if isinstance(value, str) else value.decode(), current))
        else:
            current.append((attribute, value))
    return entries
