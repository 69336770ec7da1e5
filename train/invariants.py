"""Checks of the recurrent branch that need no gaze: invariants.py CHECKPOINT.pt --shared SHARED --pages MAPS

On validation images and kept-back pages at 384x224: how close video mode stays to image mode on an image, after a
cut and while scrolling, and how much of the density goes to an object that starts to move. CC is between video and image mode.
"""
import argparse

import cv2
import numpy as np
import torch

import data
import evaluate
import export
import motion

WIDTH, HEIGHT = 384, 224


@torch.no_grad()
def both(net, frames):
    """Video-mode and image-mode densities (T, h, w) of frames (T, H, W, 3)."""
    h, video, image = None, [], []
    for frame in frames:
        x = evaluate.to_input(frame[None], net.config)
        logits, h = net.step(x, h)
        video.append(evaluate.density(logits)[0, 0].numpy())
        image.append(evaluate.density(net(x))[0, 0].numpy())
    return np.array(video), np.array(image)


def cc(a, b):
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def full(item):
    return data.stretch(item.image, WIDTH, HEIGHT)


def check_static(net, item):
    v, i = both(net, [full(item)] * 12)
    return {"static, frame 1": cc(v[0], i[0]), "static, frame 4": cc(v[3], i[3]), "static, frame 12": cc(v[11], i[11]),
            "static, frame 12, largest density / image mode": float(v[11].max() / i[11].max())}


def check_cut(net, one, two):
    v, i = both(net, [full(one)] * 6 + [full(two)] * 6)
    return {"cut, first frame": cc(v[6], i[6]), "cut, third frame": cc(v[8], i[8]), "cut, sixth frame": cc(v[11], i[11])}


def check_scroll(net, item):
    windows = [(0.1, 0.04 * t, 0.7, 0.04 * t + 0.6) for t in range(10)]
    v, i = both(net, [motion.crop(item.image, w, WIDTH, HEIGHT) for w in windows])
    return {"scrolling": np.mean([cc(a, b) for a, b in zip(v[2:], i[2:])])}


def check_object(net, item, rng):
    """Share of the density within 40 pixels of a disc that starts to move in frame 6 of 12."""
    back, radius = full(item), 14
    mask = np.zeros((2 * radius + 1,) * 2, np.float32)
    cv2.circle(mask, (radius, radius), radius, 1.0, -1)
    patch = np.zeros(mask.shape + (3,), np.float32) + rng.uniform(0, 255, 3)
    x, y = rng.uniform(60, WIDTH - 160), rng.uniform(50, HEIGHT - 50)
    frames, near = [], []
    yy, xx = np.mgrid[0:HEIGHT // 4, 0:WIDTH // 4] * 4 + 2
    for t in range(12):
        px = x + 10 * max(0, t - 4)
        frames.append(motion.paste(back, patch, mask[:, :, None], int(px - radius), int(y - radius)))
        near.append((xx - px) ** 2 + (yy - y) ** 2 < 40 ** 2)
    v, i = both(net, frames)
    share = [(float(v[t][near[t]].sum()), float(i[t][near[t]].sum())) for t in range(12)]
    return {"object at rest, share in video mode": share[4][0], "object at rest, share in image mode": share[4][1],
            "object, first moving frame, video": share[5][0], "object moving, share in video mode": np.mean([s[0] for s in share[6:]]),
            "object moving, share in image mode": np.mean([s[1] for s in share[6:]])}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("--shared", required=True)
    ap.add_argument("--pages", required=True)
    ap.add_argument("--count", type=int, default=12)
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    net = export.load_checkpoint(o.checkpoint).to(memory_format=torch.channels_last)
    val = [x for name in data.SETS for x in data.inner_split(data.load_set(o.shared, name))[1]]
    pages = data.load_pages(o.shared, o.pages)[1]
    rng = np.random.default_rng(1)
    items = [(val if k % 2 else pages)[i] for k in range(o.count) for i in [int(rng.integers(40))]]
    rows = {}
    for k, item in enumerate(items):
        other = items[(k + 1) % len(items)]
        for part in (check_static(net, item), check_cut(net, item, other), check_scroll(net, item), check_object(net, item, rng)):
            for name, value in part.items():
                rows.setdefault(name, []).append(value)
    for name, values in rows.items():
        print("%-48s mean %.3f  lowest %.3f  highest %.3f" % (name, np.mean(values), min(values), max(values)))


if __name__ == "__main__":
    main()
