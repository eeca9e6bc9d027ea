"""What reaches the journal: a program of ours speaks to a socket where journald's would be, in a
mount namespace of its own.

usage: journal_test.py SENDER        (root; exit code 77: namespaces are not permitted here)
"""

import os
import pty
import socket
import struct
import subprocess
import sys

SOCKET = "/run/systemd/journal/socket"
NO_SYSTEM_LOG = 3
SKIPPED = 77


def fields_of(datagram):
    """The journal's native protocol: NAME=value, or NAME, a 64-bit size and that many octets."""
    fields = []
    while datagram:
        line, datagram = datagram.split(b"\n", 1)
        if b"=" in line:
            name, value = line.split(b"=", 1)
        else:
            name = line
            (size,) = struct.unpack("<Q", datagram[:8])
            value, datagram = datagram[8:8 + size], datagram[8 + size + 1:]
        fields.append((name.decode(), value.decode()))
    assert len(dict(fields)) == len(fields), f"a field stands twice: {fields}"
    return dict(fields)


def run(sender, stderr, journal_stream=None):
    environment = {k: v for k, v in os.environ.items() if k != "JOURNAL_STREAM"}
    if journal_stream is not None:
        environment["JOURNAL_STREAM"] = journal_stream
    return subprocess.run([sender], stderr=stderr, env=environment, timeout=30, check=False).returncode


def received(journal):
    entries = []
    while True:
        try:
            entries.append(fields_of(journal.recv(65536)))
        except BlockingIOError:
            return entries


def stream_of(descriptor):
    facts = os.fstat(descriptor)
    return f"{facts.st_dev}:{facts.st_ino}"


def inside(sender):
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    assert run(sender, subprocess.DEVNULL) == NO_SYSTEM_LOG, "there was no journal to write to"

    os.makedirs(os.path.dirname(SOCKET))
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    journal.bind(SOCKET)

    assert run(sender, subprocess.DEVNULL) == 0
    issued, hostile, remark = received(journal)
    assert issued == {
        "MESSAGE": "Enrollment for the machine: received a certificate of template Web from "
                   "ca.corp.example.test\\Corp CA (request 7).",
        "MESSAGE_ID": "012cb7a52fc742ceb3e407d000030013",
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "aeclient",
        "AE_CONTEXT": "machine",
        "AE_SOURCE": "CertEnroll",
        "AE_EVENT_ID": "19",
        "AE_TEMPLATE": "Web",
        "AE_CA": "ca.corp.example.test\\Corp CA",
    }, issued
    assert hostile == {
        "MESSAGE": "x\\x0aPRIORITY=0\\x0aMESSAGE_ID=0",
        "MESSAGE_ID": "012cb7a52fc742ceb3e407d000030004",
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "aeclient",
        "AE_CONTEXT": "machine",
        "AE_SOURCE": "CertEnroll",
        "AE_EVENT_ID": "4",
        "AE_TEMPLATE": "\\xff\\x0a_UID=0",
    }, hostile
    assert remark == {
        "MESSAGE": "template Mail: not enrolled",
        "MESSAGE_ID": "012cb7a52fc742ceb3e407d000000000",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "aeclient",
        "AE_CONTEXT": "machine",
        "AE_SOURCE": "aeclient",
        "AE_TEMPLATE": "Mail",
    }, remark

    # A person at a terminal reads standard error, unless the journal is what reads it.
    ours, theirs = pty.openpty()
    assert run(sender, theirs) == NO_SYSTEM_LOG
    assert not received(journal)
    assert run(sender, theirs, "1:1") == NO_SYSTEM_LOG
    assert run(sender, theirs, stream_of(theirs)) == 0
    assert len(received(journal)) == 3
    os.close(ours)
    os.close(theirs)
    print("the journal got what it should")


def main():
    if sys.argv[1] == "--inside":
        inside(sys.argv[2])
        return 0
    permitted = subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0
    if not permitted:
        print("skipped: this account may not have a mount namespace of its own")
        return SKIPPED
    return subprocess.run(
        ["unshare", "-m", "--propagation", "private", sys.executable, "-B", __file__, "--inside",
         sys.argv[1]], check=False).returncode


sys.exit(main())
