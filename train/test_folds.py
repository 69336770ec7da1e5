"""python3 -m unittest: networks of folds trained side by side are those trained alone, differences are paired by site, the program judges."""
import contextlib
import io
import json
import os
import types
import unittest
import unittest.mock

import numpy as np
import torch

import data
import export
import finetune
import folds
import net as network
import test_finetune


class Paired(unittest.TestCase):
    def test_viewports_count_alike_and_sites_are_drawn(self):
        groups, before = ["a"] * 3 + ["b"], [1.0, 1.0, 1.0, 2.0]
        got = folds.paired(groups, before, [1.5, 1.5, 1.2, 1.8])
        np.testing.assert_allclose([got["before"], got["after"], got["difference"]], [1.25, 1.5, 0.25])
        np.testing.assert_allclose([got["low"], got["high"]], [-0.2, 0.4])     # only b, only a
        self.assertEqual([got[k] for k in ("samples", "ahead", "groups", "groups_ahead")], [4, 3, 2, 1])

    def test_even_gain_has_no_width(self):
        got = folds.paired(list("abcabc"), range(6), np.arange(6) + 0.5)
        np.testing.assert_allclose([got["low"], got["high"]], 0.5)


class Settings(unittest.TestCase):
    def test_faults_are_reported_at_once(self):
        with self.assertRaises(SystemExit), unittest.mock.patch("sys.stderr") as err:
            folds.arguments("w --shared s --only 1,5 --share 2 -- --viewports 1 --seed 3".split())
        text = "".join(str(c.args[0]) for c in err.write.call_args_list)
        for part in ("--only 5", "--share 2", "--seed is set"):
            self.assertIn(part, text)

    def test_recipe_is_the_one_that_shipped(self):
        o = folds.arguments("w --shared s".split())
        with open(f"{folds.ROOT}/train/reproduce.sh") as f:
            script = f.read()
        self.assertIn(" ".join(o.flags).replace("--steps", f"--average {o.share:g} --steps"), script)
        run = finetune.arguments(folds.command(o, "x.safetensors", 2, 21))
        self.assertEqual((run.fold, run.folds, run.seed, run.average, run.freeze, run.out), (2, 5, 21, 1, 9, "w/fold2-seed21"))


class Whole(unittest.TestCase):
    def test_branch_and_prior_of_video_come_from_here(self):
        net = export.load_checkpoint("random", 3)
        own = export.fold(net)
        got, config = folds.whole(own, net.config)
        shipped, _ = export.read_safetensors(folds.WEIGHTS)
        self.assertEqual(set(got), set(shipped))
        self.assertIn("video", config["media"])
        for name, want in (("gru.in.w", shipped), ("prior.video", shipped), ("prior.web", own), ("head.w", own)):
            np.testing.assert_array_equal(got[name], want[name], name)

    def test_another_shape(self):
        with self.assertRaisesRegex(ValueError, "another shape"):
            folds.whole({}, {**network.CONFIG, "dec": [1, 2, 3]})


def photographs(n):
    """Made-up photographs with gaze."""
    rng = np.random.default_rng(n)
    return [data.Item(f"i{i}", "osie", rng.integers(0, 255, (96, 96 + 32 * (i % 2), 3), np.uint8), rng.random((9, 2), np.float32), 8.0) for i in range(n)]


class Run(test_finetune.MadeUp):
    """A few batches over made-up data, with a program that only says what it is asked."""

    FLAGS = "--viewports 1 --steps 3 --batch 2 --freeze 9"

    def program(self, command, **_):
        """Stands for git, go and saccade: figures are 1 of the start and 1.5 of a fold's network, 0 for what it has seen."""
        self.commands.append(command)
        if command[0] == "go":
            with open(command[command.index("-overlay") + 1]) as f:
                self.assertEqual(list(json.load(f)["Replace"]), [folds.WEIGHTS])
            open(command[command.index("-o") + 1], "w").close()
        if command[1] == "eval":
            with open(command[command.index("--per-image") + 1], "w") as f:
                value = 1.0 if "/start" in command[0] else 1.5
                f.write("set,row,stimulus,NSS,CC,AUC-J,sAUC,KLD,SIM,IG\n")
                f.writelines(f"eyevis-web,{row},p{i},{value * scale},.5,,.6,,,\n" for i in range(6) for row, scale in (("saccade-1", 1), ("center prior", 9)))
        return types.SimpleNamespace(stdout=b"")

    def folds(self, flags, text):
        """What folds.main prints."""
        self.commands, out = [], io.StringIO()
        with contextlib.redirect_stdout(out), unittest.mock.patch("subprocess.run", self.program):
            folds.main(f"{self.dir.name}/judged --shared {self.dir.name} --folds 3 --start {self.start} {flags} -- {text}".split())
        return out.getvalue()

    def setUp(self):
        super().setUp()
        self.start = f"{self.dir.name}/start.safetensors"
        net = export.load_checkpoint("random", 1)
        export.write_safetensors(self.start, {k: v.astype(np.float16) for k, v in export.fold(net).items()}, {"config": json.dumps(net.config)})
        self.photos = unittest.mock.patch("data.load_photos", lambda _: (photographs(12), photographs(3)))
        self.photos.start()
        self.addCleanup(self.photos.stop)

    def test_side_by_side_is_alone(self):
        text = "--photos 0.5 --viewports 0.5 --steps 4 --batch 2 --freeze 9"
        self.folds("--only 0,2 --seeds 5", text)
        for k in (0, 2):
            with contextlib.redirect_stdout(io.StringIO()):
                finetune.main(f"--shared {self.dir.name} --start {self.start} --out {self.dir.name}/alone{k} {text} --fold {k} --folds 3 --seed 5".split())
            one, two = (torch.load(f"{self.dir.name}/{d}/final.pt") for d in (f"alone{k}", f"judged/fold{k}-seed5"))
            for name, value in one["ema"].items():
                self.assertTrue(torch.equal(value, two["ema"][name]), name)
        other = torch.load(f"{self.dir.name}/alone0/final.pt")["ema"]["head.weight"]
        self.assertFalse(torch.equal(one["ema"]["head.weight"], other))

    def test_runs_through(self):
        text = self.folds("--seeds 1,2 --share 0.5", self.FLAGS)
        self.assertIn("6 viewports left out, five people or more\n  NSS   1.000 -> 1.500  +0.500 (+0.500..+0.500)  ahead on 6 of 6 viewports, 3 of 3 sites", text)
        self.assertEqual([c[0] for c in self.commands if c[0] == "go"], ["go"] * 4)
        a, b, start = (torch.load(f"{self.dir.name}/judged/fold1-seed{s}/final.pt") for s in (1, 2, 1))
        o = folds.arguments(f"{self.dir.name}/judged --shared x --seeds 1,2 --share 0.5".split())
        want = 0.25 * (a["ema"]["head.weight"] + b["ema"]["head.weight"]) + 0.5 * start["start"]["head.weight"]
        np.testing.assert_allclose(folds.fold_network(o, "x", 1).head.weight.detach(), want, atol=1e-6)
        again = self.folds("--seeds 1,2 --share 0.5 --versus " + self.dir.name + "/judged/folds.json", self.FLAGS)
        self.assertNotIn("batches", again)
        self.assertIn("NSS   1.500 -> 1.500  +0.000", again)
        self.assertTrue(os.path.exists(f"{self.dir.name}/judged/folds.json"))


if __name__ == "__main__":
    unittest.main()
