"""Trains the recurrent branch on clips made from images; the image network stays frozen.

    motion.py CHECKPOINT.pt OUT.pt --shared SHARED --pages MAPS [--minutes 12 | --steps N] [--init OTHER.pt]

There is no gaze on video here. The target of a frame is what the frozen network says about that frame alone, plus a hump on
an object that starts to move or appears, which rises within two frames and fades after it stops. So what the branch can
learn is: keep the image's answer when nothing moves, follow pans, scrolls, zooms, fades and cuts at once, ignore noise,
and look at local motion.
"""
import argparse
import time

import cv2
import numpy as np
import torch

import data
import evaluate
import export
import losses

FRAMES = 9
SIZES = ((256, 160), (288, 160), (256, 192), (224, 160))
RISE, HOLD, FADE = 0.35, 0.5, 0.7      # share of attention on an object: first moving frame, later ones, factor per static frame


class Clip:
    """frames (T,h,w,3) uint8, source (T,) index of the first equal frame, hump (T,h/4,w/4), share (T,), static (T,) bool."""

    def __init__(self, frames, hump=None, share=None, static=None):
        n, h, w, _ = frames.shape
        self.frames = frames
        self.hump = np.zeros((n, h // 4, w // 4), np.float32) if hump is None else hump
        self.share = np.zeros(n, np.float32) if share is None else share
        self.static = np.zeros(n, bool) if static is None else static
        self.source = np.arange(n)
        for t in range(1, n):
            if np.array_equal(frames[t], frames[t - 1]):
                self.source[t] = self.source[t - 1]


def crop(image, win, width, height):
    """The window (x0, y0, x1, y1 in 0..1, subpixel) of an image at a size."""
    ih, iw = image.shape[:2]
    sx, sy = (win[2] - win[0]) * iw / width, (win[3] - win[1]) * ih / height
    m = np.array([[sx, 0, win[0] * iw + sx / 2 - 0.5], [0, sy, win[1] * ih + sy / 2 - 0.5]], np.float32)
    if sx > 1.3:
        image = cv2.GaussianBlur(image, (0, 0), 0.35 * sx)
    return cv2.warpAffine(image, m, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)


def random_window(rng, low=0.6, high=1.0):
    s = rng.uniform(low, high)
    x, y = rng.uniform(0, 1 - s, 2)
    return np.array([x, y, x + s, y + s])


def static_clip(image, width, height, rng):
    """Nothing happens; sometimes camera noise."""
    frame = crop(image, random_window(rng), width, height)
    frames = np.repeat(frame[None], FRAMES, 0)
    if rng.random() < 0.3:
        noise = rng.normal(0, rng.uniform(1, 4), frames.shape)
        frames = (frames + noise).clip(0, 255).astype(np.uint8)
    return Clip(frames, static=np.ones(FRAMES, bool))


def camera_clip(image, width, height, rng, scroll):
    """Pan, zoom, or a page scrolling in fits."""
    a = random_window(rng, 0.4, 0.7)
    b = random_window(rng, 0.4, 0.9)
    if scroll:
        b = a.copy()
        dy = rng.uniform(0, 1 - (a[3] - a[1]))
        b[[1, 3]] = dy, dy + a[3] - a[1]
    start, end = np.sort(rng.permutation(FRAMES)[:2])
    frames = [crop(image, a + (b - a) * np.clip((t - start) / (end - start), 0, 1), width, height) for t in range(FRAMES)]
    static = np.array([t <= start or t >= end + 3 for t in range(FRAMES)])
    return Clip(np.stack(frames), static=static)


def cut_clip(one, two, width, height, rng):
    """A cut or a short cross-fade from one image to another."""
    a, b = (crop(i, random_window(rng), width, height).astype(np.float32) for i in (one, two))
    at, length = rng.integers(2, FRAMES - 3), rng.choice([1, 1, 3])
    mix = [np.clip((t - at + 1) / length, 0, 1) for t in range(FRAMES)]
    frames = np.stack([(a * (1 - m) + b * m).astype(np.uint8) for m in mix])
    static = np.array([t < at or t >= at + length + 1 for t in range(FRAMES)])
    return Clip(frames, static=static)


def sprite(other, rng, width, height):
    """A small image (s, s, 3) and its mask (s, s, 1): a patch of another image, a disc, or a mouse pointer."""
    kind = rng.integers(3)
    s = int(rng.uniform(0.06, 0.2) * height) if kind else int(rng.uniform(0.05, 0.1) * height)
    s = max(s, 8)
    mask = np.zeros((s, s), np.float32)
    if kind == 0:
        points = np.array([[0, 0], [0, 0.9], [0.25, 0.68], [0.62, 0.62]]) * (s - 1)
        cv2.fillPoly(mask, [points.astype(np.int32)], 1.0)
        patch = np.full((s, s, 3), rng.choice([0.0, 255.0]), np.float32)
    elif kind == 1:
        cv2.circle(mask, (s // 2, s // 2), s // 2 - 1, 1.0, -1)
        patch = np.full((s, s, 3), 0, np.float32) + rng.uniform(0, 255, 3)
    else:
        mask[:] = 1
        patch = crop(other, random_window(rng, 0.1, 0.3), s, s).astype(np.float32)
    return patch, mask[:, :, None]


def paste(frame, patch, mask, x, y):
    """A copy of the frame with the sprite's upper left corner at (x, y), clipped at the edges."""
    out, s = frame.astype(np.float32), patch.shape[0]
    h, w = frame.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + s, w), min(y + s, h)
    if x1 > x0 and y1 > y0:
        m = mask[y0 - y:y1 - y, x0 - x:x1 - x]
        out[y0:y1, x0:x1] = out[y0:y1, x0:x1] * (1 - m) + patch[y0 - y:y1 - y, x0 - x:x1 - x] * m
    return out.astype(np.uint8)


def object_clip(image, other, width, height, rng):
    """A static background; an object starts to move (or appears and moves), and sometimes stops again."""
    back = crop(image, random_window(rng), width, height)
    patch, mask = sprite(other, rng, width, height)
    s = patch.shape[0]
    start = int(rng.integers(2, 5))
    stop = int(rng.integers(start + 2, FRAMES + 3))
    appears = rng.random() < 0.25
    pos = np.array([rng.uniform(0, width - s), rng.uniform(0, height - s)])
    angle, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.2) * max(s, 12)
    step = speed * np.array([np.cos(angle), np.sin(angle)])
    yy, xx = np.mgrid[0:height // 4, 0:width // 4].astype(np.float32)
    frames, hump = [], np.zeros((FRAMES, height // 4, width // 4), np.float32)
    share, static = np.zeros(FRAMES, np.float32), np.zeros(FRAMES, bool)
    sigma = max(s / 8, 2.5)
    for t in range(FRAMES):
        if start <= t < stop:
            pos = pos + step
            for k, limit in enumerate((width - s, height - s)):
                if not 0 <= pos[k] <= limit:
                    pos[k], step[k] = np.clip(pos[k], 0, limit), -step[k]
            share[t] = RISE if t == start else HOLD
        elif t >= stop:
            share[t] = share[t - 1] * FADE
        static[t] = t < start
        hidden = appears and t < start
        frames.append(back if hidden else paste(back, patch, mask, int(pos[0]), int(pos[1])))
        cx, cy = (pos + s / 2) / 4
        g = np.exp(-0.5 * ((xx - cx) ** 2 + (yy - cy) ** 2) / sigma ** 2)
        hump[t] = g / g.sum()
    return Clip(np.stack(frames), hump, share, static)


def make_clip(photos, pages, width, height, rng):
    """One random clip."""
    pool = pages if rng.random() < 0.5 else photos
    a, b = (pool[rng.integers(len(pool))].image for _ in range(2))
    kind = rng.random()
    if kind < 0.2:
        return static_clip(a, width, height, rng)
    if kind < 0.4:
        return camera_clip(a, width, height, rng, pool is pages)
    if kind < 0.55:
        return cut_clip(a, b, width, height, rng)
    return object_clip(a, b, width, height, rng)


def raising_direction(net, d16, taps):
    """The step in d16 (C,) that raises the logits of its own cell by 1, to first order, over the given frames."""
    with torch.enable_grad():
        x = d16.flatten(0, 1).clone().requires_grad_(True)
        logits = net.decode4(x, [t.flatten(0, 1) for t in taps])
        grad, = torch.autograd.grad(logits.sum() / 16, x)
    v = grad.mean((0, 2, 3))
    return v / (v @ v)


@torch.no_grad()
def start_branch(net, photos, pages, rng, pairs=10, lift=8.0):
    """Starts the branch as a detector of local change, which training then refines; its output starts near zero.

    State channels: `pairs` + 1 remember the projected features, 2 x `pairs` answer to a rise or a fall against what is
    remembered, the last is 0 on the first frame and 1 after it, so that a start from nothing is not taken for motion.
    The output adds to d16 in the direction that raises the logits, by about `lift` where all detectors answer.
    """
    g, s, keep = net.gru, net.gru.state, net.gru.state - 2 * pairs - 1
    d16, taps = encode(net, [make_clip(photos, pages, 256, 160, rng) for _ in range(6)])
    x = g.inp(d16.flatten(0, 1)).transpose(0, 1).flatten(1)
    g.inp.weight /= 2 * x.std(1)[:, None, None, None]
    g.inp.bias.copy_((g.inp.bias - x.mean(1)) / (2 * x.std(1)))
    for part in (g.zr, g.n):
        part.dw.weight.mul_(0.1)
        part.dw.weight[:, :, 1, 1] += 1
        part.dw.bias.zero_()
        part.pw.weight.mul_(0.1)
        part.pw.bias.zero_()
    g.zr.pw.bias += 3
    g.zr.pw.bias[keep:s - 1] = 0.5
    w, b = g.n.pw.weight[:, :, 0, 0], g.n.pw.bias
    for i in range(keep):
        w[i, i] += 1
    for i in range(2 * pairs):
        row, j, sign = keep + i, i % pairs, 1 if i < pairs else -1
        w[row, j] += 3 * sign
        w[row, s + j] -= 3.3 * sign
        w[row, 2 * s - 1] += 2
        b[row] = -3
    b[s - 1] = 4
    rest = torch.zeros(s)
    rest[keep:s - 1], rest[s - 1] = float(np.tanh(-1)), 1
    g.out.weight.mul_(0.1)
    g.out.weight[:, :keep] = 0
    g.out.weight[:, keep:s - 1] += raising_direction(net, d16, taps)[:, None, None, None] * (lift / (2 * pairs))
    g.out.bias.copy_(-(g.out.weight[:, :, 0, 0] @ rest))


def encode(net, clips):
    """Frozen features of all frames: d16 (T,N,C,h,w) and the taps, each (T,N,...), without gradients."""
    frames = np.concatenate([c.frames for c in clips])
    n = len(clips)
    source = np.concatenate([c.source + i * FRAMES for i, c in enumerate(clips)])
    unique, back = np.unique(source, return_inverse=True)
    x = evaluate.to_input(frames[unique], net.config)
    with torch.no_grad():
        parts = [net.encode(p) for p in x.split(16)]
        taps = [torch.cat([p[k] for p in parts]) for k in range(4)]
        d16 = net.decode16(taps)
    index = torch.from_numpy(back).view(n, FRAMES).T
    return d16[index], [t[index] for t in taps]


def clip_loss(net, clips, strict, times):
    """Loss of a batch of clips, densities compared at the frames `times` only (cheaper).

    `strict` weighs the penalty, over all frames, for changing anything while nothing moves. Returns the loss and for the
    log: KLD and CC on frames with local motion (each beside the image network's), KLD and CC on the others.
    """
    d16, taps = encode(net, clips)
    h, changed = None, []
    for t in range(FRAMES):
        y, h = net.gru(d16[t], h)
        changed.append(y)
    y = torch.stack(changed)
    flat = [t[times].flatten(0, 1) for t in taps]
    with torch.no_grad():
        base = net.add_prior(net.decode4(d16[times].flatten(0, 1), flat), "natural")[:, 0].flatten(1).softmax(1)
    logits = net.add_prior(net.decode4(y[times].flatten(0, 1), flat), "natural")[:, 0]
    share = torch.from_numpy(np.stack([c.share[times] for c in clips], 1)).flatten()[:, None]
    hump = torch.from_numpy(np.stack([c.hump[times] for c in clips], 1)).flatten(0, 1).flatten(1)
    q = ((1 - share) * base + share * hump).view_as(logits)
    kld, cc, _ = losses.saliency_terms(logits, q, q)
    with torch.no_grad():
        kld0, cc0, _ = losses.saliency_terms(torch.log(base + 1e-9).view_as(logits), q, q)
    static = torch.from_numpy(np.stack([c.static for c in clips], 1)).float()
    delta = ((y - d16) ** 2).mean((2, 3, 4)) / d16.var()
    loss = (kld + 0.5 * (1 - cc)).mean() + strict * (delta * static).sum() / static.sum()
    moving = share[:, 0] > 0.3
    show = [kld[moving].mean(), kld0[moving].mean(), cc[moving].mean(), cc0[moving].mean(), kld[~moving].mean(), cc[~moving].mean()]
    return loss, [v.item() for v in show]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("out")
    ap.add_argument("--shared", required=True)
    ap.add_argument("--pages", required=True)
    ap.add_argument("--minutes", type=float, default=12)
    ap.add_argument("--steps", type=int, default=0, help="follow the number of steps instead of the clock")
    ap.add_argument("--clips", type=int, default=6)
    ap.add_argument("--lr", type=float, default=4e-3)
    ap.add_argument("--strict", type=float, default=0.5)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--init", help="take the recurrent branch from this checkpoint")
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    torch.manual_seed(o.seed)
    rng = np.random.default_rng(o.seed)
    photos, _ = data.load_photos(o.shared)
    pages, _ = data.load_pages(o.shared, o.pages)
    net = export.load_checkpoint(o.checkpoint).to(memory_format=torch.channels_last)
    if o.init:
        net.gru.load_state_dict(export.load_checkpoint(o.init).gru.state_dict())
    else:
        start_branch(net, photos, pages, rng)
    train(net, photos, pages, rng, o)
    torch.save(dict(ema=net.state_dict(), config=net.config, options=vars(o)), o.out)


def train(net, photos, pages, rng, o):
    """Trains net.gru with a cosine schedule, by steps or by the clock."""
    for p in net.parameters():
        p.requires_grad_(False)
    for p in net.gru.parameters():
        p.requires_grad_(True)
    opt = torch.optim.AdamW(net.gru.parameters(), lr=o.lr, weight_decay=1e-4)
    begin, step, sums = time.time(), 0, np.zeros(7)
    while True:
        frac = step / o.steps if o.steps else (time.time() - begin) / (60 * o.minutes)
        if frac >= 1:
            return
        for g in opt.param_groups:
            g["lr"] = o.lr * min(1, (step + 1) / 20) * (0.5 * (1 + np.cos(np.pi * frac)) + 0.01)
        width, height = SIZES[rng.integers(len(SIZES))]
        clips = [make_clip(photos, pages, width, height, rng) for _ in range(o.clips)]
        loss, show = clip_loss(net, clips, o.strict, np.sort(rng.permutation(FRAMES)[:4]))
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.gru.parameters(), 2.0)
        opt.step()
        step += 1
        sums += np.nan_to_num([loss.item()] + show)
        if step % 10 == 0:
            s = sums / 10
            sums[:] = 0
            print("%5.1f min %5d steps  loss %.3f  moving: kld %.3f (image net %.3f) cc %.3f (%.3f)  resting: kld %.4f cc %.4f" % (
                ((time.time() - begin) / 60, step) + tuple(s)), flush=True)


if __name__ == "__main__":
    main()
