#!/usr/bin/env python3
"""The pages of `aeclient report` as a person sees them: whole without network and script, legible in light and dark, on a
telephone and on paper.

    chromium_test.py PRINT_PAGE [FOLDER]      with FOLDER, screenshots and PDF files stay there to be looked at"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from browser import Browser

PRINT_PAGE = sys.argv[1]
KEPT = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
PAGES = ("troubled", "well", "hostile", "empty", "fleet")
TELEPHONE = 400  # CSS pixels

# [WCAG 2.1] 1.4.3, of every text that is drawn: the lowest contrast, and where.
CONTRAST = """(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (colour) => { const [r, g, b] = colour.slice(0, 3).map((one) => one / 255)
    .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (element) => { for (let at = element; at; at = at.parentElement) {
    const colour = rgb(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour; } return [255, 255, 255]; };
  let worst = [99, "nothing"];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || element.closest(".unseen")) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < worst[0]) worst = [contrast, walk.currentNode.data.trim().slice(0, 60)];
  }
  return worst; })()"""


class ReportPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        for name in PAGES:
            page = subprocess.run([PRINT_PAGE, name], capture_output=True, check=True, timeout=60).stdout
            (pathlib.Path(cls.folder.name) / f"{name}.html").write_bytes(page)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def url(self, name):
        return (pathlib.Path(self.folder.name) / f"{name}.html").as_uri()

    def keep(self, name, octets):
        if KEPT:
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / name).write_bytes(octets)

    def test_a_page_asks_for_nothing_and_complains_of_nothing(self):
        for name in PAGES:
            with self.subTest(page=name):
                requests, complaints = self.browser.show(self.url(name))
                self.assertEqual(requests, [self.url(name)])
                self.assertEqual(complaints, [])
                self.assertEqual(self.browser.evaluate("document.scripts.length + document.images.length"), 0)

    def test_the_browser_would_tell_of_a_request_and_of_a_script(self):
        page = pathlib.Path(self.folder.name) / "broken.html"
        whole = (pathlib.Path(self.folder.name) / "well.html").read_text(encoding="utf-8")
        page.write_text(whole.replace("<main>", "<main><script>document.title = 'owned'</script><img src='http://127.0.0.1:9/x.png'>"),
                        encoding="utf-8")
        _, complaints = self.browser.show(page.as_uri())
        told = " ".join(str(one) for one in complaints)
        self.assertIn("x.png", told)
        self.assertIn("script-src", told)
        self.assertNotEqual(self.browser.evaluate("document.title"), "owned")  # the page's own policy forbids it

    def test_everything_is_there_without_script(self):
        texts = {
            "troubled": ("ws1.corp.example.test (machine)", "failing", "CorpVpn", "expired", "renewal due", "CERTSRV_E_TEMPLATE_DENIED",
                         "no CA offers CorpVpn", "MAP1", "not enrolled by itself", "Enrollment for the machine failed"),
            "well": ("ws2.corp.example.test", "healthy", "CorpMachine"),
            "hostile": ("<script>document.title", "\\x1b[31m", "\\u202e"),
            "empty": ("No certificates are held", "The doctor was not asked", "Nothing could be decided", "No events of late"),
            "fleet": ("5 machines", "ws9.json", "What is wrong most often", "CAS2", "FAIL"),
        }
        for name, wanted in texts.items():
            with self.subTest(page=name):
                self.browser.show(self.url(name), scripts=False)
                shown = self.browser.evaluate("document.body.innerText").casefold()
                for text in wanted:
                    self.assertTrue(text.casefold() in shown, f"{text} is not there")
                self.assertNotEqual(self.browser.evaluate("document.title"), "owned")

    def test_nothing_runs_over_the_edge_of_a_telephone(self):
        for name in PAGES:
            for width in (TELEPHONE, 1200):
                with self.subTest(page=name, width=width):
                    self.browser.show(self.url(name), width=width)
                    self.browser.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
                    self.assertLessEqual(self.browser.width(), width)
                    self.keep(f"{name}-{width}.png", self.browser.screenshot())

    def test_every_text_is_legible_in_light_and_dark(self):
        for name in ("troubled", "fleet"):
            for scheme in ("light", "dark"):
                with self.subTest(page=name, scheme=scheme):
                    self.browser.show(self.url(name), scheme=scheme)
                    contrast, where = self.browser.evaluate(CONTRAST)
                    self.assertGreaterEqual(contrast, 4.5, where)
                    self.keep(f"{name}-{scheme}.png", self.browser.screenshot())
        ground = "getComputedStyle(document.body).backgroundColor"
        self.browser.show(self.url("well"), scheme="dark")
        dark = self.browser.evaluate(ground)
        self.browser.show(self.url("well"), scheme="light")
        self.assertNotEqual(self.browser.evaluate(ground), dark)

    def test_headings_stand_in_order_and_pictures_have_words(self):
        for name in PAGES:
            with self.subTest(page=name):
                self.browser.show(self.url(name))
                levels = self.browser.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1]))")
                self.assertEqual(levels[0], 1)
                self.assertEqual(levels.count(1), 1)
                for before, after in zip(levels, levels[1:]):
                    self.assertLessEqual(after, before + 1)
                self.assertEqual(self.browser.evaluate("document.querySelectorAll('svg:not([aria-label]):not([aria-hidden])').length"), 0)
                self.assertEqual(self.browser.evaluate("document.documentElement.lang"), "en")

    def test_paper_shows_what_is_folded_on_the_screen(self):
        heights = {}
        for media in ("screen", "print"):
            self.browser.show(self.url("fleet"), media=media)
            heights[media] = self.browser.evaluate("document.querySelector('#m2').offsetHeight")
            self.keep(f"fleet-as-{media}.png", self.browser.screenshot())
        self.assertLess(heights["screen"], 100)
        self.assertGreater(heights["print"], 500)
        for name in ("troubled", "fleet"):
            self.browser.show(self.url(name), media="")
            pdf = self.browser.pdf()
            self.assertTrue(pdf.startswith(b"%PDF-"))
            self.keep(f"{name}.pdf", pdf)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
