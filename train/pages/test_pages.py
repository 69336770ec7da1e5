"""python3 -m unittest in train/: pages of our own making are the same for the same seed, and their labels are right."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import cv2
import numpy as np
import torch

from pages import dataset, generate, labels, markup, site
from pages.templates import TEMPLATES

TRAIN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = bool(shutil.which("chromium") and shutil.which("go"))


def digest(numbers):
    """A digest of the HTML of some pages."""
    return hashlib.sha256("".join(site.make(5, n).html for n in numbers).encode()).hexdigest()


class Markup(unittest.TestCase):
    def test_elements(self):
        el = markup.el
        for got, want in (
            (el("p", "a < b"), "<p>a &lt; b</p>"),
            (el(".card.big", el("b", "x"), None, False, [el("i"), 3]), '<div class="card big"><b>x</b><i></i>3</div>'),
            (el("button.btn", "Go", label="button", data_x=1), '<button class="btn" data-label="button" data-x="1">Go</button>'),
            (el("input", value='"', checked=True, disabled=False, width=None), '<input value="&quot;" checked>'),
            (el("circle", r=1.0, cx=0.126, class_="a"), '<circle r="1" cx="0.13" class="a"></circle>'),
        ):
            self.assertEqual(got, want)


class Seeds(unittest.TestCase):
    def test_same_seed_same_html(self):
        code = "from pages import test_pages; print(test_pages.digest(range(20)))"
        for salt in ("1", "2"):
            out = subprocess.run(
                [sys.executable, "-c", code],
                cwd=TRAIN,
                env={**os.environ, "PYTHONHASHSEED": salt},
                capture_output=True,
                check=True,
                text=True,
            )
            self.assertEqual(out.stdout.strip(), digest(range(20)))

    def test_other_number_other_page(self):
        self.assertEqual(len({digest([n]) for n in range(30)}), 30)

    def test_every_template_as_often(self):
        names = [site.make(3, n).template for n in range(2 * len(TEMPLATES))]
        self.assertEqual(sorted(names), sorted(list(TEMPLATES) * 2))

    def test_nothing_from_elsewhere(self):
        for n in range(len(TEMPLATES)):
            page = site.make(6, n)
            for what in (r"https?:", r"@import", r"@font-face", r"\ssrc=", r"<script", r"<link", r"url\((?!#)", r'href="(?!#")'):
                self.assertIsNone(re.search(what, page.html), f"{page.name}: {what}")


class Maps(unittest.TestCase):
    page = dict(
        name="p",
        width=100,
        height=50,
        boxes=[
            {"class": "text", "box": [10, 10, 20, 5], "visible": 1},
            {"class": "text", "box": [20, 10, 20, 5], "visible": 1},
            {"class": "image", "box": [50, 0, 50, 50], "visible": 1},
        ],
    )

    def test_whole(self):
        m = labels.maps(self.page, 10, 20)  # cells of 5 x 5 pixels
        want = np.zeros((10, 20), np.float32)
        want[2, 2:8] = 1
        np.testing.assert_allclose(m[0], want)
        self.assertEqual(float(m[3].sum()), 100)
        self.assertEqual(float(m[[1, 2, 4, 5]].sum()), 0)

    def test_parts_of_cells(self):
        m = labels.maps(self.page, 5, 10)  # cells of 10 x 10 pixels: the text fills half of the second row's
        np.testing.assert_allclose(m[0, 1], [0, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0])

    def test_window(self):
        m = labels.maps(self.page, 10, 10, (0.25, 0, 0.75, 1))  # pixels 25 to 75
        np.testing.assert_allclose(m[0, 2], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
        np.testing.assert_allclose(m[3, 0], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])

    def test_crop_keeps_the_aspect(self):
        rng = np.random.default_rng(1)
        for own, aspect in ((1.6, 1.7), (0.46, 1.7), (1.6, 0.5)):
            for strength in (0.0, 1.0):
                for _ in range(50):
                    x0, y0, x1, y1 = dataset.crop(own, aspect, rng, strength)
                    self.assertTrue(0 <= x0 < x1 <= 1 + 1e-9 and 0 <= y0 < y1 <= 1 + 1e-9)
                    self.assertLessEqual(abs(np.log((x1 - x0) * own / (y1 - y0) / aspect)), 0.15)


class Arguments(unittest.TestCase):
    def test_faults_are_reported_at_once(self):
        with self.assertRaises(SystemExit), unittest.mock.patch("sys.stderr") as err:
            generate.arguments(["--out", "x", "--only", "nothing", "--count", "0", "--scripts", "klingon"])
        text = "".join(str(c.args[0]) for c in err.write.call_args_list)
        for part in ("--only nothing", "--count 0", "--scripts klingon"):
            self.assertIn(part, text)


@unittest.skipUnless(TOOLS, "needs chromium and go")
class Rendered(unittest.TestCase):
    COUNT = 12

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory()
        cls.out = f"{cls.dir.name}/a"
        cls.names = cls.make(cls.out)

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    @classmethod
    def make(cls, out, count=COUNT):
        with open(os.devnull, "w") as quiet, unittest.mock.patch("sys.stderr", quiet):
            return generate.run(generate.arguments(["--out", out, "--seed", "4", "--count", str(count)]))

    def test_same_seed_same_boxes(self):
        other = f"{self.dir.name}/b"
        for name in self.make(other, 4):
            for kind in ("json", "png"):
                with open(f"{self.out}/{name}.{kind}", "rb") as f, open(f"{other}/{name}.{kind}", "rb") as g:
                    self.assertEqual(f.read(), g.read(), f"{name}.{kind}")

    def test_labels(self):
        seen = set()
        for name in self.names:
            page = labels.read(f"{self.out}/{name}.json")
            image = cv2.imread(f"{self.out}/{name}.png")
            self.assertEqual(image.shape[:2], (page["height"], page["width"]))
            self.assertTrue(any(b["class"] in ("text", "heading") for b in page["boxes"]), name)
            for b in page["boxes"]:
                seen.add(b["class"])
                x, y, w, h = b["box"]
                self.assertTrue(x >= 0 and y >= 0 and x + w <= page["width"] + 0.2 and y + h <= page["height"] + 0.2, (name, b))
                if b["class"] in ("text", "heading"):
                    self.assertGreater(b["size"], 4)
        self.assertEqual(seen, set(labels.CLASSES))

    def test_text_is_where_the_ink_is(self):
        """Large text stands out: its boxes vary more than cells without any label."""
        inside, outside = [], []
        for name in self.names:
            page = labels.read(f"{self.out}/{name}.json")
            gray = cv2.imread(f"{self.out}/{name}.png", cv2.IMREAD_GRAYSCALE).astype(np.float32)
            for b in page["boxes"]:
                x, y, w, h = (int(v) for v in b["box"])
                if b["class"] == "heading" and w > 10 and h > 10:
                    inside.append(gray[y : y + h, x : x + w].std())
            free = labels.maps(page, page["height"] // 20, page["width"] // 20).max(0) == 0
            outside += [gray[20 * i : 20 * i + 20, 20 * j : 20 * j + 20].std() for i, j in zip(*np.nonzero(free))]
        self.assertGreater(np.median(inside), 5 * np.median(outside) + 10)

    def test_goes_on_where_it_stopped(self):
        lost, kept = (f"{self.out}/{n}.json" for n in self.names[:2])
        with open(lost, "rb") as f:
            want = f.read()
        os.remove(lost)
        before = os.stat(kept).st_mtime_ns
        self.make(self.out)
        with open(lost, "rb") as f:
            self.assertEqual(f.read(), want)
        self.assertEqual(os.stat(kept).st_mtime_ns, before)

    def test_refuses_to_mix(self):
        with self.assertRaisesRegex(generate.Fault, "choose another --out"):
            generate.run(generate.arguments(["--out", self.out, "--count", "1", "--scripts", "greek"]))

    def test_samples(self):
        pages = dataset.Pages(self.out, (192, 128))
        held = dataset.Pages(self.out, (192, 128), held_out=True)
        self.assertEqual(len(pages) + len(held), self.COUNT)
        self.assertEqual(set(pages.names) & set(held.names), set())
        image, maps = next(iter(torch.utils.data.DataLoader(pages, batch_size=4)))
        self.assertEqual((image.shape, maps.shape), ((4, 3, 128, 192), (4, 6, 32, 48)))
        self.assertTrue(0 <= float(image.min()) and float(image.max()) <= 1 and 0 <= float(maps.min()) and float(maps.max()) <= 1)
        again, other = pages[1], (pages.epoch(1), pages[1])[1]
        torch.testing.assert_close(again[0], image[1], atol=0, rtol=0)
        self.assertFalse(torch.equal(again[0], other[0]))

    def test_held_out_samples_are_whole(self):
        held = dataset.Pages(self.out, (384, 224), held_out=True)
        image, maps = held[0]
        page = labels.read(f"{self.out}/{held.names[0]}.json")
        window = dataset.crop(page["width"] / page["height"], 384 / 224, None, 0.0)
        np.testing.assert_array_equal(maps.numpy(), labels.maps(page, 56, 96, window))
        whole = cv2.imread(f"{self.out}/{held.names[0]}.png")[..., ::-1]
        np.testing.assert_allclose(image.mean(), whole[: round(window[3] * len(whole))].mean() / 255, atol=0.01)

    def test_photographs(self):
        pink = np.full((80, 120, 3), (255, 0, 128), np.uint8)
        plain, pasted = (dataset.Pages(self.out, (384, 224), strength=0, photographs=p) for p in ((), (pink,)))
        changed = 0
        for i in range(len(plain)):
            (a, m), (b, n) = plain[i], pasted[i]
            unknown = n[0] == labels.UNKNOWN
            self.assertEqual(float((m - n)[:, ~unknown].abs().max()), 0)
            self.assertTrue(bool((m[3] == n[3]).all()))
            different = torch.nn.functional.max_pool2d((a - b).abs().amax(0)[None, None], 4)[0, 0] > 0.1
            self.assertFalse(bool((different & ~unknown).any()))
            changed += int(different.any())
        self.assertGreater(changed, 0)

    def test_faults_say_what_to_do(self):
        with self.assertRaisesRegex(ValueError, "python3 -m pages"):
            dataset.Pages(f"{self.dir.name}/none")
        path = f"{self.dir.name}/x-1-000001.json"
        with open(path, "w") as f:
            f.write("{}")
        with self.assertRaisesRegex(ValueError, "is no page"):
            dataset.Pages(self.dir.name)[0]
        os.remove(path)


if __name__ == "__main__":
    unittest.main()
