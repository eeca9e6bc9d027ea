"""A headless Chromium, steered through the DevTools protocol over two pipes: no driver, no network."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

SECONDS = 60  # for one answer


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="ae-chromium-")
        to_read, self.writes = os.pipe()
        self.reads, to_write = os.pipe()

        def take_pipes():  # the browser reads 3 and writes 4
            kept = [os.dup(os.dup(one)) for one in (to_read, to_write)]  # out of the way: above 4
            for number, one in zip((3, 4), kept):
                os.dup2(one, number)
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=take_pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.number, self.session, self.rest, self.events = 0, None, b"", []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.writes)
        os.close(self.reads)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _next(self, deadline):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.reads], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.reads, 1 << 16) if ready else b""
            if not more:
                raise AssertionError("the browser does not answer")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self._next(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def show(self, url, width=1200, height=900, scheme="light", media="screen", scripts=True):
        """Loads a page; returns what happened meanwhile: (requests, complaints)."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events = []
        self.ask("Page.navigate", url=url)
        deadline = time.monotonic() + SECONDS
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._next(deadline))
        self.ask("Page.getLayoutMetrics")  # whatever is under way is told before this is answered
        requests = [one["params"]["request"]["url"] for one in self.events if one.get("method") == "Network.requestWillBeSent"]
        complaints = [one["params"] for one in self.events
                      if one.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
        return requests, complaints

    def evaluate(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def width(self):
        return self.ask("Page.getLayoutMetrics")["cssContentSize"]["width"]

    def screenshot(self):
        return base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def pdf(self):
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"])
