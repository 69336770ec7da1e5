"""python3 -m unittest: clips left out, judged in pairs, and what video.py learns from."""
import unittest

import numpy as np
import torch

import held
import video


def clip():
    """Four people look at one place for a second."""
    return dict(name="a", fix=np.array([[0.5, 1.5, 0.25 + 0.01 * i, 0.5] for i in range(4)], np.float32))


class HeldOut(unittest.TestCase):
    def test_truth(self):
        at = np.arange(50) / 25
        self.assertEqual(held.Truth(clip(), at).frames, [15, 20, 25, 30, 35])
        self.assertEqual(held.Truth(clip(), at, lag=0.5).frames, [0, 5, 10, 15, 20])

    def test_judge(self):
        truth = held.Truth(clip(), np.arange(50) / 25)
        y, x = np.mgrid[0:56, 0:96]
        right = np.exp(-(((x / 96 - 0.265) ** 2) + ((y / 56 - 0.5) ** 2)) / 0.005)
        nss, cc = held.judge(truth, right / right.sum())
        self.assertGreater(nss, 3)
        self.assertGreater(cc, 0.6)
        self.assertLess(held.judge(truth, right[:, ::-1] / right.sum())[0], 0)
        np.testing.assert_allclose(held.judge(truth, np.stack([right] * 5)), (nss, cc), rtol=1e-5)

    def test_paired(self):
        before = np.zeros((10, 2))
        mean, low, high, ahead = held.paired(before + [1, 0.5], before)
        np.testing.assert_allclose((mean, low, high), [[1, 0.5]] * 3)
        self.assertEqual(ahead, 10)

    def test_nested(self):
        # "b" is best on every clip but the last fold's, and the last fold must not see that.
        results = {"a": np.array([[1.0, 0]] * 4 + [[9, 0]]), "b": np.array([[2.0, 0]] * 4 + [[0, 0]])}
        got, chosen = held.nested(results, [0, 1, 2, 3, 4], lambda r: r[:, 0].mean())
        self.assertEqual(chosen[4], "b")
        self.assertEqual(got[4, 0], 0)

    def test_densities(self):
        self.assertAlmostEqual(float(held.center().sum()), 1, places=6)
        np.testing.assert_allclose(held.density(np.zeros((2, 4, 5))), 1 / 20)
        p = np.stack([np.zeros((2, 2)), np.ones((2, 2)), np.ones((2, 2))])
        late = held.respond(p, np.array([0, 0.1, 0.2]), 0.1)
        np.testing.assert_allclose(late[:, 0, 0], [0, 1 - np.exp(-1), 1 - np.exp(-2)], rtol=1e-6)
        np.testing.assert_array_equal(held.respond(p, np.array([0, 0.1, 0.2]), 0), p)


class Learning(unittest.TestCase):
    def test_hedged(self):
        z = torch.randn(2, 56, 96)
        whole = [(0, 0, 1, 1, False)] * 2
        p = video.hedged(z, whole, 0.25).exp()
        np.testing.assert_allclose(p.sum((1, 2)).numpy(), 1, rtol=1e-4)
        want = 0.75 * held.density(z.numpy()) + 0.25 * held.center()
        np.testing.assert_allclose(p.numpy(), want, atol=2e-6)

    def test_lag(self):
        s = video.Stream.__new__(video.Stream)
        s.at, s.fix = np.arange(50) / 25, clip()["fix"]
        self.assertEqual(len(s.lasting(10)), 0)
        self.assertEqual(len(s.lasting(10, 0.2)), 4)
        self.assertEqual(len(s.lasting(35, 0.2)), 0)


if __name__ == "__main__":
    unittest.main()
