#!/usr/bin/env python3
"""The service on a real directory and real CAs, without systemd: each trigger, the control channel, a
stop at any moment, accounts that may not.  Needs a lab that is up in AE_LAB_DIR."""
import json
import os
import random
import time
import unittest

from hosttool import ALICE, ALICE_HOME, Bus, Host
from labtool import BIN, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
AECLIENT = str(BIN / "aeclient")
NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


class HostCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_settings(7)
        self.addCleanup(self.clear_faults)

    @staticmethod
    def clear_faults():
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "start")
            LAB.ca(ca, "set", "off")

    def host(self, **options):
        host = Host(LAB, **options)
        self.addCleanup(host.kill)
        host.wait_for_run("start" if host.machine else "logon")
        return host

    def started_by(self, host):
        """The triggers of all runs, as the events tell them."""
        events = json.loads(host.aeclient("events", "--json").stdout)
        return [event["parameters"][1] for event in events
                if (event["source"], event["id"]) == ("AutoEnrollment", 2)]


class Machine(HostCase):
    def test_every_trigger_is_visible_in_status_and_events(self):
        host = self.host()
        self.assertEqual(len(LAB.entries()), 2)
        LAB.set_settings(6)
        host.wait_for_run("policy refresh")
        self.assertEqual(host.status()["policy"]["bits"], 6)
        result = host.aeclient("pulse")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("nothing was enrolled, and nothing failed", result.stdout)
        self.assertEqual(host.last()["trigger"], "manual")
        self.assertEqual(self.started_by(host), ["start", "policy refresh", "manual"])
        status = host.status()
        self.assertEqual(status["next_run"]["trigger"], "timer")
        self.assertEqual(host.stop(), 0)
        self.assertEqual(host.aeclient("status").returncode, 4)

    def test_a_policy_file_that_is_written_anew_with_the_same_content_runs_nothing(self):
        host = self.host()
        LAB.set_settings(7)
        # Something that is noticed comes after it, so that nothing has to be waited for.
        time.sleep(1.5)
        LAB.set_settings(6)
        host.wait_for_run("policy refresh")
        self.assertEqual(self.started_by(host), ["start", "policy refresh"])

    def test_a_waiting_pulse_shows_events_and_the_report_and_steps_only_to_a_terminal(self):
        host = self.host()
        LAB.run("sh", "-c", f"rm -r {STATE}/machine/my/*")
        result = host.aeclient("pulse")
        self.assertEqual(result.returncode, 0, result.stderr)
        for word in ("CertEnroll 19:", "AutoEnrollment 2: Autoenrollment for the machine started (manual)"):
            self.assertIn(word, result.stderr)
        for step in ("the service begins", "aeclient: directory", "enroll CorpMachine at ca"):
            self.assertNotIn(step, result.stderr)
        self.assertIn("enrolled CorpMachine from", result.stdout)
        report = json.loads(host.aeclient("pulse", "--json").stdout)
        self.assertEqual({entry["verdict"] for entry in report["decisions"]
                          if entry["template"] in ("CorpMachine", "CorpMachineEC")}, {"held"})

    def test_the_exit_code_is_the_runs(self):
        host = self.host()
        LAB.run("sh", "-c", f"rm -r {STATE}/machine/my/*")
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "stop")
        result = host.aeclient("pulse")
        self.assertEqual(result.returncode, 2)
        self.assertIn("0x800706BA", result.stdout + result.stderr)
        status = host.status()
        self.assertEqual((status["state"], status["last_run"]["outcome"]), ("failing", "failed"))
        self.assertEqual(host.aeclient("status").returncode, 2)

    def test_pulses_that_come_during_a_run_become_one_more(self):
        host = self.host()
        LAB.run("sh", "-c", f"rm -r {STATE}/machine/my/*")
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "delay=2000")
        first = host.start("pulse")
        host.wait_until(lambda: host.status()["service"]["state"] == "running", "the run begins")
        others = [host.start("pulse") for _ in range(3)]
        for process in (first, *others):
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0)
        self.assertEqual(self.started_by(host), ["start", "manual", "manual"])

    def test_no_wait_returns_at_once(self):
        host = self.host()
        result = host.aeclient("pulse", "--no-wait")
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        host.wait_for_run("manual")

    def test_without_a_service_the_command_says_so_and_names_the_way_out(self):
        result = LAB.run(AECLIENT, "pulse", check=False)
        self.assertEqual(result.returncode, 2)
        for word in ("0x80070426", "--foreground", "systemctl start aeclient"):
            self.assertIn(word, result.stderr)

    def test_a_second_service_of_the_context_is_refused(self):
        self.host()
        result = LAB.run(AECLIENT, "service", "run", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("0x800700AA", result.stderr)

    def test_a_run_whose_process_dies_is_one_failed_run(self):
        host = self.host()
        LAB.run("sh", "-c", f"rm -r {STATE}/machine/my/*")
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "delay=3000")
        waiting = host.start("pulse")
        host.wait_until(host.worker, "the run begins")
        LAB.run("kill", "-KILL", host.worker())
        _, errors = waiting.communicate(timeout=30)
        self.assertEqual(waiting.returncode, 2)
        self.assertIn("crashed", errors)
        self.assertEqual(host.last()["outcome"], "crashed")
        self.clear_faults()
        self.assertEqual(host.aeclient("pulse").returncode, 0)
        self.assertEqual(len(LAB.entries()), 2)

    def test_a_network_that_comes_up_makes_up_for_a_run_that_lacked_it(self):
        host = self.host()
        LAB.run("sh", "-c", "cp /etc/resolv.conf /run/resolv.kept; echo nameserver 127.0.0.77 > /etc/resolv.conf")
        self.addCleanup(LAB.run, "sh", "-c", "cat /run/resolv.kept > /etc/resolv.conf; ip address del 10.99.0.2/32 dev lo || true")
        self.assertEqual(host.aeclient("pulse").returncode, 2)
        self.assertEqual(host.last()["outcome"], "unreachable")
        self.assertEqual(host.status()["next_run"]["trigger"], "retry")
        LAB.run("sh", "-c", "cat /run/resolv.kept > /etc/resolv.conf")
        LAB.run("ip", "address", "add", "10.99.0.2/32", "dev", "lo")
        # Not within a minute of the last one: a network may come and go.
        host.wait_for_run("connectivity", seconds=90)
        self.assertEqual(host.last()["outcome"], "done")


