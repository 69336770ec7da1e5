"""Stimuli, fixations and web pages: loading, the inner split, augmentation, batches.

Images are uint8 RGB (H, W, 3). Fixations are (n, 2) floats, x and y in 0..1 of the image.
A training sample is a window of the image, stretched to the batch's size; its targets live on the stride-4 grid. All
images lie on the device that trains, which cuts, stretches and changes them a batch at a time.
"""
import csv
import os

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from teacher_maps import page_files

SETS = ("osie", "crowd", "scene")
SQUARE = 1.15          # images with a smaller aspect ratio than this go into the square batches
MAX_SIDE = 768         # only pages are as large; the photographs come with at most 512
LARGEST = 704 * 512    # no image for a network to learn from is larger


class Item:
    """One image. `points` is None for pages, which have a teacher's `target` map instead."""

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
    directory, points, items = f"{shared}/data/attention/{name}", {}, []
    with open(f"{directory}/fixations.csv", newline="") as f:
        for row in csv.DictReader(f):
            points.setdefault(row["stimulus"], []).append((float(row["x"]), float(row["y"])))
    with open(f"{directory}/stimuli.csv", newline="") as f:
        rows = sorted(csv.DictReader(f), key=lambda r: r["stimulus"])
    for row in rows:
        key = row["stimulus"]
        image = read_image(f"{directory}/stimuli/{key}.jpg")
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
    """Training pages and kept-back pages (every tenth) whose teacher map exists in the directory `maps`."""
    items = []
    for name, path in page_files(shared):
        if os.path.exists(f"{maps}/{name}.npy"):
            items.append(Item(name, "page", read_image(path), target=np.load(f"{maps}/{name}.npy").astype(np.float32)))
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
    """Logits of the prior for web pages. An assumption, nothing measured: a wide hump up and left of the center."""
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


def inside(item, win):
    """Share of the fixations that lie in a window; 1 for pages."""
    if item.points is None:
        return 1.0
    x0, y0, x1, y1 = win
    x, y = item.points.T
    return float(((x >= x0) & (x < x1) & (y >= y0) & (y < y1)).mean())


def sample_windows(source, win, flip, size, extent=None):
    """What windows show of images: source (N,C,H,W), win (N,4) in 0..1, flip (N) bool -> (N,C,*size), bilinear.

    `extent` (N,2) is the width and height in pixels that an image fills of its tensor, from the upper left; all, if None.
    """
    h, w = size
    n, _, height, width = source.shape
    u = (torch.arange(w, dtype=torch.float32, device=win.device) + 0.5) / w
    v = (torch.arange(h, dtype=torch.float32, device=win.device) + 0.5) / h
    u = torch.where(flip[:, None], 1 - u[None], u[None].expand(n, w))
    if extent is None:
        extent = win.new_tensor([[width, height]])
    x = (win[:, 0:1] + u * (win[:, 2:3] - win[:, 0:1])) * extent[:, :1]
    y = (win[:, 1:2] + v * (win[:, 3:4] - win[:, 1:2])) * extent[:, 1:]
    x, y = (torch.minimum(p.clamp_min(0.5), extent[:, i:i + 1] - 0.5) for i, p in enumerate((x, y)))
    grid = torch.stack([(2 * x / width - 1)[:, None].expand(n, h, w), (2 * y / height - 1)[:, :, None].expand(n, h, w)], 3)
    return F.grid_sample(source, grid, mode="bilinear", padding_mode="border", align_corners=False)


def blurred(hist, sx, sy):
    """Counts (N,h,w) under Gaussians of sx and sy (N) cells, up to a factor."""
    def matrix(n, s):
        i = torch.arange(n, dtype=torch.float32, device=hist.device)
        return torch.exp(-0.5 * ((i[:, None] - i[None]) / s[:, None, None]) ** 2)

    return matrix(hist.shape[1], sy) @ hist @ matrix(hist.shape[2], sx)


