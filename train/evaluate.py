"""Runs a network over the inner validation split and scores it.

    evaluate.py WEIGHTS --shared SHARED [--areas 49152,86016,133120,196608,276480] [--maps DIR]
    evaluate.py --bootstrap PER_IMAGE.csv ...

WEIGHTS is a checkpoint (.pt) or the shipped file (.safetensors). With --areas one line per working size (in pixels); with
--maps the densities at the first of the areas are written as DIR/<set>/<stimulus>.npy for the project's metric script,
whose --per-image files the second form turns into means with bootstrap 95 % intervals.
The quick scores printed here agree with the metric script's NSS and CC to about 0.01.
"""
import argparse
import csv
import os

import cv2
import numpy as np
import torch

import data
import export
from data import stretch, working_size
from net import density

AREA_IMAGE = 512 * 384
AREA_VIDEO = 384 * 224


def to_unit(images, device="cpu"):
    """uint8 (N,H,W,3), array or tensor -> float 0..1 (N,3,H,W), channels last in memory."""
    return torch.as_tensor(np.ascontiguousarray(images) if isinstance(images, np.ndarray) else images).to(device).permute(0, 3, 1, 2).float().div_(255)


def normalize(x, config):
    """Images in 0..1 -> the network's input, channels last in memory."""
    mean, std = (torch.tensor(config[k], device=x.device)[None, :, None, None] for k in ("mean", "std"))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def to_input(images, config, device="cpu"):
    """uint8 (N,H,W,3) -> the network's input (N,3,H,W), channels last in memory."""
    return normalize(to_unit(images, device), config)


@torch.no_grad()
def predict(net, image, area=AREA_IMAGE, medium="natural"):
    """Density (H/4, W/4) of one uint8 RGB image at the working size of about `area` pixels."""
    w, h = working_size(image.shape[1], image.shape[0], area)
    x = to_input(stretch(image, w, h)[None], net.config, next(net.parameters()).device)
    return density(net(x, medium))[0, 0].cpu().numpy()


def quick_scores(p, item):
    """NSS and CC of a density on the item's own pixel grid."""
    h, w = item.image.shape[:2]
    m = cv2.resize(p.astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    x = (item.points[:, 0] * w).astype(int).clip(0, w - 1)
    y = (item.points[:, 1] * h).astype(int).clip(0, h - 1)
    hist = np.zeros((h, w), np.float32)
    np.add.at(hist, (y, x), 1)
    k = 2 * int(4 * item.degree + 0.5) + 1
    q = cv2.GaussianBlur(hist, (k, k), item.degree, borderType=cv2.BORDER_CONSTANT)
    z = (m - m.mean()) / (m.std() + 1e-12)
    return float(z[y, x].mean()), float(np.corrcoef(m.ravel(), q.ravel())[0, 1])


def page_cc(net, pages, area, prior):
    """Mean CC between the prediction on pages and the teacher's map times the web prior."""
    out = []
    for item in pages:
        p = predict(net, item.image, area, "web")
        q = target_with_prior(cv2.resize(item.target, p.shape[::-1]), prior)
        out.append(np.corrcoef(p.ravel(), q.ravel())[0, 1])
    return float(np.mean(out)) if out else float("nan")


def target_with_prior(q, prior):
    """A raw page map (h, w) times exp(prior logits), normalized."""
    m = (q + 0.02) * np.exp(cv2.resize(prior, q.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return m / m.sum()


def table(net, items, area=AREA_IMAGE, medium="natural"):
    """{set: (mean NSS, mean CC)} over the items."""
    rows = {}
    for item in items:
        rows.setdefault(item.group, []).append(quick_scores(predict(net, item.image, area, medium), item))
    return {k: tuple(np.mean(v, 0)) for k, v in rows.items()}


def line(scores):
    """One line of text for a table."""
    return "  ".join("%s %.3f/%.3f" % (k, *v) for k, v in scores.items())


class Shipped:
    """The shipped weights behind the same call as a network in image mode."""

    def __init__(self, path):
        tensors, metadata = export.read_safetensors(path)
        self.config = export.json.loads(metadata["config"])
        self.folded = export.Folded(tensors, self.config)

    def predict(self, image, area, medium="natural"):
        w, h = working_size(image.shape[1], image.shape[0], area)
        return self.folded.density(self.folded.run(stretch(image, w, h))[0], medium)


def load(path):
    """A function (image, area, medium) -> density for a checkpoint or shipped weights."""
    if path.endswith(".safetensors"):
        return Shipped(path).predict
    net = export.load_checkpoint(path).to(memory_format=torch.channels_last)
    return lambda image, area, medium="natural": predict(net, image, area, medium)


def write_maps(model, items, area, directory):
    for item in items:
        os.makedirs(f"{directory}/{item.group}", exist_ok=True)
        np.save(f"{directory}/{item.group}/{item.name}.npy", model(item.image, area).astype(np.float32))


def bootstrap(paths, rounds=5000, seed=1):
    """Prints mean and 95 % interval of NSS and CC per file and model; the images are resampled."""
    rng = np.random.default_rng(seed)
    for path in paths:
        rows = {}
        with open(path, newline="") as f:
            for r in csv.DictReader(f):
                rows.setdefault(r["model"], []).append((float(r["NSS"]), float(r["CC"])))
        for model, v in rows.items():
            v = np.array(v)
            means = v[rng.integers(len(v), size=(rounds, len(v)))].mean(1)
            low, high = np.percentile(means, (2.5, 97.5), axis=0)
            print("%s  %s  n=%d  NSS %.3f [%.3f, %.3f]  CC %.3f [%.3f, %.3f]" % (
                os.path.basename(path), model, len(v), v[:, 0].mean(), low[0], high[0], v[:, 1].mean(), low[1], high[1]))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("weights", nargs="?")
    ap.add_argument("--shared")
    ap.add_argument("--areas", default=str(AREA_IMAGE))
    ap.add_argument("--maps")
    ap.add_argument("--every", type=int, default=1, help="only every n-th validation image")
    ap.add_argument("--bootstrap", nargs="+", metavar="CSV")
    o = ap.parse_args()
    if o.bootstrap:
        return bootstrap(o.bootstrap)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    items = [x for name in data.SETS for x in data.inner_split(data.load_set(o.shared, name))[1]][::o.every]
    model = load(o.weights)
    areas = [int(a) for a in o.areas.split(",")]
    if o.maps:
        write_maps(model, items, areas[0], o.maps)
    for area in areas:
        rows = {}
        for item in items:
            rows.setdefault(item.group, []).append(quick_scores(model(item.image, area), item))
        print("%7d px  %s" % (area, line({k: tuple(np.mean(v, 0)) for k, v in rows.items()})), flush=True)


if __name__ == "__main__":
    main()
