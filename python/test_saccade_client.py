"""Tests of saccade_client against a server: SACCADE_URL, SACCADE_TOKEN, SACCADE_VIDEO and SACCADE_IMAGE say what there is.

`go test ./cmd/saccade -run Python` starts the servers and calls the classes here.
"""

import os
import sys
import tempfile
import unittest
from unittest import mock

from saccade_client import Client, SaccadeError

URL, TOKEN = os.environ.get("SACCADE_URL", ""), os.environ.get("SACCADE_TOKEN", "")
VIDEO, IMAGE = os.environ.get("SACCADE_VIDEO", ""), os.environ.get("SACCADE_IMAGE", "")


def without(*modules):
    """Hides modules from import."""
    return mock.patch.dict(sys.modules, {m: None for m in modules})


class Saccade(unittest.TestCase):
    """The whole client, on a Saccade server."""

    def test_misuse(self):
        for names in ("attention.data", ["focus"], [".data"], ["attention."]):
            with self.assertRaisesRegex(ValueError, "attention.data"):
                Client(URL, TOKEN).analyze(IMAGE, predictions=names)
        result = Client(URL, TOKEN).analyze(IMAGE)
        with self.assertRaisesRegex(ValueError, "'foo' is no output"):
            result.add_outputs(["foo"])
        with self.assertRaises(TimeoutError):
            result.add_outputs(["excitingness.map"], timeout=-1)

    def test_video(self):
        result = Client(URL, TOKEN).analyze(VIDEO)
        self.assertEqual(result.status, "success")
        self.assertTrue(0 <= result.score("focus") <= 100)
        with without("pandas", "numpy"):
            rows, maps = result.frames(), result.density()
        self.assertEqual(len(rows), len(maps))
        self.assertEqual((rows[0]["frame"], rows[0]["cut"] in (True, False)), (0, True))
        self.assertIsInstance(rows[0]["gaze1_x"], float)
        for m in maps[::10]:
            self.assertAlmostEqual(sum(sum(line) for line in m), 1, places=4)
        try:
            import numpy
        except ImportError:
            print("SKIPPED: numpy is not installed")
        else:
            density = result.density()
            self.assertEqual(density.shape, (len(maps), len(maps[0]), len(maps[0][0])))
            self.assertTrue(numpy.array_equal(density, numpy.array(maps, dtype="float32")))
        try:
            import pandas
        except ImportError:
            print("SKIPPED: pandas is not installed")
        else:
            frames = result.frames()
            self.assertIsInstance(frames, pandas.DataFrame)
            self.assertEqual(list(frames["frame"]), [r["frame"] for r in rows])
            self.assertTrue(abs(frames["gaze1_x"] - [r["gaze1_x"] for r in rows]).max() < 1e-9)
        with tempfile.TemporaryDirectory() as d:
            paths = result.download(d)
            names = {os.path.basename(p) for p in paths}
            self.assertLessEqual({"attentionMap.webm", "frames.csv", "frames.json", "density.npy"}, names)
            with open(os.path.join(d, "attentionMap.webm"), "rb") as f:
                self.assertEqual(f.read(4), b"\x1aE\xdf\xa3")

    def test_image(self):
        client = Client(URL + "/v2/", TOKEN)
        with open(IMAGE, "rb") as f:
            result = client.analyze(f.read(), title="Draft", aois=[{"name": "left", "box": {"x": 0, "y": 0, "width": 0.5, "height": 1}}])
        left = result.outputs["aois"][0]["share"]
        halves = result.measure([{"name": n, "box": {"x": x, "y": 0, "width": 0.5, "height": 1}} for n, x in (("left", 0), ("right", 0.5))])
        self.assertAlmostEqual(sum(a["share"] for a in halves), 1, places=4)
        self.assertAlmostEqual(halves[0]["share"], left, places=6)
        self.assertIn(result.id, [a["id"] for a in client.list(type="image")])
        self.assertEqual(client.get(result.id).status, "success")
        with without("numpy"):
            self.assertAlmostEqual(sum(map(sum, result.density())), 1, places=4)
        result.delete()
        with self.assertRaises(SaccadeError) as e:
            result.refresh()
        self.assertEqual((e.exception.code, e.exception.status), ("resource_gone", 410))

    def test_errors(self):
        for token, source, code in ((TOKEN, b"GIF89a no image", None), ("wrong", b"x", "authentication_failed")):
            with self.assertRaises(SaccadeError) as e:
                Client(URL, token).analyze(source)
            if code:
                self.assertEqual(e.exception.code, code)
        with self.assertRaises(SaccadeError) as e:
            Client(URL, TOKEN).get("nothing")
        self.assertTrue(e.exception.request_id)
        with self.assertRaises(ValueError):
            Client("example.com", TOKEN)
        result = Client(URL, TOKEN).analyze(IMAGE, predictions=["clarity.score"])
        self.assertEqual(result.score("focus"), None)
        with self.assertRaises(SaccadeError) as e:
            result.frames()
        self.assertEqual(e.exception.code, "no_data")


class Vendor(unittest.TestCase):
    """What the vendor's service has, on a double that refuses everything else."""

    def test_calls(self):
        client = Client(URL, TOKEN)
        self.assertFalse(client.ours())
        video = client.analyze(VIDEO)
        with tempfile.TemporaryDirectory() as d:
            self.assertEqual([os.path.basename(p) for p in video.download(d)], ["attentionMap.webm"])
        with self.assertRaises(SaccadeError) as e:
            video.frames()
        self.assertEqual(e.exception.code, "no_data")
        image = client.analyze(IMAGE, predictions=["clarity.score"])
        self.assertEqual(image.score("clarity"), 67)
        self.assertEqual(client.analyze("https://example.com/", medium="mobileWeb").status, "success")
        with self.assertRaises(SaccadeError) as e:
            list(client.list())
        self.assertEqual(e.exception.status, 404)


class Misbehaving(unittest.TestCase):
    """A server that does what SACCADE_EXPECT says."""

    def test_error(self):
        with self.assertRaises(SaccadeError) as e:
            Client(URL, TOKEN, retries=0).analyze(IMAGE, predictions=["clarity.score"])
        self.assertEqual(e.exception.code, os.environ["SACCADE_EXPECT"])


if __name__ == "__main__":
    unittest.main()
