#!/usr/bin/env python3
"""What the service costs while it has nothing to do: no wake-up, no time, little memory; as the kernel counts it.
Needs a lab that is up in AE_LAB_DIR, and Debian's certmonger to compare with."""
import os
import time
import unittest

from hosttool import BUS_ADDRESS, Bus, Host
from labtool import BIN, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
WINDOW = 15  # seconds
LARGEST_DIRTY = 4096  # kB
CERTMONGER_STORE = "/var/lib/certmonger"
NOTIFY = "/run/ae-notify"
# What systemd would hear, a message a line.
LISTENER = ("import os, socket\n"
            "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            f"if os.path.exists('{NOTIFY}'): os.unlink('{NOTIFY}')\n"
            f"s.bind('{NOTIFY}')\n"
            "print('ready', flush=True)\n"
            "while True: print(s.recv(4096).decode().replace('\\n', ' '), flush=True)\n")


class Reading:
    """One look at a process; it is not disturbed by it."""

    def __init__(self, pid):
        text = LAB.run("sh", "-c", f"cd /proc/{pid} && cat status smaps_rollup && "
                       "echo run_time: $(cut -d' ' -f1 schedstat) && echo descriptors: $(ls fd | wc -l)").stdout
        values = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

        def number(name):
            return int(values[name].split()[0])

        self.switches = number("voluntary_ctxt_switches") + number("nonvoluntary_ctxt_switches")
        self.run_time = number("run_time")  # nanoseconds on a processor
        self.threads = number("Threads")
        self.descriptors = number("descriptors")
        self.dirty = number("Private_Dirty")  # kB, the next too
        self.resident = number("VmRSS")


class IdleCase(unittest.TestCase):
    def setUp(self):
        LAB.reset()
        LAB.set_settings(7)
        # Pages of a file that was linked a moment ago count as the process' own until they are written.
        LAB.run("sync", BIN / "aeclientd")

    def host(self, lab=LAB):
        host = Host(lab)
        self.addCleanup(host.kill)
        host.wait_for_run("start")
        return host

    def settled(self, pid):
        """A reading of a process that has answered whoever asked it last."""
        readings = [Reading(pid)]

        def rests():
            time.sleep(0.2)
            readings.append(Reading(pid))
            return readings[-1].switches == readings[-2].switches

        deadline = time.monotonic() + 30
        while not rests():
            self.assertLess(time.monotonic(), deadline, "it never rests")
        return readings[-1]

    def assert_idle(self, pid):
        before = self.settled(pid)
        time.sleep(WINDOW)
        after = Reading(pid)
        print(f"\n{WINDOW} s idle: {after.switches - before.switches} context switches, "
              f"{after.run_time - before.run_time} ns on a processor, {after.threads} thread, "
              f"{after.descriptors} descriptors, Private_Dirty {after.dirty} kB, RSS {after.resident} kB", flush=True)
        self.assertGreater(before.switches, 0)
        self.assertEqual(after.switches, before.switches)
        self.assertEqual(after.run_time, before.run_time)
        self.assertEqual(after.threads, 1)
        self.assertEqual(after.descriptors, before.descriptors)
        self.assertLessEqual(after.dirty, LARGEST_DIRTY)


class Idle(IdleCase):
    def test_the_service_is_not_woken_once_and_holds_little(self):
        host = self.host()
        self.assert_idle(host.pid)

    def test_runs_leave_no_descriptor_behind(self):
        host = self.host()
        before = self.settled(host.pid)
        for _ in range(3):
            self.assertEqual(host.aeclient("pulse").returncode, 0)
        self.assertEqual(self.settled(host.pid).descriptors, before.descriptors)

    def test_a_watchdog_of_20_minutes_does_not_wake_it(self):
        listener = LAB.start("python3", "-c", LISTENER)
        self.addCleanup(listener.stdout.close)
        self.addCleanup(listener.wait, 10)
        self.addCleanup(listener.terminate)
        self.assertEqual(listener.stdout.readline(), "ready\n")
        lab = Lab(os.environ["AE_LAB_DIR"])
        lab.environment |= {"NOTIFY_SOCKET": NOTIFY, "WATCHDOG_USEC": "1200000000"}
        host = self.host(lab)
        self.assertEqual([listener.stdout.readline().rstrip() for _ in range(2)], ["READY=1", "WATCHDOG=1"])
        self.assert_idle(host.pid)
        self.assertEqual(host.stop(), 0)
        said = []
        while "STOPPING=1" not in said:
            said.append(listener.stdout.readline().rstrip())
            self.assertNotEqual(said[-1], "", "the listener ended")
        print("heard: " + "; ".join(said), flush=True)
        self.assertNotIn("WATCHDOG=1", said)


class Compared(IdleCase):
    """With another agent for certificates, which administrators know."""

    def test_it_holds_no_more_memory_than_certmonger(self):
        # Where namespaces are not permitted the lab's /var/lib/certmonger is the host's.
        if LAB.run("unshare", "-m", "true", check=False).returncode != 0:
            self.skipTest("certmonger's store cannot be made private here")
        host = self.host()
        ours = self.settled(host.pid)
        theirs = self.settled(self.certmonger())
        print(f"\nRSS {ours.resident} kB, certmonger's {theirs.resident} kB; "
              f"Private_Dirty {ours.dirty} kB, certmonger's {theirs.dirty} kB", flush=True)
        self.assertLessEqual(ours.resident, theirs.resident)

    def certmonger(self):
        """Its process, once it serves and has asked each of its CAs what it can do."""
        bus = Bus(LAB)
        self.addCleanup(bus.close)
        process = LAB.start(
            "unshare", "-m", "--propagation", "private", "sh", "-c",
            f"mount -n -t tmpfs certmonger $(realpath {CERTMONGER_STORE}) && cd {CERTMONGER_STORE} && "
            f"mkdir cas requests local && echo $$ && "
            f"exec env DBUS_SESSION_BUS_ADDRESS={BUS_ADDRESS} certmonger -s -n")
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 10)
        pid = process.stdout.readline().strip()
        self.addCleanup(LAB.run, "kill", pid, check=False)
        deadline = time.monotonic() + 30
        while not self.serves(pid):
            self.assertLess(time.monotonic(), deadline, "certmonger does not begin")
            time.sleep(0.2)
        return pid

    @staticmethod
    def serves(pid):
        owned = LAB.run("dbus-send", f"--bus={BUS_ADDRESS}", "--print-reply=literal", "--dest=org.freedesktop.DBus",
                        "/", "org.freedesktop.DBus.NameHasOwner", "string:org.fedorahosted.certmonger").stdout
        return "true" in owned and LAB.run("pgrep", "-P", pid, check=False).stdout == ""


if __name__ == "__main__":
    unittest.main(verbosity=2)
