"""python3 -m unittest: clips with gaze as sequences."""
import os
import tempfile
import unittest

import cv2
import numpy as np

import clips
import gaze

SHARED = os.path.join(os.path.dirname(__file__), "..", "..", "shared")


def made(name, shift=0.0, frames=50):
    """A clip whose observers look at one place, which moves to the right after a second."""
    rows = []
    for o in range(4):
        rows.append((0.0, 1.0, 0.25 + 0.01 * o + shift, 0.5))
        rows.append((1.0, 2.0, 0.75 + 0.01 * o - shift, 0.5))
    return clips.Clip(name, "", 25.0, frames / 25, np.array(rows), 4)


class Fixed:
    """A reader of made-up frames: the number of the frame is its brightness; the left half is black."""

    def __init__(self, width=96, height=64, frames=50):
        self.size = width, height
        self.data = np.zeros((frames, height, width, 3), np.uint8)
        self.data[:, :, width // 2:] = np.arange(frames)[:, None, None, None]

    def frames(self, clip):
        return self.data, np.arange(len(self.data)) / clip.fps


class Clips(unittest.TestCase):
    def test_at(self):
        c = made("a")
        self.assertEqual(len(c.at(0.5)), 4)
        self.assertEqual(len(c.at(1.0)), 4)         # the first ones end here, the others begin
        self.assertGreater(c.at(1.0)[:, 0].min(), 0.7)
        self.assertEqual(len(c.at(2.0)), 0)

    def test_folds(self):
        every = [made("c%02d" % i) for i in range(26)]
        for fold in range(5):
            train, held = gaze.split(every, 5, fold)
            self.assertEqual(len(train) + len(held), 26)
            self.assertIn(len(held), (5, 6))
            self.assertFalse({c.name for c in train} & {c.name for c in held})

    def test_density(self):
        q = clips.density(np.array([[0.25, 0.5]]), 45, 80)
        self.assertAlmostEqual(float(q.sum()), 1, places=5)
        self.assertEqual(np.unravel_index(int(q.argmax()), q.shape), (22, 20))
        self.assertEqual(float(clips.density(np.zeros((0, 2)), 9, 16).sum()), 0)

    def test_prior(self):
        z = gaze.prior_logits([made("a")])
        self.assertEqual(z.shape, (12, 16))
        self.assertGreater(z[6, 4], z[0, 0] + 2)

    def test_inside(self):
        p = clips.inside([(0.5, 0.5), (0.1, 0.1)], (0.25, 0.25, 0.75, 0.75), False)
        np.testing.assert_allclose(p, [(0.5, 0.5)])
        np.testing.assert_allclose(clips.inside([(0.3, 0.5)], (0.25, 0.0, 0.75, 1.0), True), [(0.9, 0.5)])

    def test_sequences(self):
        source = clips.Sequences([made("a"), made("b", 0.1)], Fixed(), seed=3, length=9, cut_share=1.0)
        for _ in range(20):
            s = source.draw()
            self.assertEqual(s["frames"].shape, (9, 64, 96, 3))
            self.assertEqual(s["q"].shape, (9, 16, 24))
            self.assertEqual(int(s["cut"].sum()), 2)
            self.assertTrue((s["time"][s["cut"]] == 0).all())
            np.testing.assert_allclose(s["q"][s["valid"]].sum((1, 2)), 1, atol=1e-4)
            np.testing.assert_allclose(s["fix"][s["valid"]].sum((1, 2)), 1, atol=1e-4)

    def test_frames_and_fixations_are_mirrored_together(self):
        source = clips.Sequences([made("a", frames=25)], Fixed(frames=25), seed=1, length=3, cut_share=0)
        for _ in range(20):
            s = source.draw(strength=0.0)     # whole frames at their own speed, mirrored or not
            left = s["q"][0, :, :12].sum()
            dark_left = s["frames"][-1, :, :48].max() <= s["frames"][-1, :, 48:].max()
            self.assertEqual(left > 0.5, dark_left)

    def test_lag(self):
        now = clips.Sequences([made("a")], Fixed(), seed=5, length=3, cut_share=0).draw(0.0)
        later = clips.Sequences([made("a")], Fixed(), seed=5, length=3, cut_share=0, lag=5.0).draw(0.0)
        self.assertTrue(now["valid"].all())
        self.assertFalse(later["valid"].any())     # five seconds later nobody looks

    def test_decode(self):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "x.avi")
            out = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 25, (64, 48))
            for v in (20, 120, 220):
                out.write(np.full((48, 64, 3), v, np.uint8))
            out.release()
            frames, times = clips.Reader(d, 32, 24).frames(clips.Clip("x", path, 25.0, 0.12, np.zeros((1, 4)), 1))
            self.assertEqual(frames.shape, (3, 24, 32, 3))
            self.assertLess(abs(int(frames[1].mean()) - 120), 6)
            self.assertAlmostEqual(times[2], 0.08)
            os.remove(path)                         # the second reader needs the cache alone
            again, _ = clips.Reader(d, 32, 24).frames(clips.Clip("x", path, 25.0, 0.12, np.zeros((1, 4)), 1))
            np.testing.assert_array_equal(frames, again)
            with self.assertRaises(FileNotFoundError):
                clips.decode(path, 32, 24)


@unittest.skipUnless(os.path.isdir(os.path.join(SHARED, "data")), "../shared is not there")
class Shared(unittest.TestCase):
    def test_sets(self):
        every = clips.load_clips(SHARED)
        self.assertEqual((len(every), sum(len(c.fixations) for c in every)), (26, 21090))
        self.assertTrue(all(c.observers == 32 for c in every))


if __name__ == "__main__":
    unittest.main()
