"""Stimuli, fixations and web pages: loading, the inner split, augmentation, batches.

Images are uint8 RGB (H, W, 3). Fixations are (n, 2) floats, x and y in 0..1 of the image.
A training sample is a window of the image, stretched to the batch's size; its targets live on the stride-4 grid.
"""
import csv
import os

import cv2
import numpy as np

from pages import page_files

SETS = ("osie", "crowd", "scene")
SQUARE = 1.15          # images with a smaller aspect ratio than this go into the square batches
MAX_SIDE = 512


class Item:
    """One picture. `points` is None for pages, which have a teacher's `target` map instead."""

    def __init__(self, name, group, image, points=None, degree=0.0, target=None):
        self.name, self.group, self.image = name, group, image
        self.points, self.degree, self.target = points, degree, target
        self.aspect = image.shape[1] / image.shape[0]


def read_image(path):
    """RGB image with at most MAX_SIDE pixels on its longer side."""
    image = cv2.imread(path)[..., ::-1]
    k = MAX_SIDE / max(image.shape[:2])
    if k < 1:
        size = (round(image.shape[1] * k), round(image.shape[0] * k))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(image)


def load_set(shared, name):
    """All items of one fixation set, sorted by name; `degree` is px per degree of the stored JPEG."""
    folder, points, items = f"{shared}/data/attention/{name}", {}, []
    with open(f"{folder}/fixations.csv", newline="") as f:
        for row in csv.DictReader(f):
            points.setdefault(row["stimulus"], []).append((float(row["x"]), float(row["y"])))
    with open(f"{folder}/stimuli.csv", newline="") as f:
        rows = sorted(csv.DictReader(f), key=lambda r: r["stimulus"])
    for row in rows:
        key = row["stimulus"]
        image = read_image(f"{folder}/stimuli/{key}.jpg")
        items.append(Item(key, name, image, np.array(points[key], np.float32), float(row["px_per_degree"])))
    return items


def inner_split(items):
    """Training part and inner validation part (every tenth by name)."""
    return [x for i, x in enumerate(items) if i % 10], [x for i, x in enumerate(items) if i % 10 == 0]


def load_photos(shared):
    """Training photographs and the inner validation photographs of all sets."""
    train, val = [], []
    for name in SETS:
        a, b = inner_split(load_set(shared, name))
        train += a
        val += b
    return train, val


def load_pages(shared, maps):
    """Training pages and kept-back pages (every tenth) whose teacher map exists in the folder `maps`."""
    items = []
    for name, path in page_files(shared):
        if os.path.exists(f"{maps}/{name}.npy"):
            items.append(Item(name, "page", read_image(path), target=np.load(f"{maps}/{name}.npy")))
    return inner_split(items)


def mean_density(items, rows=12, cols=16):
    """Mean fixation density of items on a coarse grid, mirrored half of the time: the start of the natural prior."""
    total = np.zeros((96, 128), np.float32)
    for item in items:
        x, y = (item.points.T * [[128], [96]]).astype(int)
        h = np.zeros_like(total)
        np.add.at(h, (y.clip(0, 95), x.clip(0, 127)), 1)
        total += h / h.sum()
    total = cv2.GaussianBlur(total + total[:, ::-1], (0, 0), 5)
    grid = cv2.resize(total, (cols, rows), interpolation=cv2.INTER_AREA)
    return grid / grid.sum()


def web_prior(rows=12, cols=16):
    """Logits of the prior for web pages. An assumption, nothing measured: a wide hump up and left of the centre."""
    y, x = np.mgrid[0.5 / rows:1:1 / rows, 0.5 / cols:1:1 / cols]
    hump = np.exp(-0.5 * (((x - 0.45) / 0.28) ** 2 + ((y - 0.40) / 0.28) ** 2))
    return (0.4 * np.log(hump + 0.03)).astype(np.float32)


def window(item, aspect, rng, strength):
    """A crop (x0, y0, x1, y1 in 0..1) whose aspect is between the image's own and `aspect`."""
    if rng.random() > 0.6 * strength + (0.25 if abs(np.log(item.aspect / aspect)) > 0.2 else 0):
        return 0.0, 0.0, 1.0, 1.0
    scale = 1 - rng.random() * 0.4
    mix = rng.random()
    ratio = np.exp((1 - mix) * np.log(item.aspect) + mix * np.log(aspect) + rng.normal() * 0.08 * strength)
    w = min(1.0, ratio / item.aspect) * scale
    h = min(1.0, item.aspect / ratio) * scale
    x0, y0 = rng.random() * (1 - w), rng.random() * (1 - h)
    return x0, y0, x0 + w, y0 + h


def targets(item, win, width, height, flip):
    """Density (height, width) and fixation counts of the same shape (None for pages) in a window."""
    x0, y0, x1, y1 = win
    if item.points is None:
        th, tw = item.target.shape
        part = item.target[int(y0 * th):max(int(y1 * th), 1), int(x0 * tw):max(int(x1 * tw), 1)]
        q = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
        return (q[:, ::-1] if flip else q), None
    p = (item.points - [x0, y0]) / [x1 - x0, y1 - y0]
    p = p[(p >= 0).all(1) & (p < 1).all(1)]
    if flip:
        p[:, 0] = 1 - p[:, 0]
    hist = np.zeros((height, width), np.float32)
    np.add.at(hist, ((p[:, 1] * height).astype(int).clip(0, height - 1), (p[:, 0] * width).astype(int).clip(0, width - 1)), 1)
    sx = item.degree * width / (item.image.shape[1] * (x1 - x0))
    sy = item.degree * height / (item.image.shape[0] * (y1 - y0))
    kernel = [2 * int(3.5 * s + 0.5) + 1 for s in (sx, sy)]
    return cv2.GaussianBlur(hist, kernel, sx, sigmaY=sy, borderType=cv2.BORDER_CONSTANT), hist