class Stop(HostCase):
    def test_at_any_moment_it_ends_within_5_s_and_loses_nothing(self):
        chance = random.Random(4)
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "delay=200")
        for turn in range(12):
            LAB.reset()
            LAB.set_settings(7)
            host = Host(LAB)
            self.addCleanup(host.kill)
            time.sleep(chance.uniform(0, 1.2))
            began = time.monotonic()
            self.assertEqual(host.stop(), 0, f"turn {turn}")
            self.assertLess(time.monotonic() - began, 5, f"turn {turn}")
            issued = sum(call["method"] == "Request2" for call in LAB.ca_calls())
            again = LAB.run(AECLIENT, "pulse", "--foreground", "--json", check=False)
            self.assertEqual(again.returncode, 0, again.stderr)
            entries = LAB.entries()
            self.assertEqual(sorted(entry["template"] for _, entry in entries),
                             ["CorpMachine", "CorpMachineEC"], f"turn {turn}")
            left = LAB.run("sh", "-c", f"ls -A {STATE}/machine/request; find {STATE} -name '.tmp*'").stdout
            self.assertEqual(left, "", f"turn {turn}")
            # Nothing that a CA issued before the stop was asked for twice.
            requests = sum(call["method"] == "Request2" for call in LAB.ca_calls())
            self.assertEqual(requests, 2, f"turn {turn}: {issued} before the stop")

    def test_a_ca_that_says_nothing_does_not_keep_the_service(self):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "delay=60000")
        host = Host(LAB)
        self.addCleanup(host.kill)
        host.wait_until(host.request_entries, "a request is under way")
        began = time.monotonic()
        host.stop()
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(len(host.request_entries()), 1, "the key of a request that may be answered stays")


