"""Keeps what our programs print in the lab, and which secrets were there, for tests/tools/secret_scan.py.

Both go to test-outputs/ of the build (AE_OUTPUTS): <test>.log and secrets.jsonl.  Nothing is kept without it."""
import base64
import json
import os
import pathlib
import sys

FOLDER = pathlib.Path(os.environ["AE_OUTPUTS"]) if os.environ.get("AE_OUTPUTS") else None
# Private keys, key tables and ticket caches of the member and of its user, inside the lab.
GATHER = r"""
find /var/lib/aeclient /etc/krb5.keytab /run/ae-lab/tmp /run/ae-alice -type f \
    \( -name 'key.pem' -o -name '*.keytab' -o -name 'krb5cc*' -o -name tickets \) 2>/dev/null |
while read -r file; do printf '%s ' "$file"; base64 -w0 "$file"; echo; done
"""


def keep(command, *texts):
    if FOLDER is None:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / f"{pathlib.Path(sys.argv[0]).stem}.log", "a", errors="replace") as log:
        log.write("\n$ " + " ".join(map(str, command)) + "\n" + "\n".join(text or "" for text in texts))


def keep_secrets(lab):
    """What must not be found in any output; while the lab is up."""
    if FOLDER is None:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = lab.run("sh", "-c", GATHER, check=False).stdout
    with open(FOLDER / "secrets.jsonl", "a") as secrets:
        for line in found.splitlines():
            file, _, octets = line.partition(" ")
            if octets and len(base64.b64decode(octets)) < 1 << 16:
                secrets.write(json.dumps({"file": file, "octets": octets}) + "\n")
