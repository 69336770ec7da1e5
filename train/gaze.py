"""Pages and video frames with gaze as training data with a path of their own: folds, samples, priors, scores.

Unlike photographs (data.py), pages are never mirrored and have the web prior, frames have a prior of their own, and both are split by
where they come from (the site, the clip), since what comes from one place looks alike.
"""
import csv

import cv2
import numpy as np
import torch

import data
import evaluate
from pages import dataset

#: Gaze follows what happens on the screen after about this long; fixations of a frame are looked up so much later.
LAG = 0.0
#: One degree on a frame, as part of its width (the judge's protocol).
DEGREE = 0.021


class Sample:
    """One image with fixations, in the form that evaluate.quick_scores takes.

    `group` is the site or clip, `medium` the prior ("natural", "web", "video"), `points` (n,2) in 0..1, `degree` px per degree of `image`
    (uint8 RGB), `weight` how often it is drawn.
    """

    def __init__(self, name, group, medium, image, points, degree, weight=1.0):
        self.name, self.group, self.medium, self.image = name, group, medium, image
        self.points, self.degree, self.weight = points, degree, weight
        self.aspect = image.shape[1] / image.shape[0]


def read_rows(path, key):
    """Rows of a CSV file in lists by one of their columns."""
    rows = {}
    with open(path, newline="") as f:
        for row in csv.DictReader(f):
            rows.setdefault(row[key], []).append(row)
    return rows


def site(name):
    """The site of a viewport: numbers at the end count visits (hawking1 and hawking2 are one)."""
    return name.rstrip("0123456789")


def load_viewports(shared, least=5):
    """Viewports of real pages with gaze of at least `least` people, drawn the more often the more people saw them."""
    directory, out = f"{shared}/data/attention/eyevis-web", []
    fixations = read_rows(f"{directory}/fixations.csv", "stimulus")
    for name, (row,) in sorted(read_rows(f"{directory}/stimuli.csv", "stimulus").items()):
        if int(row["observers"]) < least:
            continue
        image = cv2.imread(f"{directory}/stimuli/{name}.jpg")
        if image is None:
            raise ValueError(f"{directory}/stimuli/{name}.jpg is missing or no JPEG")
        points = np.array([(float(f["x"]), float(f["y"])) for f in fixations[name]], np.float32)
        degree = float(row["px_per_degree"]) * image.shape[1] / float(row["width"])
        out.append(Sample(name, site(row["site"]), "web", np.ascontiguousarray(image[..., ::-1]), points, degree, float(row["observers"])))
    return out


def load_frames(shared, every=0.5, least=3, lag=LAG):
    """Frames of clips with gaze, one each `every` seconds, with the fixations that last `lag` seconds later.

    Frames with fewer than `least` fixations are left out, and fixations beside the screen.
    """
    directory, out = f"{shared}/data/video-gaze/hevc33", []
    fixations = read_rows(f"{directory}/fixations.csv", "video")
    for clip in sorted(read_rows(f"{directory}/videos.csv", "video")):
        rows = np.array([[float(f[k]) for k in ("onset_ms", "duration_ms", "x", "y")] for f in fixations[clip]])
        rows = rows[((rows[:, 2:] >= 0) & (rows[:, 2:] < 1)).all(1)]
        for time, image in frames(f"{directory}/videos/{clip}", every):
            t = 1000 * (time + lag)
            points = rows[(rows[:, 0] <= t) & (t < rows[:, 0] + rows[:, 1]), 2:].astype(np.float32)
            if len(points) >= least:
                out.append(Sample(f"{clip}@{time:.2f}", clip, "video", image, points, DEGREE * image.shape[1]))
    return out


def frames(path, every):
    """Yields (seconds, uint8 RGB) of a video, one frame each `every` seconds."""
    video = cv2.VideoCapture(path)
    rate = video.get(cv2.CAP_PROP_FPS)
    if not video.isOpened() or rate <= 0:
        raise ValueError(f"{path} is missing or no video that OpenCV reads")
    step, n = max(1, round(every * rate)), 0
    while video.grab():
        if n % step == 0:
            good, image = video.retrieve()
            if good:
                yield n / rate, np.ascontiguousarray(image[..., ::-1])
        n += 1
    video.release()


def folds(samples, n, seed=1):
    """Deals the groups (sites or clips) of samples into n folds of about as many samples; returns a list of sets of groups.

    Raises ValueError where there are fewer groups than folds.
    """
    counts = {}
    for s in samples:
        counts[s.group] = counts.get(s.group, 0) + 1
    groups = sorted(counts)
    if len(groups) < n:
        raise ValueError(f"{len(groups)} sites or clips ({', '.join(groups)}) cannot be split into {n} folds: ask for fewer")
    np.random.default_rng(seed).shuffle(groups)
    out = [set() for _ in range(n)]
    for g in sorted(groups, key=lambda g: -counts[g]):
        min(out, key=lambda fold: (sum(counts[x] for x in fold), len(fold))).add(g)
    return out


