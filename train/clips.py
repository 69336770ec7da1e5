"""Clips with gaze as sequences, for the recurrent branch: loading, densities per frame, random windows with cuts.

A set is a directory as `saccade eval` reads it (videos.csv, fixations.csv, videos/). Frames are uint8 RGB (T,H,W,3); times are
seconds of the clip. Fixations are (n,4) floats: onset, end, x, y, positions in 0..1 of the frame. The protocol is that of
`internal/eval`: a frame's fixations are those that last at its time, blurred by 2.1 % of the width. Folds and priors: gaze.split
and gaze.prior_logits take clips as they take samples.
"""
import os

import cv2
import numpy as np

import gaze

SET = "video-gaze/hevc33"
FEWEST = 3             # simultaneous fixations that a frame is learned from


class Clip:
    """One clip. `fixations` (n,4): onset, end, x, y, those inside the frame in order of their onset; `points` their positions."""

    def __init__(self, name, path, fps, duration, fixations, observers):
        self.name, self.group, self.medium = name, name, "video"
        self.path, self.fps, self.duration, self.observers = path, fps, duration, observers
        self.fixations = fixations[np.argsort(fixations[:, 0], kind="stable")]
        self.points = self.fixations[:, 2:]

    def at(self, seconds):
        """(n,2) positions of the fixations that last at a time."""
        f = self.fixations
        return f[(f[:, 0] <= seconds) & (seconds < f[:, 1]), 2:]


def load_clips(shared, name=SET):
    """All clips of a set with fixations, sorted by name."""
    directory, out = f"{shared}/data/{name}", []
    fixations = gaze.read_rows(f"{directory}/fixations.csv", "video")
    for video, (row,) in sorted(gaze.read_rows(f"{directory}/videos.csv", "video").items()):
        f = np.array([[float(r[k]) for k in ("onset_ms", "duration_ms", "x", "y")] for r in fixations.get(video, ())]).reshape(-1, 4)
        f = f[((f[:, 2:] >= 0) & (f[:, 2:] < 1)).all(1)] / [1000, 1000, 1, 1]
        if len(f):
            f[:, 1] += f[:, 0]
            people = len({r["observer"] for r in fixations[video]})
            out.append(Clip(os.path.splitext(video)[0], f"{directory}/videos/{video}", float(row["fps"]), float(row["duration_s"]), f, people))
    return out


def density(points, height, width, sigma=gaze.DEGREE):
    """Density (height, width) of positions (n,2) in 0..1, blurred by sigma of the width; sums to 1, zeros without positions."""
    out = counts(points, height, width)
    s = sigma * width
    k = 2 * int(4 * s + 0.5) + 1
    out = cv2.GaussianBlur(out, (k, k), s, borderType=cv2.BORDER_CONSTANT)
    return out / max(float(out.sum()), 1e-12)


def counts(points, height, width):
    """Fixations per cell (height, width)."""
    out = np.zeros((height, width), np.float32)
    if len(points):
        x, y = (np.asarray(points).T * [[width], [height]]).astype(int)
        np.add.at(out, (y.clip(0, height - 1), x.clip(0, width - 1)), 1)
    return out


class Reader:
    """Frames of clips at one size, decoded once into WORK/<name>_<width>x<height>.npy and read from there."""

    def __init__(self, work, width, height):
        os.makedirs(work, exist_ok=True)
        self.work, self.size, self.open = work, (width, height), {}

    def frames(self, clip):
        """(T,H,W,3) uint8, memory-mapped, and the times (T,) of its frames."""
        if clip.name not in self.open:
            path = f"{self.work}/{clip.name}_%dx%d.npy" % self.size
            if not os.path.exists(path):
                frames = decode(clip.path, *self.size)
                np.save(path + ".part.npy", frames)
                os.replace(path + ".part.npy", path)
            frames = np.load(path, mmap_mode="r")
            self.open[clip.name] = frames, np.arange(len(frames)) / clip.fps
        return self.open[clip.name]


def decode(path, width, height):
    """All frames of a video (T,height,width,3), RGB, averaged down to the size."""
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    video, out = cv2.VideoCapture(path), []
    while True:
        ok, frame = video.read()
        if not ok:
            break
        shrink = width * height < frame.shape[0] * frame.shape[1]
        out.append(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)[..., ::-1])
    video.release()
    if not out:
        raise ValueError(f"{path}: no frame can be read")
    return np.stack(out)