def jitter(x, strength):
    """Changes color, brightness, contrast, sharpness and noise of images (N,3,H,W) in 0..1, each image its own way."""
    def draw(low, high, channels=1):
        return torch.empty(len(x), channels, 1, 1, device=x.device).uniform_(low, high)

    def some(share):
        return torch.rand(len(x), 1, 1, 1, device=x.device) < share

    gray = x.mean(1, keepdim=True)
    y = torch.where(some(0.08), gray, gray + (x - gray) * draw(0.5, 1.4))
    y = y * draw(0.88, 1.12, 3) * draw(0.75, 1.25)
    mean = y.mean((1, 2, 3), keepdim=True)
    y = mean + (y - mean) * draw(0.75, 1.25)
    soft = F.avg_pool2d(F.avg_pool2d(y, 3, 1, 1, count_include_pad=False), 3, 1, 1, count_include_pad=False)
    y = torch.where(some(0.15), torch.lerp(y, soft, draw(0.2, 1)), y)
    y = torch.where(some(0.15), y + torch.randn_like(y) * draw(2 / 255, 8 / 255), y)
    return torch.where(some(0.7 * strength), y.clamp(0, 1), x)


class Pool:
    """Images on the device, padded to one size: `take` cuts windows out of them."""

    def __init__(self, items, device):
        self.items, self.device = items, device
        h, w = (max(x.image.shape[i] for x in items) for i in (0, 1))
        self.images = torch.zeros(len(items), 3, h, w, dtype=torch.uint8)
        for t, x in zip(self.images, items):
            t[:, :x.image.shape[0], :x.image.shape[1]] = torch.from_numpy(x.image).permute(2, 0, 1)
        self.images = self.images.to(device)
        self.extent = torch.tensor([x.image.shape[1::-1] for x in items], dtype=torch.float32, device=device)
        if items[0].points is None:
            side = max(max(x.target.shape) for x in items)
            self.targets = torch.zeros(len(items), 1, side, side)
            for t, x in zip(self.targets, items):
                t[0, :x.target.shape[0], :x.target.shape[1]] = torch.from_numpy(x.target)
            self.targets = self.targets.to(device)
            self.target_extent = torch.tensor([x.target.shape[::-1] for x in items], dtype=torch.float32, device=device)
        else:
            self.points = torch.full((len(items), max(len(x.points) for x in items), 2), -9.0)
            for t, x in zip(self.points, items):
                t[:len(x.points)] = torch.from_numpy(x.points)
            self.points = self.points.to(device)
            self.degree = torch.tensor([[x.degree] for x in items], device=device) / self.extent

    def take(self, index, win, flip, size, zoom):
        """Images (N,3,*size times zoom) in 0..1, densities and weights of fixations (N,h/4,w/4) of the windows."""
        source, extent = self.images[index].float().div_(255), self.extent[index]
        big = [multiple(n * zoom) for n in size]
        image = sample_windows(source, win, flip, big, extent)
        s = (win[:, 2] - win[:, 0]) * extent[:, 0] * (win[:, 3] - win[:, 1]) * extent[:, 1] > big[0] * big[1]
        if s.any():     # these shrink: twice as fine, then averaged, so that nothing aliases
            image[s] = F.avg_pool2d(sample_windows(source[s], win[s], flip[s], [2 * n for n in big], extent[s]), 2)
        h, w = (n // 4 for n in size)
        if self.items[0].points is None:
            q = sample_windows(self.targets[index], win, flip, (h, w), self.target_extent[index])[:, 0]
            return image, q, q
        side = win[:, None, 2:] - win[:, None, :2]
        p = (self.points[index] - win[:, None, :2]) / side
        valid = ((p >= 0) & (p < 1)).all(2)
        x = torch.where(flip[:, None], 1 - p[..., 0], p[..., 0]).mul(w).long().clamp(0, w - 1)
        y = p[..., 1].mul(h).long().clamp(0, h - 1)
        hist = torch.zeros(len(index), h * w, device=self.device).scatter_add_(1, y * w + x, valid.float()).view(-1, h, w)
        degree = self.degree[index] / side[:, 0]
        return image, blurred(hist, degree[:, 0] * w, degree[:, 1] * h), hist


class Batches:
    """Draws random batches: mostly photographs, some pages, all of one size (width, height).

    A batch is a dict of tensors on the device: image (N,3,H,W) in 0..1 (height x width times `zoom`, in multiples of 32),
    q (N,height/4,width/4) density summing to 1, fix (the same shape, fixation weights summing to 1), web (N bool), win (N,4),
    flip (N bool).
    """

    SIZES = {"small": ((288, 224), (288, 224), (320, 224), (288, 192), (320, 256)),
             "full": ((512, 384), (512, 384), (576, 384), (480, 352), (416, 320), (416, 320), (384, 288), (384, 224), (384, 224),
                      (704, 512))}
    SQUARES = {"small": (256, 256), "full": (416, 416)}

    def __init__(self, photos, pages, seed, size=16, page_share=0.25, zoom=1.0, device="cpu"):
        self.rng = np.random.default_rng(seed)
        self.photos, self.pages = Pool(photos, device), Pool(pages, device) if pages else None
        self.square = [i for i, x in enumerate(photos) if x.aspect < SQUARE]
        self.wide = [i for i, x in enumerate(photos) if x.aspect >= SQUARE]
        self.size, self.page_share, self.zoom, self.device, self.queues = size, page_share, zoom, device, {}

    def draw(self, key, pool):
        """The next of a shuffled queue over `pool`."""
        queue = self.queues.setdefault(key, [])
        if not queue:
            queue.extend(self.rng.permutation(len(pool)))
        return pool[queue.pop()]

    def part(self, pool, index, width, height, strength, zoom):
        """Samples of one pool."""
        wins, flips = [], []
        for i in index:
            item = pool.items[i]
            for _ in range(8):
                win = window(item, width / height, self.rng, strength)
                if inside(item, win) >= 0.25:
                    break
            else:
                win = (0.0, 0.0, 1.0, 1.0)
            wins.append(win)
            flips.append(item.points is not None and self.rng.random() < 0.5)
        win, flip = torch.tensor(wins, dtype=torch.float32, device=self.device), torch.tensor(flips, device=self.device)
        image, q, fix = pool.take(torch.tensor(index, device=self.device), win, flip, (height, width), zoom)
        web = torch.full((len(index),), pool is self.pages, device=self.device)
        return jitter(image, strength), q, fix, web, win, flip

    def batch(self, strength, phase="full"):
        """One batch; `phase` chooses the list of sizes."""
        rng, sizes = self.rng, self.SIZES[phase]
        square = rng.random() < len(self.square) / len(self.photos.items)
        width, height = self.SQUARES[phase] if square else sizes[rng.integers(len(sizes))]
        zoom = max(1, min(self.zoom, (LARGEST / (width * height)) ** 0.5))
        n = int(rng.binomial(self.size, self.page_share)) if self.pages else 0
        index = [self.draw("square", self.square) if square else self.draw("wide", self.wide) for _ in range(self.size - n)]
        parts = [self.part(self.photos, index, width, height, strength, zoom)]
        if n:
            index = [self.draw("page", range(len(self.pages.items))) for _ in range(n)]
            parts.append(self.part(self.pages, index, width, height, strength, zoom))
        image, q, fix, web, win, flip = (torch.cat(p) for p in zip(*parts))
        q, fix = q + 1e-12, fix + 1e-12
        return dict(image=image, q=q / q.sum((1, 2), keepdim=True), fix=fix / fix.sum((1, 2), keepdim=True), web=web, win=win, flip=flip)


def multiple(side):
    """The multiple of 32 next to a side."""
    return max(32, round(side / 32) * 32)


def working_size(width, height, area):
    """Width and height, multiples of 32, of about `area` pixels with the aspect kept."""
    k = (area / (width * height)) ** 0.5
    return multiple(width * k), multiple(height * k)


def stretch(image, width, height):
    """The image at a working size: area averaging down, bilinear up."""
    shrink = width * height < image.shape[0] * image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
