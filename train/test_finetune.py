"""python3 -m unittest: samples keep their gaze, folds keep sites apart, the auxiliary loss ignores what nobody knows, runs go through."""
import json
import os
import tempfile
import unittest
import unittest.mock

import cv2
import numpy as np
import torch

import auxiliary
import export
import finetune
import gaze


def sample(group, points, medium="web", size=(160, 120)):
    """A gray image with fixations."""
    return gaze.Sample(group, group, medium, np.full((size[1], size[0], 3), 90, np.uint8), np.array(points, np.float32), 4.0)


class Folds(unittest.TestCase):
    def test_sites_stay_together(self):
        self.assertEqual(gaze.site("hawking2"), gaze.site("hawking1"))
        samples = [sample(f"site{i % 7}", [(0.5, 0.5)]) for i in range(40)]
        held = [gaze.split(samples, 3, k)[1] for k in range(3)]
        self.assertEqual(sum(map(len, held)), 40)
        for k in range(3):
            train, out = gaze.split(samples, 3, k)
            self.assertEqual({s.group for s in train} & {s.group for s in out}, set())
            self.assertTrue(8 <= len(out) <= 19, len(out))


class Samples(unittest.TestCase):
    def test_too_few_sites(self):
        with self.assertRaisesRegex(ValueError, "ask for fewer"):
            gaze.folds([sample("a", [(0.5, 0.5)])] * 9, 2)

    def test_prior_counts_groups_alike(self):
        left, right = [sample("a", [(0.1, 0.1)])] * 9, [sample("b", [(0.9, 0.9)])]
        p = np.exp(gaze.prior_logits(left + right))
        self.assertAlmostEqual(float(p[:6, :8].sum() / p.sum()), 0.5, delta=0.05)
        self.assertIn(np.unravel_index(p.argmax(), p.shape), ((1, 1), (10, 14)))

    def test_fixations_stay_on_what_was_looked_at(self):
        image = np.zeros((120, 160, 3), np.uint8)
        cv2.circle(image, (40, 30), 12, (255, 255, 255), -1)
        for medium, flips in (("web", {False}), ("video", {False, True})):
            s = gaze.Sample("x", "x", medium, image, np.array([(40 / 160, 30 / 120)], np.float32), 6.0)
            b = gaze.Source([s], 1, [(160, 128)]).batch(24, 0.5)
            self.assertEqual({bool(f) for f in b["flip"]}, flips)
            self.assertEqual((b["image"].shape, b["q"].shape), ((24, 3, 128, 160), (24, 32, 40)))
            for x, q, fix in zip(b["image"], b["q"], b["fix"]):
                self.assertAlmostEqual(float(q.sum()), 1, places=4)
                small = torch.nn.functional.avg_pool2d(x.mean(0)[None, None], 4)[0, 0]
                i = int(fix.argmax())
                self.assertGreater(float(small[i // 40, i % 40]), float(small.mean()) + 0.2)
                self.assertLessEqual(abs(i // 40 - int(q.argmax()) // 40) + abs(i % 40 - int(q.argmax()) % 40), 2)

    def test_paired_difference(self):
        before = {g: np.array([1.0, 0.5]) for g in "abcd"}
        after = {g: np.array([1.0 + 0.1 * i, 0.4]) for i, g in enumerate("abcd")}
        d, low, high = gaze.paired(before, after)
        np.testing.assert_allclose(d, [0.15, -0.1])
        self.assertTrue(0 <= low[0] < 0.15 < high[0] <= 0.3)
        np.testing.assert_allclose([low[1], high[1]], -0.1)


class Auxiliary(unittest.TestCase):
    def setUp(self):
        self.maps = torch.zeros(2, 6, 8, 8)
        self.maps[:, 0, :4], self.maps[0, 3] = 1, 1

    def test_right_answer_costs_nothing(self):
        value, dice = auxiliary.loss(40 * self.maps - 20, self.maps)
        self.assertLess(float(value), 1e-3)
        self.assertEqual(torch.isnan(dice).tolist(), [False, True, True, False, True, True])
        np.testing.assert_allclose(dice[[0, 3]], 1, atol=1e-4)
        self.assertGreater(float(auxiliary.loss(20 - 40 * self.maps, self.maps)[0]), 5)

    def test_unknown_cells_count_for_nothing(self):
        self.maps[:, :, :, 6:] = -1
        logits = torch.randn(2, 6, 8, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
        value, _ = auxiliary.loss(logits, self.maps)
        value.backward()
        self.assertEqual(float(logits.grad[..., 6:].abs().max()), 0)
        self.assertGreater(float(logits.grad[..., :6].abs().min()), 0)

    def test_shapes(self):
        net = export.load_checkpoint("random", 3)
        d8, d4 = finetune.features(net, torch.rand(2, 3, 64, 96))
        self.assertEqual(auxiliary.Head(net.config)(d8, d4).shape, (2, 6, 16, 24))


class Settings(unittest.TestCase):
    def test_faults_are_reported_at_once(self):
        with self.assertRaises(SystemExit), unittest.mock.patch("sys.stderr") as err:
            finetune.arguments("--shared s --start random --out o --synthetic 0.9 --anchor 0.9 --fold 9 --average 2".split())
        text = "".join(str(c.args[0]) for c in err.write.call_args_list)
        for part in ("add up to 1.8", "--pages", "--fold 9", "--average 2", "--anchor"):
            self.assertIn(part, text)

    def test_what_learns(self):
        o = finetune.arguments("--shared s --start random --out o --viewports 1 --freeze 9".split())
        for name, want in (("stem.conv.weight", False), ("blocks.8.dw.conv.weight", False), ("blocks.9.dw.conv.weight", True), ("head.weight", True),
                           ("gru.inp.weight", False), ("prior.web", False)):
            self.assertEqual(finetune.learns(name, o), want, name)

    def test_shares(self):
        o = finetune.arguments("--shared s --start x.pt --out o --viewports 0.2 --frames 0.4".split())
        kinds, share = finetune.shares(o)
        self.assertEqual(kinds, ["viewports", "frames"])
        np.testing.assert_allclose(share, [0.4, 0.6])


class MadeUp(unittest.TestCase):
    """Made-up pages of three sites and clips."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        rng = np.random.default_rng(1)
        pages, clips = (f"{self.dir.name}/data/{d}" for d in ("attention/eyevis-web", "video-gaze/hevc33"))
        os.makedirs(f"{pages}/stimuli")
        os.makedirs(f"{clips}/videos")
        names = [f"p{i}" for i in range(6)]
        for name in names:
            cv2.imwrite(f"{pages}/stimuli/{name}.jpg", rng.integers(0, 255, (100, 200, 3), np.uint8))
        rows = [f"{n},200,100,10,{'abc'[i // 2]},0,6,2" for i, n in enumerate(names)]
        self.write(f"{pages}/stimuli.csv", "stimulus,width,height,px_per_degree,site,viewport,observers,fixations", rows)
        rows = [f"{n},u{k},0.{k + 2},0.4,0,300" for n in names for k in range(3)]
        self.write(f"{pages}/fixations.csv", "stimulus,observer,x,y,onset_ms,duration_ms", rows)
        for name in ("a.avi", "b.avi"):
            video = cv2.VideoWriter(f"{clips}/videos/{name}", cv2.VideoWriter_fourcc(*"MJPG"), 10, (96, 64))
            for i in range(20):
                video.write(np.full((64, 96, 3), 10 * i, np.uint8))
            video.release()
        self.write(f"{clips}/videos.csv", "video,width,height,fps", [f"{n},96,64,10" for n in ("a.avi", "b.avi")])
        rows = [f"{n},u{k},{400 + 100 * k},900,0.{k + 1},0.5" for n in ("a.avi", "b.avi") for k in range(3)]
        self.write(f"{clips}/fixations.csv", "video,observer,onset_ms,duration_ms,x,y", rows + ["a.avi,u9,500,900,1.2,0.5"])

    def write(self, path, head, rows):
        with open(path, "w") as f:
            f.write("\n".join([head] + rows) + "\n")


class Run(MadeUp):
    """A few batches over made-up data."""

    def test_frames_have_the_fixations_of_their_time(self):
        got = [(s.name, len(s.points), int(s.image[0, 0, 0])) for s in gaze.load_frames(self.dir.name, every=0.4, least=1)]
        want = []
        for clip in ("a.avi", "b.avi"):     # fixations last from 0.4, 0.5 and 0.6 s for 0.9 s each
            want += [(f"{clip}@{t:.2f}", n, 100 * t) for t, n in ((0.4, 1), (0.8, 3), (1.2, 3))]
        self.assertEqual([g[:2] for g in got], [w[:2] for w in want])
        np.testing.assert_allclose([g[2] for g in got], [w[2] for w in want], atol=4)
        late = [s.name for s in gaze.load_frames(self.dir.name, every=0.4, least=3, lag=0.3)]
        self.assertEqual(late, ["a.avi@0.40", "a.avi@0.80", "b.avi@0.40", "b.avi@0.80"])

    def test_runs_through(self):
        out = f"{self.dir.name}/run"
        with open(os.devnull, "w") as quiet, unittest.mock.patch("sys.stdout", quiet):
            run = "--start random --viewports 0.5 --frames 0.5 --steps 4 --batch 2 --folds 2 --freeze 9 --prior-lr 0.01"
            finetune.main(f"--shared {self.dir.name} --out {out} {run}".split())
        with open(f"{out}/scores.json") as f:
            self.assertEqual(set(json.load(f)["scores"]), {"viewports", "frames"})
        before, after = export.load_checkpoint("random", 1), export.load_checkpoint(f"{out}/final.pt")
        self.assertEqual(after.config["media"], ["natural", "web", "video"])
        self.assertTrue(torch.equal(before.blocks[8].dw.conv.weight, after.blocks[8].dw.conv.weight))
        self.assertFalse(torch.equal(before.head.weight, after.head.weight))


if __name__ == "__main__":
    unittest.main()
