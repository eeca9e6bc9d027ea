#!/usr/bin/env python3
"""Is a Windows program made as it should be?  Its mitigations, what it imports, its resources.

    program_check.py --objdump OBJDUMP --windres WINDRES --version X.Y.Z PROGRAM.exe
    program_check.py --self-test
"""
import argparse
import re
import subprocess
import sys

CHARACTERISTICS = ("HIGH_ENTROPY_VA", "DYNAMIC_BASE", "NX_COMPAT")
# Every one is part of Windows Server 2016 and later, Core installations included, and of Wine 8.  A
# library that one of them lacks keeps the whole program from starting: such ones (certcli, gpapi,
# dsrole, logoncli, certadm) are asked for when they are needed.
IMPORTS = {
    "advapi32.dll", "bcrypt.dll", "crypt32.dll", "cryptnet.dll", "iphlpapi.dll", "kernel32.dll",
    "msvcrt.dll", "mswsock.dll", "ncrypt.dll", "netapi32.dll", "ntdsapi.dll", "ole32.dll",
    "oleaut32.dll", "rpcrt4.dll", "secur32.dll", "shell32.dll", "user32.dll", "userenv.dll", "wevtapi.dll",
    "winhttp.dll", "wldap32.dll", "ws2_32.dll", "wtsapi32.dll",
}
# The linker's own default base lies above 4 GiB, or high entropy has little to work with.
LOWEST_BASE = 1 << 32


def check_headers(text):
    """`text`: what `objdump -p` prints."""
    # The flags are printed one a line below the number.
    flags = set(re.findall(r"^\s+([A-Z_]+)\s*$", text, re.MULTILINE))
    for wanted in CHARACTERISTICS:
        if wanted not in flags:
            yield f"DllCharacteristics lacks {wanted}"
    if "relocations stripped" in text:
        yield "its relocations are stripped: it cannot be moved"
    base = re.search(r"^ImageBase\s+([0-9a-f]+)", text, re.MULTILINE)
    if not base or int(base.group(1), 16) < LOWEST_BASE:
        yield "its preferred address is below 4 GiB"
    relocations = re.search(r"Entry 5 [0-9a-f]+ ([0-9a-f]+) Base Relocation", text)
    if not relocations or int(relocations.group(1), 16) == 0:
        yield "it has no base relocations: DYNAMIC_BASE moves nothing"
    imports = {name.lower() for name in re.findall(r"DLL Name: (\S+)", text)}
    if not imports:
        yield "it imports nothing, so its imports were not read"
    for name in sorted(imports - IMPORTS):
        yield f"it imports {name}, which is not in the list of what every host has"


def check_resources(text, version):
    """`text`: what `windres -J coff -O rc` prints, blanks folded."""
    if not re.search(rf'VALUE "FileVersion", "{re.escape(version)}', text):
        yield f"its version resource does not say {version}"
    if 'VALUE "CompanyName"' in text:
        yield "its version resource names a company"
    for wanted in ("asInvoker", "longPathAware", "activeCodePage", "8e0f7a12-bfb3-4fe8-b9a5"):
        if wanted not in text:
            yield f"its manifest lacks {wanted}"
    if text.count("requestedExecutionLevel") != 1:
        yield "it has another manifest than ours"


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def resources_of(windres, program):
    """The resources as text; the manifest stands in them as raw octets in string pieces."""
    text = output_of(windres, "-J", "coff", "-O", "rc", program).decode("latin-1")
    return re.sub(r'"\s*\n\s*"', "", re.sub(r"[ \t]+", " ", text))


GOOD = """Characteristics 0x22e
	executable
ImageBase		0000000140000000
DllCharacteristics	00000160
					HIGH_ENTROPY_VA
					DYNAMIC_BASE
					NX_COMPAT
Entry 5 00000000000b9000 000006d4 Base Relocation Directory [.reloc]
	DLL Name: KERNEL32.dll
	DLL Name: msvcrt.dll
"""
GOOD_RESOURCES = ('VALUE "FileVersion", "1.2.3" requestedExecutionLevel asInvoker longPathAware activeCodePage '
                  '8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a')


def self_test():
    weak = [
        ("DllCharacteristics lacks HIGH_ENTROPY_VA", GOOD.replace("HIGH_ENTROPY_VA", "")),
        ("DllCharacteristics lacks DYNAMIC_BASE", GOOD.replace("DYNAMIC_BASE", "")),
        ("DllCharacteristics lacks NX_COMPAT", GOOD.replace("NX_COMPAT", "")),
        ("its relocations are stripped: it cannot be moved",
         GOOD.replace("executable", "relocations stripped")),
        ("its preferred address is below 4 GiB", GOOD.replace("0000000140000000", "0000000000400000")),
        ("it has no base relocations: DYNAMIC_BASE moves nothing", GOOD.replace("000006d4", "00000000")),
        ("it imports certcli.dll, which is not in the list of what every host has",
         GOOD + "\tDLL Name: certcli.dll\n"),
        ("it imports nothing, so its imports were not read", GOOD.replace("DLL Name", "")),
    ]
    missed = [wanted for wanted, text in weak if list(check_headers(text)) != [wanted]]
    resources = [
        ("its version resource does not say 1.2.3", GOOD_RESOURCES.replace("1.2.3", "1.2.4")),
        ("its version resource names a company", GOOD_RESOURCES + 'VALUE "CompanyName"'),
        ("its manifest lacks longPathAware", GOOD_RESOURCES.replace("longPathAware", "")),
        ("it has another manifest than ours", GOOD_RESOURCES + " requestedExecutionLevel"),
    ]
    missed += [wanted for wanted, text in resources if list(check_resources(text, "1.2.3")) != [wanted]]
    false = [*check_headers(GOOD), *check_resources(GOOD_RESOURCES, "1.2.3")]
    for text in missed:
        print(f"self-test: was not found alone: {text}")
    for text in false:
        print(f"self-test: nothing is wrong, and yet: {text}")
    return 1 if missed or false else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--objdump")
    parser.add_argument("--windres")
    parser.add_argument("--version")
    parser.add_argument("program", nargs="?")
    asked = parser.parse_args()
    if asked.self_test:
        return self_test()
    findings = [*check_headers(output_of(asked.objdump, "-p", asked.program).decode()),
                *check_resources(resources_of(asked.windres, asked.program), asked.version)]
    print("\n".join(findings) or f"{asked.program} is made as it should be")
    return 1 if findings else 0


sys.exit(main())
