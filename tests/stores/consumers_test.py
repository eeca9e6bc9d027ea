"""Programs of others use what is in live/: openssl, curl --cert, nginx; and a reader that opens the
folder first never sees a certificate with another one's key, however often it is switched.

usage: consumers_test.py KEEPER        (live_keeper.cpp)
"""

import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HOST = "ws1.corp.example.test"
SWITCHES = 200
PATIENCE = 30  # seconds until nginx has to do as it was told

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen unix:{folder}/socket ssl;
        ssl_certificate {live}/WebServer/fullchain.pem;
        ssl_certificate_key {live}/WebServer/key.pem;
        ssl_client_certificate {root};
        ssl_verify_client on;
        location / {{ return 200 "$ssl_client_fingerprint"; }}
    }}
}}
"""


def output_of(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=True).stdout


class Keeper:
    def __init__(self, program, folder):
        self.process = subprocess.Popen([program, folder + "/store"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.live = folder + "/store/machine/live"
        self.root = self.tell("root")

    def tell(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer, "the store's keeper failed"
        return answer

    def renew(self, template):
        return self.tell("renew", template, HOST)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0
        self.process.stdout.close()


class Consumers(unittest.TestCase):
    keeper_program = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ae-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.keeper = Keeper(self.keeper_program, self.folder)
        self.addCleanup(self.keeper.close)
        self.live = self.keeper.live

    def test_openssl_reads_the_files(self):
        thumbprint = self.keeper.renew("WebServer")
        files = self.live + "/WebServer/"
        for part in ("cert.pem", "fullchain.pem"):
            shown = output_of("openssl", "x509", "-in", files + part, "-noout", "-fingerprint", "-sha1")
            self.assertEqual(shown.split("=")[1].strip().replace(":", "").lower(), thumbprint)
        self.assertEqual(output_of("openssl", "pkey", "-in", files + "key.pem", "-pubout"),
                         output_of("openssl", "x509", "-in", files + "cert.pem", "-noout", "-pubkey"))
        output_of("openssl", "verify", "-CAfile", self.keeper.root, files + "cert.pem")
        output_of("openssl", "verify", "-CAfile", files + "chain.pem", files + "cert.pem")

    def start_nginx(self):
        config = self.folder + "/nginx.conf"
        with open(config, "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=self.folder, live=self.live, root=self.keeper.root))
        nginx = subprocess.Popen(["nginx", "-p", self.folder, "-c", config,
                                  "-e", self.folder + "/error.log"])
        self.addCleanup(nginx.wait, 60)
        self.addCleanup(nginx.terminate)
        return nginx, config

    def curl(self, *more):
        """What nginx answers, which is the client's thumbprint; None when there is no answer."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "--unix-socket", self.folder + "/socket",
             "--cacert", self.keeper.root, *more, f"https://{HOST}/"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else None

    def as_client(self):
        files = self.live + "/Workstation/"
        return self.curl("--cert", files + "fullchain.pem", "--key", files + "key.pem")

    def served(self):
        shown = subprocess.run(["openssl", "s_client", "-unix", self.folder + "/socket"],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               timeout=60, check=False).stdout
        if "BEGIN CERTIFICATE" not in shown:
            return None
        fingerprint = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha1"],
                                     input=shown, capture_output=True, text=True, timeout=60,
                                     check=True).stdout
        return fingerprint.split("=")[1].strip().replace(":", "").lower()

    def wait_for(self, wanted, ask):
        end = time.monotonic() + PATIENCE
        seen = ask()
        while seen != wanted and time.monotonic() < end:
            seen = ask()
        self.assertEqual(seen, wanted)

    def test_nginx_serves_and_curl_presents_what_is_live(self):
        server = self.keeper.renew("WebServer")
        client = self.keeper.renew("Workstation")
        nginx, config = self.start_nginx()
        self.wait_for(server, self.served)
        self.assertEqual(self.as_client(), client)
        self.assertIsNone(self.curl(), "nginx wants a client certificate")

        renewed_client = self.keeper.renew("Workstation")
        self.assertEqual(self.as_client(), renewed_client)

        renewed = self.keeper.renew("WebServer")
        self.assertEqual(self.served(), server)  # until it is told
        output_of("nginx", "-p", self.folder, "-c", config, "-e", self.folder + "/error.log",
                  "-s", "reload")
        self.wait_for(renewed, self.served)
        self.assertEqual(self.as_client(), renewed_client)
        self.assertIsNone(nginx.poll())

    def test_a_reader_that_opens_the_folder_first_sees_what_belongs_together(self):
        self.keeper.renew("WebServer")
        stop = threading.Event()
        seen, problems, gone = set(), [], 0

        def read():
            nonlocal gone
            while not stop.is_set():
                folder = None
                try:
                    # Never missing: a rename puts one name in the place of the other.
                    folder = os.open(self.live + "/WebServer", os.O_PATH | os.O_DIRECTORY)
                    inside = f"/proc/self/fd/{folder}/"
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    # Refuses a key that is not the certificate's.
                    context.load_cert_chain(inside + "fullchain.pem", inside + "key.pem")
                    seen.add(os.stat(inside + "cert.pem").st_ino)
                except FileNotFoundError as problem:
                    # In the folder: a predecessor that was deleted after it was opened.
                    if folder is not None:
                        gone += 1
                    else:
                        problems.append(str(problem))
                except OSError as problem:
                    problems.append(str(problem))
                finally:
                    if folder is not None:
                        os.close(folder)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            self.keeper.tell("churn", "WebServer", HOST, SWITCHES)
        finally:
            stop.set()
            reader.join()
        self.assertEqual(problems, [])
        self.assertGreater(len(seen), 20, "the reader saw too few of the certificates")
        print(f"{len(seen)} certificates seen in {SWITCHES} switches, {gone} gone before they were read")


if __name__ == "__main__":
    Consumers.keeper_program = sys.argv.pop(1)
    unittest.main(verbosity=2)
