"""A Wine prefix of a lab test's own: programs of the Windows build run in it, mostly inside the lab.

Wine's background processes inherit the standard streams of the program that starts them, and whoever
reads such a pipe waits for its end for ever: so the server is started first, with everything closed.
It lives in the namespaces in which it was started, so a Wine belongs to one lab (or to none)."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import outputs
from labtool import BIN, HERE, REPO, check_schema

WINDOWS_BIN = pathlib.Path(os.environ.get("AE_WINDOWS_BIN", REPO / "build/windows-debug/bin"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
# Wine's Kerberos claims to sign packet headers and does not; this does, below it (wine_header_signing.cpp).
HEADER_SIGNING = BIN / "libae_wine_header_signing.so"


def need_windows(*programs):
    """Ends this test as skipped, and says why, when the Windows build or Wine is not there."""
    missing = [str(WINDOWS_BIN / name) for name in programs if not (WINDOWS_BIN / name).exists()]
    if missing:
        print(f"skipped: {', '.join(missing)} not there: build the preset windows-debug first, or name "
              "its bin folder in AE_WINDOWS_BIN.")
    elif shutil.which("wine") is None or shutil.which("wineserver") is None:
        print("skipped: there is no wine on the PATH.")
    else:
        return
    sys.exit(SKIPPED)


class Wine:
    """with Wine(LAB) as wine: ...   Without a lab it runs on the host itself."""

    def __init__(self, lab=None, prefix=None, environment=None):
        self.lab = lab
        self.own_folder = None if prefix else tempfile.mkdtemp(prefix="ae-wine-", dir="/tmp")
        self.prefix = pathlib.Path(prefix or f"{self.own_folder}/prefix").resolve()
        self.prefix.mkdir(parents=True, exist_ok=True)
        self.environment = {"WINEPREFIX": str(self.prefix), "WINEARCH": "win64", "WINEDEBUG": "-all",
                            "WINEDLLOVERRIDES": "winedbg.exe,mscoree,mshtml=d",
                            **({"LD_PRELOAD": str(HEADER_SIGNING)} if lab else {}), **(environment or {})}
        self._command("sh", "-c", "wineserver -p; exec wine wineboot -u", check=True, timeout=240,
                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends this prefix's server and with it every program in it; no other one's."""
        self._command("sh", "-c", "wineserver -k; exec wineserver -w", timeout=60,
                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if self.own_folder:
            shutil.rmtree(self.own_folder, ignore_errors=True)

    def argv(self, *command):
        """`command` in this prefix's environment and, when there is one, inside the lab."""
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        inside = [HERE / "lab.sh", "exec"] if self.lab else []
        return [*map(str, inside), "env", *settings, *map(str, command)]

    def run(self, exe, *arguments, timeout=120, check=False, text_input="", more_environment=None):
        """Runs a Windows program; a bare name is one of our build's.  Streams are captured as text."""
        path = WINDOWS_BIN / exe if "/" not in str(exe) and (WINDOWS_BIN / exe).exists() else exe
        settings = [f"{name}={value}" for name, value in (more_environment or {}).items()]
        result = self._command("env", *settings, "wine", path, *arguments, timeout=timeout,
                               input=text_input, capture_output=True, text=True, encoding="utf-8",
                               errors="replace")
        outputs.keep((exe, *arguments), result.stdout, result.stderr)
        check_schema((exe, *arguments), result.stdout)
        if check and result.returncode != 0:
            raise RuntimeError(f"{exe} {' '.join(map(str, arguments))} ended with {result.returncode}:\n"
                               f"{result.stdout}{result.stderr}")
        return result

    def start(self, exe, *arguments):
        """Starts a Windows program in the background; its streams are one pipe, as text."""
        path = WINDOWS_BIN / exe if "/" not in str(exe) and (WINDOWS_BIN / exe).exists() else exe
        return subprocess.Popen(self.argv("wine", path, *arguments), env=self._lab_environment(),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def reg_add(self, key, name, data, kind="REG_DWORD"):
        """reg_add(r"HKLM\\Software\\Policies\\...", "AEPolicy", 7)"""
        self.run("reg", "add", key, "/v", name, "/t", kind, "/d", str(data), "/f", check=True)

    def reg_delete(self, key, name=None):
        self.run("reg", "delete", key, *(["/v", name] if name else []), "/f")

    def reg_query(self, key, *arguments):
        """What reg.exe prints of the key; empty when there is none."""
        result = self.run("reg", "query", key, *arguments)
        return result.stdout if result.returncode == 0 else ""

    def windows_path(self, path):
        """A path of the host as programs in this prefix see it."""
        return "Z:" + str(pathlib.Path(path).resolve()).replace("/", "\\")

    def host_path(self, windows_path):
        """The other way round; drives C: and Z: only."""
        drive, rest = windows_path.split(":", 1)
        root = {"c": self.prefix / "drive_c", "z": pathlib.Path("/")}[drive.lower()]
        return root / rest.replace("\\", "/").lstrip("/")

    def _lab_environment(self):
        return self.lab.environment if self.lab else None

    def _command(self, *command, **options):
        return subprocess.run(self.argv(*command), env=self._lab_environment(), **options)
