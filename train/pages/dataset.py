"""Pages of our own making as training samples: images and the maps of what lies where."""
import glob
import os

import cv2
import numpy as np
import torch

import data

from . import labels

#: Every so many-th page of a directory is for validation.
HELD_OUT = 10


class Pages(torch.utils.data.Dataset):
    """The pages of a directory that generate.py filled.

    Item i is (image, maps): float32 (3, H, W) in 0..1 and float32 (6, H/4, W/4), the share of each cell that each of
    labels.CLASSES covers, or labels.UNKNOWN where nobody knows. `size` is (W, H), in multiples of 32. In training a sample is
    a crop with other colors, blur, noise and traces of JPEG, the stronger `strength` (0 turns it off); call `epoch(n)` before
    each pass to draw other ones. Pages are never mirrored, since no page is written that way. With `photographs` (uint8 RGB
    arrays), half of the images of a page that hold nothing else show one of these; what is in it is unknown.
    Held-out pages come whole (the part that has the aspect of `size`) and unchanged.

    Raises ValueError where the directory holds no pages, and on a file that is none.
    """

    def __init__(self, directory, size=(384, 224), *, held_out=False, strength=1.0, seed=1, photographs=()):
        self.names = [os.path.basename(p)[: -len(".json")] for p in sorted(glob.glob(f"{directory}/*-*-*.json"))]
        self.names = [name for name in self.names if (int(name.rsplit("-", 1)[1]) % HELD_OUT == 0) == held_out]
        if not self.names:
            raise ValueError(f"{directory} holds no pages: make some by python3 -m pages --out {directory}")
        if size[0] % 32 or size[1] % 32:
            raise ValueError(f"size {size}: want multiples of 32")
        self.directory, self.size, self.held_out, self.strength = directory, size, held_out, 0.0 if held_out else strength
        self.seed, self.turn, self.photographs = seed, 0, photographs

    def __len__(self):
        return len(self.names)

    def epoch(self, n):
        """Chooses the augmentation of pass n; the same seed and n make the same samples."""
        self.turn = n

    def __getitem__(self, i):
        return self.sample(i, self.size, np.random.default_rng([self.seed, self.turn, i]))

    def sample(self, i, size, rng):
        """Returns page i as (image, maps) at a size (W, H), with augmentation drawn from rng."""
        path = f"{self.directory}/{self.names[i]}"
        page = labels.read(path + ".json")
        image = cv2.imread(path + ".png")
        if image is None:
            raise ValueError(f"{path}.png is missing or no PNG: delete {path}.json and make the page again")
        image, pasted = paste(image[..., ::-1], page, self.photographs, rng) if len(self.photographs) else (image[..., ::-1], [])
        window = crop(page["width"] / page["height"], size[0] / size[1], rng, self.strength)
        target = labels.maps(page, size[1] // 4, size[0] // 4, window)
        for box in pasted:
            forget(target, labels.cells(page, box, size[1] // 4, size[0] // 4, window))
        image = compressed(resized(image, window, size), rng, self.strength)
        x = torch.from_numpy(image).permute(2, 0, 1).float().div_(255)
        return (jittered(x, rng, self.strength) if self.strength else x), torch.from_numpy(target)

    def batch(self, index, size, rng):
        """Returns some pages at one size (W, H), stacked."""
        images, maps = zip(*(self.sample(i, size, rng) for i in index))
        return torch.stack(images), torch.stack(maps)


def crop(own, aspect, rng, strength):
    """Returns a window (x0, y0, x1, y1 in 0..1) of a page whose aspect is `own`, to be stretched to `aspect`.

    The stretch is at most 15 %. With strength 0 it is the largest window of exactly that aspect, at the top (for a tall page) or
    in the middle. Else it is smaller, down to half of the page's sides, and lies anywhere.
    """
    if strength:
        aspect = aspect * np.exp(np.clip(rng.normal() * 0.08 * strength, -0.14, 0.14))
    w, h = min(1.0, aspect / own), min(1.0, own / aspect)
    if not strength:
        return (1 - w) / 2, 0.0, (1 + w) / 2, h
    scale = 1 - 0.5 * strength * rng.random() ** 2
    w, h = w * scale, h * scale
    x, y = rng.random() * (1 - w), rng.random() * (1 - h)
    return x, y, x + w, y + h


def resized(image, window, size):
    """Returns the part of an image in a window, at a size (W, H)."""
    h, w = image.shape[:2]
    x0, y0, x1, y1 = window
    part = image[round(y0 * h) : max(round(y1 * h), round(y0 * h) + 1), round(x0 * w) : max(round(x1 * w), round(x0 * w) + 1)]
    return data.stretch(np.ascontiguousarray(part), *size)


def compressed(image, rng, strength):
    """Returns the image after JPEG of some quality, in a third of the cases."""
    if rng.random() > 0.33 * strength:
        return image
    _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
    return cv2.imdecode(code, cv2.IMREAD_COLOR)


def jittered(x, rng, strength):
    """Returns data.jitter of one image, drawn from rng instead of torch's own state."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**31)))
        return data.jitter(x[None], strength)[0]


def paste(image, page, photographs, rng):
    """Returns a copy of the image with photographs in half of the free images, and the boxes of these."""
    image, pasted = image.copy(), []
    for box in page["boxes"]:
        if free(box, page) and rng.random() < 0.5:
            x, y, w, h = (int(v) for v in box["box"])
            photograph = photographs[int(rng.integers(len(photographs)))]
            window = crop(photograph.shape[1] / photograph.shape[0], w / h, rng, 0.0)
            image[y : y + h, x : x + w] = resized(photograph, window, (w, h))
            pasted.append(box)
    return image, pasted


def free(box, page):
    """Reports whether a box is a large uncovered image without words, buttons or fields over it (faces are part of it)."""
    x, y, w, h = box["box"]
    if box["class"] != "image" or w < 60 or h < 60 or box["visible"] < 1:
        return False

    def apart(other):
        a, b, c, d = other["box"]
        return a >= x + w or a + c <= x or b >= y + h or b + d <= y

    return all(other is box or other["class"] == "face" or apart(other) for other in page["boxes"])


def forget(target, corners):
    """Marks all classes but the image as unknown in the cells that a box touches."""
    h, w = target.shape[1:]
    x0, x1 = (int(np.clip(v, 0, w)) for v in (np.floor(corners[0]), np.ceil(corners[2])))
    y0, y1 = (int(np.clip(v, 0, h)) for v in (np.floor(corners[1]), np.ceil(corners[3])))
    for k, name in enumerate(labels.CLASSES):
        if name != "image":
            target[k, y0:y1, x0:x1] = labels.UNKNOWN
