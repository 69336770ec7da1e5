"""python3 -m unittest: the folded network equals the trained one; safetensors come back as they went."""
import os
import tempfile
import unittest

import numpy as np
import torch

import export
import net as network
import soup
import unfold


class Contract(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)
        self.net = export.load_checkpoint("random", 3)
        self.folded = export.Folded(export.fold(self.net), self.net.config)
        self.image = export.picture(96, 64, 2)
        x = torch.from_numpy(self.image.astype(np.float32) / 255).permute(2, 0, 1)
        mean, std = (torch.tensor(self.net.config[k])[:, None, None] for k in ("mean", "std"))
        self.x = ((x - mean) / std)[None]

    def test_image_mode(self):
        with torch.no_grad():
            want = self.net(self.x, "none")[0, 0].numpy()
            web = network.density(self.net(self.x, "web"))[0, 0].numpy()
        got, _ = self.folded.run(self.image)
        np.testing.assert_allclose(got, want, atol=2e-4 * np.abs(want).max())
        np.testing.assert_allclose(self.folded.density(got, "web"), web, atol=1e-5)

    def test_video_mode(self):
        h, g = None, None
        for _ in range(3):
            with torch.no_grad():
                want, h = self.net.step(self.x, h, "none")
            got, g = self.folded.run(self.image, g, True)
        np.testing.assert_allclose(got, want[0, 0].numpy(), atol=2e-4 * float(want.abs().max()))
        np.testing.assert_allclose(g.numpy(), h.numpy(), atol=1e-4)

    def test_unfolded_does_the_same(self):
        net = unfold.load(export.fold(self.net), self.net.config)
        generator = torch.Generator().manual_seed(5)
        unfold.unfold(net, [torch.randn(2, 3, 64, 96, generator=generator) for _ in range(3)])
        with torch.no_grad():
            for medium in ("none", "web"):
                want = self.net(self.x, medium)
                torch.testing.assert_close(net(self.x, medium), want, atol=2e-4 * float(want.abs().max()), rtol=0)
            want, h = self.net.step(self.x, None, "none")
            got, g = net.step(self.x, None, "none")
        torch.testing.assert_close(g, h, atol=1e-4, rtol=0)
        changed = (net.stem.conv.weight - self.net.stem.conv.weight).abs().max()
        self.assertGreater(float(changed), 1e-3)  # not merely copied

    def test_soup(self):
        other = export.load_checkpoint("random", 4).state_dict()
        first = self.net.state_dict()
        half = soup.average(first, other, 0.25)
        torch.testing.assert_close(half["stem.conv.weight"], 0.75 * first["stem.conv.weight"] + 0.25 * other["stem.conv.weight"])
        self.assertEqual(set(half), set(first))
        network.Saccade().load_state_dict(half)

    def test_safetensors_roundtrip(self):
        tensors = {"a": np.arange(6, dtype=np.float16).reshape(2, 3), "b.w": np.ones((1, 2, 3), np.float32), "c": np.arange(5, dtype=np.uint8)}
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "x.safetensors")
            export.write_safetensors(path, tensors, {"config": "{}"})
            back, metadata = export.read_safetensors(path)
        self.assertEqual(metadata["config"], "{}")
        for k, v in tensors.items():
            self.assertEqual(back[k].dtype, v.dtype)
            np.testing.assert_array_equal(back[k], v)

    def test_budget(self):
        parameters, mmac = network.count(network.Saccade())
        self.assertLess(parameters, 1.5e6)
        self.assertLess(mmac, 250)


if __name__ == "__main__":
    unittest.main()