class Others(HostCase):
    """A second account of the host."""

    def test_it_can_neither_pulse_nor_ask_nor_stop_nor_read_keys(self):
        host = self.host()
        for command in (["pulse"], ["pulse", "--no-wait"], ["pulse", "--force"], ["status"]):
            result = LAB.run(*NOBODY, AECLIENT, *command, check=False)
            self.assertNotEqual(result.returncode, 0, command)
            self.assertIn("0x80070005", result.stdout + result.stderr, command)
        foreground = LAB.run(*NOBODY, AECLIENT, "pulse", "--foreground", check=False)
        self.assertEqual(foreground.returncode, 2)
        self.assertNotEqual(LAB.run(*NOBODY, AECLIENT, "service", "run", check=False).returncode, 0)
        self.assertNotEqual(LAB.run(*NOBODY, "kill", host.pid, check=False).returncode, 0)
        for path, _ in LAB.entries():
            self.assertNotEqual(LAB.run(*NOBODY, "cat", f"{path}/key.pem", check=False).returncode, 0)
            self.assertEqual(LAB.run(*NOBODY, "cat", f"{path}/cert.pem", check=False).returncode, 0)
        self.assertNotEqual(LAB.run(*NOBODY, AECLIENT, "events", check=False).returncode, 0)
        self.assertEqual(self.started_by(host), ["start"])
        self.assertEqual(host.stop(), 0)

    def test_a_client_that_says_nothing_or_rubbish_hinders_nobody(self):
        host = self.host()
        script = ("import socket,time\n"
                  "s=[]\n"
                  "for i in range(200):\n"
                  "    c=socket.socket(socket.AF_UNIX); c.settimeout(5)\n"
                  "    try:\n"
                  "        c.connect('/run/aeclient/control.sock')\n"
                  "        if i%2: c.send(b'\\0[[[[{' * 700)\n"
                  "        s.append(c)\n"
                  "    except OSError: pass\n"
                  "print('ready', flush=True); time.sleep(20)\n")
        crowd = LAB.start(*NOBODY, "python3", "-c", script)
        self.addCleanup(crowd.kill)
        self.assertEqual(crowd.stdout.readline(), "ready\n")
        self.assertEqual(host.aeclient("pulse").returncode, 0)
        self.assertEqual(host.status()["service"]["state"], "idle")


class User(HostCase):
    def test_a_users_host_works_with_the_users_own_tickets(self):
        LAB.set_settings(7, user=7)
        LAB.pulse()  # the machine brings the trust that users inherit
        bus = Bus(LAB)
        self.addCleanup(bus.close)
        host = self.host(account=ALICE, bus=bus)
        listing = LAB.run("find", ALICE_HOME, "-name", "entry.json").stdout.split()
        self.assertEqual([json.loads(LAB.run("cat", path).stdout)["template"] for path in listing],
                         ["CorpUser"])
        self.assertIn("alice@CORP.EXAMPLE.TEST", {call.get("principal") for call in LAB.ca_calls()})
        host.log_on(uid=12345)
        host.log_on(session_class="greeter")
        host.unlock()
        host.log_on()
        host.wait_until(lambda: self.started_by(host) == ["logon", "logon"], "the second logon's run")
        self.assertEqual(host.aeclient("pulse", "--user").returncode, 0)
        self.assertEqual(self.started_by(host), ["logon", "logon", "manual"])
        # Machine and user know nothing of each other; another account may not ask.
        other = LAB.run(*NOBODY, "env", f"XDG_RUNTIME_DIR={ALICE_HOME}", AECLIENT, "pulse", "--user", check=False)
        self.assertEqual(other.returncode, 2)
        self.assertEqual(host.stop(), 0)

    def test_one_notice_for_templates_that_need_the_user(self):
        LAB.set_enrollment_flags("CorpUser", 41 | 0x100)
        self.addCleanup(LAB.set_enrollment_flags, "CorpUser", 41)
        LAB.set_settings(7, user=7)
        LAB.pulse()
        bus = Bus(LAB)
        self.addCleanup(bus.close)
        host = Host(LAB, account=ALICE, bus=bus)
        self.addCleanup(host.kill)
        notice = json.loads(bus.hear("Notify ")[len("Notify "):])
        self.assertIn("CorpUser", notice[4])
        self.assertEqual(host.status()["service"]["state"], "waiting for the user")
        self.assertEqual(LAB.run("find", ALICE_HOME, "-name", "entry.json").stdout, "")
        bus.tell(f"action 7 {notice[5][0]}")
        host.wait_for_run("interactive")
        self.assertEqual(len(LAB.run("find", ALICE_HOME, "-name", "entry.json").stdout.split()), 1)
        self.assertEqual(self.started_by(host), ["logon", "interactive"])

    def test_a_user_without_tickets_is_told_so(self):
        LAB.set_settings(7, user=7)
        host = Host(LAB, account=ALICE, tickets=False)
        self.addCleanup(host.kill)
        host.wait_for_run("logon")
        status = host.status()
        # As without a network: tickets come with it.
        self.assertEqual(status["last_run"]["outcome"], "unreachable")
        self.assertEqual(status["next_run"]["trigger"], "retry")
        self.assertIn("kinit", " ".join(status["last_run"]["failures"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
