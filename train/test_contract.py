"""python3 -m unittest: the folded network equals the trained one; safetensors come back as they went."""
import os
import tempfile
import unittest

import numpy as np
import torch

import data
import export
import net as network
import soup
import unfold


class Contract(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)
        self.net = export.load_checkpoint("random", 3)
        self.folded = export.Folded(export.fold(self.net), self.net.config)
        self.image = export.synthetic_image(96, 64, 2)
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

    def test_widened(self):
        self.assertEqual(network.widened(network.CONFIG, 1), network.CONFIG)
        wide = network.Saccade(network.widened(network.CONFIG, 1.75), drop=0.5).train()
        parameters, _ = network.count(wide, 64, 96)
        self.assertGreater(parameters, 1.5e6)
        self.assertEqual(wide(torch.zeros(2, 3, 64, 96)).shape, (2, 1, 16, 24))

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


class Windows(unittest.TestCase):
    """What a batch shows must be what lies in the window, mirrored or not."""

    def setUp(self):
        rng = np.random.default_rng(3)
        image = rng.integers(0, 256, (96, 128, 3), dtype=np.uint8)
        points = np.array([[0.3, 0.4], [0.3, 0.4], [0.7, 0.9], [0.05, 0.5]], np.float32)
        small = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)  # is padded to the size of the other one
        self.photos = [data.Item("a", "osie", image, points, 4.0), data.Item("b", "osie", small, points[:1], 4.0)]
        self.pages = [data.Item("c", "page", image, target=np.eye(24, 32, dtype=np.float32))]

    def take(self, items, win, flip, size=(64, 96), zoom=1.0):
        n = len(items)
        return data.Pool(items, "cpu").take(torch.arange(n), torch.tensor([win] * n), torch.tensor([flip] * n), size, zoom)

    def test_whole_image(self):
        for flip in (False, True):
            image, _, _ = self.take(self.photos, (0.0, 0.0, 1.0, 1.0), flip)
            want = self.photos[1].image[:, ::-1] if flip else self.photos[1].image
            np.testing.assert_allclose(image[1].permute(1, 2, 0).numpy() * 255, want, atol=0.01)

    def test_fixations(self):
        _, q, fix = self.take(self.photos, (0.2, 0.0, 1.0, 0.8), False)
        self.assertEqual(float(fix[0].sum()), 2)  # the others lie outside
        y, x = np.unravel_index(int(fix[0].argmax()), fix[0].shape)
        self.assertEqual((y, x), (8, 3))          # 0.4 / 0.8 of 16 rows, 0.1 / 0.8 of 24 columns
        self.assertEqual(int(q[0].argmax()), 8 * 24 + 3)
        _, _, mirrored = self.take(self.photos, (0.2, 0.0, 1.0, 0.8), True)
        self.assertEqual(float(mirrored[0, 8, 23 - 3] + mirrored[0, 8, 24 - 3]), 2)

    def test_page(self):
        image, q, _ = self.take(self.pages, (0.0, 0.0, 0.5, 0.5), False, (64, 128), 1.5)
        self.assertEqual(image.shape, (1, 3, 96, 192))
        self.assertEqual(q.shape, (1, 16, 32))
        self.assertEqual(int(q[0, 4].argmax()), 6)  # the diagonal: row 3 of 12, column 3 of 16

    def test_batch(self):
        source = data.Batches(self.photos, self.pages, seed=1, size=6, page_share=0.5)
        for phase in ("small", "full"):
            b = source.batch(1.0, phase)
            for key in ("q", "fix"):
                np.testing.assert_allclose(b[key].sum((1, 2)).numpy(), 1, atol=1e-4)
            self.assertEqual(tuple(4 * n for n in b["q"].shape[1:]), tuple(b["image"].shape[2:]))
            self.assertTrue(0 <= float(b["image"].min()) and float(b["image"].max()) <= 1)


if __name__ == "__main__":
    unittest.main()