def window(rng, strength):
    """A random crop (x0, y0, x1, y1 in 0..1): the whole frame, or 0.6 to 1 of either side."""
    if rng.random() > 0.6 * strength:
        return 0.0, 0.0, 1.0, 1.0
    s = 1 - 0.4 * rng.random()
    x, y = rng.random(2) * (1 - s)
    return x, y, x + s, y + s


def inside(points, win, flip):
    """Positions (n,2) as a window shows them, mirrored or not; those outside are dropped."""
    x0, y0, x1, y1 = win
    p = (np.asarray(points, float).reshape(-1, 2) - [x0, y0]) / [x1 - x0, y1 - y0]
    p = p[((p >= 0) & (p < 1)).all(1)]
    if flip:
        p[:, 0] = 1 - p[:, 0]
    return p


class Sequences:
    """Draws random sequences of `length` frames: windows of clips, mirrored, cropped, faster or slower, with cuts between clips.

    A sequence is a dict of arrays: frames (T,H,W,3) uint8, q (T,H/4,W/4) densities, fix the same shape, counts that sum to 1,
    valid (T,) bool: frames with at least FEWEST fixations; cut (T,) bool: first frames of another clip; time (T,) seconds since the
    last cut. `lag` moves the fixations against the frames: gaze follows a change after 0.2 to 0.3 s, so q at a time may be taken
    from the fixations `lag` seconds later.
    """

    def __init__(self, clips, reader, seed, length=9, rate=25.0, lag=0.0, cut_share=0.3):
        self.clips, self.reader, self.rng = clips, reader, np.random.default_rng(seed)
        self.length, self.rate, self.lag, self.cut_share = length, rate, lag, cut_share

    def part(self, length, strength):
        """Frames and positions of one window of one clip: frames (length,H,W,3), a list of (n,2) and the times since its start."""
        rng = self.rng
        clip = self.clips[rng.integers(len(self.clips))]
        frames, times = self.reader.frames(clip)
        speed = float(np.exp(rng.uniform(-1, 1) * np.log(2) * strength))
        step = speed / self.rate
        start = rng.uniform(0, max(times[-1] - (length - 1) * step, 0))
        at = np.minimum(start + np.arange(length) * step, times[-1])
        index = np.searchsorted(times, at + 1e-9, side="right") - 1
        win, flip = window(rng, strength), rng.random() < 0.5
        width, height = self.reader.size
        shown = np.stack([crop(frames[i], win, flip, width, height) for i in index])
        return shown, [inside(clip.at(t + self.lag), win, flip) for t in at], at - at[0]

    def draw(self, strength=1.0):
        """One sequence."""
        rng, n = self.rng, self.length
        cut = int(rng.integers(2, n - 1)) if n > 3 and rng.random() < self.cut_share else n
        parts = [self.part(k, strength) for k in (cut, n - cut) if k]
        frames = np.concatenate([p[0] for p in parts])
        points = [x for p in parts for x in p[1]]
        h, w = frames.shape[1] // 4, frames.shape[2] // 4
        fix = np.stack([counts(p, h, w) for p in points])
        first = np.zeros(n, bool)
        first[[0, cut][:len(parts)]] = True
        return dict(frames=frames, q=np.stack([density(p, h, w) for p in points]), fix=fix / np.maximum(fix.sum((1, 2), keepdims=True), 1),
                    valid=np.array([len(p) >= FEWEST for p in points]), cut=first, time=np.concatenate([p[2] for p in parts]))


def crop(frame, win, flip, width, height):
    """The window of a frame at a size, mirrored or not."""
    if win != (0.0, 0.0, 1.0, 1.0):
        h, w = frame.shape[:2]
        sx, sy = (win[2] - win[0]) * w / width, (win[3] - win[1]) * h / height
        m = np.array([[sx, 0, win[0] * w + sx / 2 - 0.5], [0, sy, win[1] * h + sy / 2 - 0.5]], np.float32)
        frame = cv2.warpAffine(np.ascontiguousarray(frame), m, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                               borderMode=cv2.BORDER_REPLICATE)
    return frame[:, ::-1] if flip else frame
