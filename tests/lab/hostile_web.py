#!/usr/bin/env python3
"""A web server for lists of revoked certificates that does what a path names, good or bad, and an
LDAP port that nobody may come to.  Runs inside the lab until it is ended.

    hostile_web.py ADDRESS LOG GOOD_LIST

LOG gets "ready:" and the process id, then one line per request: the path, or "ldap" for a connection to
port 389 of ADDRESS."""
import os
import pathlib
import socketserver
import sys
import threading
import time

ADDRESS, LOG, GOOD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HEAD = "HTTP/1.1 {}\r\nConnection: close\r\n{}\r\n"
LOCK = threading.Lock()


def note(line):
    with LOCK, LOG.open("a") as log:
        log.write(line + "\n")


def whole(content):
    return (HEAD.format("200 OK", f"Content-Length: {len(content)}\r\n")).encode() + content


def redirect(target):
    return lambda send: send(HEAD.format("302 Found", f"Location: {target}\r\nContent-Length: 0\r\n").encode())


def endless(send):
    send(HEAD.format("200 OK", "").encode())
    while True:
        send(b"\x30" * 65536)


def drip(send):
    send(HEAD.format("200 OK", "Content-Length: 1000000\r\n").encode())
    while True:
        send(b"\x30")
        time.sleep(0.2)


def silent(_send):
    time.sleep(60)


def spoiled():
    """The good list with one bit of its signature changed."""
    content = bytearray(GOOD.read_bytes())
    content[-1] ^= 1
    return bytes(content)


ANSWERS = {
    "/good": lambda send: send(whole(GOOD.read_bytes())),
    "/hop": redirect("/good"),
    "/to-file": redirect(f"file://{GOOD}"),
    "/to-ldap": redirect(f"ldap://{ADDRESS}/CN=x?certificateRevocationList"),
    "/to-itself": redirect("/to-itself"),
    "/endless": endless,
    "/drip": drip,
    "/silent": silent,
    "/large": lambda send: send(whole(b"\x30" * (11 * 1024 * 1024))),
    "/wrong-signature": lambda send: send(whole(spoiled())),
    "/garbage": lambda send: send(whole(b"<html>")),
}


class Web(socketserver.StreamRequestHandler):
    def handle(self):
        path = self.rfile.readline().decode("latin-1").split(" ")[1]
        while self.rfile.readline().strip():
            pass
        note(path)
        try:
            ANSWERS.get(path, lambda send: send(HEAD.format("404 Not Found", "").encode()))(self.wfile.write)
        except OSError:
            pass  # the client has had enough


class Ldap(socketserver.BaseRequestHandler):
    def handle(self):
        note("ldap")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


ldap = Server((ADDRESS, 389), Ldap)
threading.Thread(target=ldap.serve_forever, daemon=True).start()
web = Server((ADDRESS, 80), Web)
note(f"ready:{os.getpid()}")
web.serve_forever()