def split(samples, n, k, seed=1):
    """Training part and held-out part of fold k of n."""
    held = folds(samples, n, seed)[k]
    return [s for s in samples if s.group not in held], [s for s in samples if s.group in held]


def prior_logits(samples, rows=12, cols=16, power=1.0):
    """Logits (rows, cols) of where people look whatever there is to see: `power` times the log of the mean density, at most 0.

    Every group counts the same.
    """
    by_group = {}
    for s in samples:
        hist = np.zeros((96, 128), np.float32)
        x, y = (s.points.T * [[128], [96]]).astype(int)
        np.add.at(hist, (y.clip(0, 95), x.clip(0, 127)), 1 / len(x))
        by_group.setdefault(s.group, []).append(hist)
    total = np.mean([np.mean(v, 0) for v in by_group.values()], 0)
    grid = cv2.resize(cv2.GaussianBlur(total, (0, 0), 5), (cols, rows), interpolation=cv2.INTER_AREA)
    logits = power * np.log(grid / grid.sum() + 1e-4)
    return (logits - logits.max()).astype(np.float32)


class Source:
    """Draws batches of samples of one medium."""

    def __init__(self, samples, seed, sizes):
        self.samples, self.sizes, self.rng = samples, sizes, np.random.default_rng(seed)
        weight = np.array([s.weight for s in samples], np.float64)
        groups = [s.group for s in samples]
        weight /= [groups.count(g) ** 0.5 for g in groups]     # a site or clip with many samples is not to rule
        self.p = weight / weight.sum()

    def batch(self, n, strength):
        """Returns a dict of image (n,3,H,W), q and fix (n,H/4,W/4) summing to 1, win (n,4), flip (n,), as data.Batches does."""
        size = self.sizes[self.rng.integers(len(self.sizes))]
        parts = [self.part(self.samples[i], size, strength) for i in self.rng.choice(len(self.samples), n, p=self.p)]
        return {k: torch.stack([p[k] for p in parts]) for k in parts[0]}

    def part(self, s, size, strength):
        """One sample with augmentation."""
        rng, (h, w) = self.rng, (size[1] // 4, size[0] // 4)
        for _ in range(8):
            win = dataset.crop(s.aspect, size[0] / size[1], rng, strength)
            p = (s.points - win[:2]) / [win[2] - win[0], win[3] - win[1]]
            p = p[((p >= 0) & (p < 1)).all(1)]
            if len(p) >= max(1, 0.25 * len(s.points)):
                break
        else:
            win, p = (0.0, 0.0, 1.0, 1.0), s.points.clip(0, 1 - 1e-6)
        flip = s.medium != "web" and rng.random() < 0.5
        image = dataset.compressed(dataset.resized(s.image, win, size), rng, strength)
        x = torch.from_numpy(image).permute(2, 0, 1).float().div_(255)
        x = dataset.jittered(x, rng, strength) if strength else x
        fix = np.zeros((h, w), np.float32)
        np.add.at(fix, ((p[:, 1] * h).astype(int), (p[:, 0] * w).astype(int)), 1)
        sigma = s.degree / (s.image.shape[1] * (win[2] - win[0])) * w
        q = cv2.GaussianBlur(fix, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        q, fix = (torch.from_numpy(m / m.sum()) for m in (q + 1e-12, fix))
        x, q, fix = (t.flip(-1) if flip else t for t in (x, q, fix))
        return dict(image=x, q=q, fix=fix, win=torch.tensor(win, dtype=torch.float32), flip=torch.tensor(flip))


def scores(net, samples, area):
    """Mean (NSS, CC) of each group, {group: array}, with the prior of the samples' medium."""
    rows = {}
    for s in samples:
        rows.setdefault(s.group, []).append(evaluate.quick_scores(evaluate.predict(net, s.image, area, s.medium), s))
    return {g: np.mean(v, 0) for g, v in rows.items()}


def paired(before, after, rounds=5000, seed=1):
    """Mean difference of (NSS, CC) between two results of scores() and its 95 % bootstrap over groups: three arrays of two."""
    d = np.array([after[g] - before[g] for g in sorted(before)])
    means = d[np.random.default_rng(seed).integers(len(d), size=(rounds, len(d)))].mean(1)
    return d.mean(0), *np.percentile(means, (2.5, 97.5), axis=0)
