#!/usr/bin/env python3
"""`aeclient selftest` under Wine: nothing fails, what Wine lacks is skipped with its reason, and
the stores, keys and files are as they were: selftest_test.py WINE aeclient.exe"""
import json
import os
import pathlib
import re
import subprocess
import sys

# Where certificates, CSP keys (Wine's own place for them) and our own settings live.
KEYS = [f"{hive}\\Software\\{name}" for hive in ("HKLM", "HKCU")
        for name in ("Microsoft\\SystemCertificates", "Wine\\Crypto", "AeClient")]
PREFIX = pathlib.Path(os.environ["WINEPREFIX"]) / "drive_c"
# Checks that Wine may skip, and what stands for them in docs/windows-verification.md.
SKIPS = {
    r"member": "skipped [W-JOINED]",
    r"events\.system-log": "skipped [W-EVENTLOG]",
    r"keys\.(software-key-storage|platform-crypto)\.\w+": "skipped [W-CNG-KEYS]",
    r"keys\.base-v1-0\.rsa": "skipped [W-CSP-BASE]",
    r"store\.ec\.request": "skipped [W-CNG-ECDSA]",
}
# They follow from one of those, or from how the test asks.
SKIPPED_TOO = r"store\.ec\.\w+|directory\.\w+|ca\.ping|keys\.smart-card.*"
MUST_BE_OK = ["crypto.digest", "stores", "keys.enhanced-rsa-and-aes.rsa", "keys.rsa-schannel.rsa",
              "store.rsa.request", "store.rsa.install", "store.rsa.read", "store.rsa.archive",
              "store.rsa.remove", "store.clean", "events.store"]


def run(*command):
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=100, check=False)


def state(wine):
    """The registry below KEYS, and every file that an aeclient could have written."""
    registry = {key: run(wine, "reg", "query", key, "/s").stdout for key in KEYS}
    places = [PREFIX / "ProgramData" / "aeclient", *PREFIX.glob("users/*/AppData/Local/aeclient"),
              *PREFIX.glob("users/*/Temp/aeclient*"), *PREFIX.glob("users/*/AppData/Local/Temp/aeclient*")]
    files = {str(path): path.stat().st_mtime_ns for place in places if place.exists()
             for path in [place, *place.rglob("*")]}
    return {**registry, **files}


def check_verdicts(checks):
    verdicts = {check["id"]: check["verdict"] for check in checks}
    for name in MUST_BE_OK:
        if verdicts.get(name) != "OK":
            yield f"{name} is {verdicts.get(name)}, not OK"
    for check in checks:
        name = check["id"]
        if check["verdict"] == "FAIL":
            yield f"{name} fails: {check['sentence']}"
        if check["verdict"] != "SKIP" or re.fullmatch(SKIPPED_TOO, name) and name != "store.ec.request":
            continue
        known = [words for pattern, words in SKIPS.items() if re.fullmatch(pattern, name)]
        if known and "Wine" in check["sentence"]:
            print(f"{known[0]}: {name}: {check['sentence']}")
        else:
            yield f"{name} is skipped, and Wine is no reason for it: {check['sentence']}"


def check(wine, program, *options):
    before = state(wine)
    result = run(wine, program, "selftest", "--json", *options)
    after = state(wine)
    if result.returncode != 0:
        yield f"exit code {result.returncode}: {result.stderr.decode(errors='replace')}"
    if not result.stdout:
        yield "nothing was printed"
        return
    yield from check_verdicts(json.loads(result.stdout)["checks"])
    for place in sorted({*before, *after}):
        if before.get(place) != after.get(place):
            yield f"it left something behind in {place}"


def main():
    wine, program = sys.argv[1:]
    findings = []
    for options in ([], ["--user"]):
        run(wine, program, "selftest", *options)  # the first use of a store makes its registry keys
        findings += [f"{' '.join(options) or 'machine'}: {one}" for one in check(wine, program, *options)]
    print("\n".join(findings) or "the selftest passes and leaves nothing behind")
    return 1 if findings else 0


sys.exit(main())