def jitter(image, rng, strength):
    """Colour, gamma, blur and noise jitter of a uint8 image."""
    if rng.random() > 0.7 * strength:
        return image
    x = image.astype(np.float32)
    grey = x.mean(2, keepdims=True)
    x = grey + (x - grey) * (1 + rng.uniform(-0.5, 0.4))
    if rng.random() < 0.08:
        x = np.repeat(grey, 3, 2)
    x = x * (1 + rng.uniform(-0.12, 0.12, 3)) * (1 + rng.uniform(-0.25, 0.25))
    mean = x.mean()
    x = (mean + (x - mean) * (1 + rng.uniform(-0.25, 0.25))).clip(0, 255)
    if rng.random() < 0.15:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.15:
        x = x + rng.normal(0, rng.uniform(2, 8), x.shape)
    return x.clip(0, 255).astype(np.uint8)


def sample(item, width, height, rng, strength=1.0):
    """One augmented sample: clean image, jittered image (uint8, height x width), density, counts, window, flip."""
    flip = item.points is not None and rng.random() < 0.5
    for _ in range(8):
        win = window(item, width / height, rng, strength)
        q, hist = targets(item, win, width // 4, height // 4, flip)
        if hist is None or hist.sum() >= 0.25 * len(item.points):
            break
    else:
        win = (0.0, 0.0, 1.0, 1.0)
        q, hist = targets(item, win, width // 4, height // 4, flip)
    ih, iw = item.image.shape[:2]
    part = item.image[int(win[1] * ih):max(int(win[3] * ih), 1), int(win[0] * iw):max(int(win[2] * iw), 1)]
    shrink = width * height < part.shape[0] * part.shape[1]
    clean = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
    clean = clean[:, ::-1] if flip else clean
    return clean, jitter(clean, rng, strength), q, hist, win, flip


class Batches:
    """Draws random batches: mostly photographs, some pages, all of one size.

    A batch is a dict of arrays: clean, image (N,H,W,3 uint8), q (N,H/4,W/4) density summing to 1, fix (the same shape,
    fixation weights summing to 1), web (N bool), win (N,4), flip (N bool).
    """

    SIZES = {"small": ((288, 224), (288, 224), (320, 224), (288, 192), (320, 256)),
             "full": ((416, 320), (416, 320), (384, 288), (448, 320), (384, 256), (384, 224)),
             "large": ((512, 384), (512, 384), (480, 352), (416, 320), (384, 224))}
    SQUARES = {"small": (256, 256), "full": (352, 352), "large": (416, 416)}

    def __init__(self, photos, pages, seed, size=16, page_share=0.25):
        self.rng = np.random.default_rng(seed)
        self.square = [x for x in photos if x.aspect < SQUARE]
        self.wide = [x for x in photos if x.aspect >= SQUARE]
        self.photos, self.pages, self.size, self.page_share = photos, pages, size, page_share
        self.queues = {}
        self.square_share = len(self.square) / len(photos)

    def draw(self, key, pool):
        """The next item of a shuffled queue over `pool`."""
        queue = self.queues.setdefault(key, [])
        if not queue:
            queue.extend(self.rng.permutation(len(pool)))
        return pool[queue.pop()]

    def batch(self, strength, phase="full"):
        """One batch; `phase` chooses the list of sizes."""
        rng, sizes = self.rng, self.SIZES[phase]
        square = rng.random() < self.square_share
        width, height = self.SQUARES[phase] if square else sizes[rng.integers(len(sizes))]
        n_pages = rng.binomial(self.size, self.page_share) if self.pages else 0
        rows = []
        for i in range(self.size):
            if i < n_pages:
                item = self.draw("page", self.pages)
            else:
                item = self.draw("square", self.square) if square else self.draw("wide", self.wide)
            rows.append((item,) + sample(item, width, height, rng, strength))
        q = np.stack([r[3] for r in rows]) + 1e-12
        q /= q.sum((1, 2), keepdims=True)
        fix = np.stack([r[3] if r[4] is None else r[4] for r in rows])
        fix = fix / fix.sum((1, 2), keepdims=True)
        return dict(clean=np.stack([r[1] for r in rows]), image=np.stack([r[2] for r in rows]), q=q.astype(np.float32),
                    fix=fix.astype(np.float32), web=np.array([r[0].points is None for r in rows]),
                    win=np.array([r[5] for r in rows], np.float32), flip=np.array([r[6] for r in rows]))


def working_size(width, height, area):
    """Width and height, multiples of 32, of about `area` pixels with the aspect kept."""
    k = (area / (width * height)) ** 0.5
    return max(32, round(width * k / 32) * 32), max(32, round(height * k / 32) * 32)


def stretch(image, width, height):
    """The image at a working size: area averaging down, bilinear up."""
    shrink = width * height < image.shape[0] * image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
