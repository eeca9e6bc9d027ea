#!/usr/bin/python3
"""Plays logind and the desktop's notification service on a private message bus.

One command a line on standard input; what others ask of it goes to standard output, one line each.
    own NAME                    takes the well-known name
    session ID UID CLASS TYPE REMOTE SERVICE   a session begins (SessionNew to all)
    forged ID                   another connection sends SessionNew of that session to every peer
    lock ID                     PropertiesChanged(LockedHint) of that session
    can WORD...                 what GetCapabilities answers
    hold / release              Notify is answered later / now
    action ID KEY, closed ID REASON     the signals
Each command is answered with "done" when the bus has it.
"""
import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

LOGIN = "org.freedesktop.login1"
NOTES = "org.freedesktop.Notifications"


def say(text):
    print(text, flush=True)


class Session(dbus.service.Object):
    def __init__(self, bus, path, facts):
        super().__init__(bus, path)
        self.facts = facts

    @dbus.service.method("org.freedesktop.DBus.Properties", "s", "a{sv}")
    def GetAll(self, interface):
        say(f"GetAll {interface}")
        return self.facts if interface == LOGIN + ".Session" else {}

    @dbus.service.signal("org.freedesktop.DBus.Properties", "sa{sv}as")
    def PropertiesChanged(self, interface, changed, gone):
        pass


class Manager(dbus.service.Object):
    @dbus.service.signal(LOGIN + ".Manager", "so")
    def SessionNew(self, number, path):
        pass


class Notifications(dbus.service.Object):
    abilities = ["actions", "body", "persistence"]
    held = None
    number = 6

    @dbus.service.method(NOTES, "", "as")
    def GetCapabilities(self):
        return dbus.Array(self.abilities, "s")

    @dbus.service.method(NOTES, "susssasa{sv}i", "u", async_callbacks=("answer", "refuse"))
    def Notify(self, app, replaces, icon, summary, body, actions, hints, shows, answer, refuse):
        self.number += 1
        if self.held is None:
            answer(self.number)
        else:
            self.held.append((answer, self.number))
        say("Notify " + json.dumps([app, replaces, icon, summary, body, actions, hints, shows]))

    @dbus.service.method(NOTES, "u", "")
    def CloseNotification(self, number):
        say(f"Close {number}")

    @dbus.service.signal(NOTES, "us")
    def ActionInvoked(self, number, key):
        pass

    @dbus.service.signal(NOTES, "uu")
    def NotificationClosed(self, number, reason):
        pass


class Mock:
    def __init__(self):
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.loop = GLib.MainLoop()
        self.bus = dbus.SessionBus()
        self.bus.set_exit_on_disconnect(False)
        self.names = []
        self.manager = Manager(self.bus, "/org/freedesktop/login1")
        self.notes = Notifications(self.bus, "/org/freedesktop/Notifications")
        self.sessions = {}
        GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, self.read)

    def read(self, _descriptor, _condition):
        line = sys.stdin.readline()
        if not line:
            self.loop.quit()
            return False
        command, *words = line.split()
        getattr(self, "do_" + command)(*words)
        self.bus.get_name_owner("org.freedesktop.DBus")  # there and back: the bus has it all
        say("done")
        return True

    def do_own(self, name):
        self.names.append(dbus.service.BusName(name, self.bus))

    def path(self, number):
        return f"/org/freedesktop/login1/session/{number}"

    def do_session(self, number, uid, kind, type_, remote, service):
        facts = dbus.Dictionary({
            "Id": number,
            "User": dbus.Struct((dbus.UInt32(int(uid)), dbus.ObjectPath("/user")), signature="uo"),
            "Timestamp": dbus.UInt64(1),
            "Seat": dbus.Struct(("seat0", dbus.ObjectPath("/seat")), signature="so"),
            "Class": kind, "Type": type_, "Remote": remote == "remote", "Service": service,
            "LockedHint": False,
        }, "sv")
        self.sessions[number] = Session(self.bus, self.path(number), facts)
        self.manager.SessionNew(number, self.path(number))

    def do_forged(self, number):
        other = dbus.SessionBus(private=True)
        for peer in self.bus.list_names():
            if peer.startswith(":"):
                message = dbus.lowlevel.SignalMessage("/org/freedesktop/login1",
                                                      LOGIN + ".Manager", "SessionNew")
                message.append(number, self.path(number), signature="so")
                message.set_destination(peer)
                other.send_message(message)
        other.get_name_owner("org.freedesktop.DBus")

    def do_lock(self, number):
        self.sessions[number].PropertiesChanged(LOGIN + ".Session", {"LockedHint": True}, [])
        self.sessions[number].PropertiesChanged(LOGIN + ".Session", {"LockedHint": False}, [])

    def do_can(self, *words):
        self.notes.abilities = list(words)

    def do_hold(self):
        self.notes.held = []

    def do_release(self):
        for answer, number in self.notes.held:
            answer(number)

    def do_action(self, number, key):
        self.notes.ActionInvoked(int(number), key)

    def do_closed(self, number, reason):
        self.notes.NotificationClosed(int(number), int(reason))


mock = Mock()
say("ready")
mock.loop.run()
