"""Trains the recurrent branch and a prior of video on clips with gaze; the image network stays frozen.

    video.py cache WEIGHTS.safetensors WORK_DIR --shared SHARED              features of every frame, once (about 6 GB)
    video.py table WEIGHTS.safetensors WORK_DIR --shared SHARED              what needs no training, as a baseline
    video.py train WEIGHTS.safetensors WORK_DIR --shared SHARED --fold 0     one fold, with held-out figures; "each": all folds
    video.py train ... --fold all --out OUT.pt                               on all clips
    video.py ship WEIGHTS.safetensors WORK_DIR --shared SHARED --heads A.pt,B.pt --out NEW.safetensors --golden GOLDEN.safetensors
                                                                             the mean of runs, into the weights of the program

A frame's target is the density of the fixations that last at its time (see clips.py). The branch starts closed: its output
is zero, so that training starts from image mode with the prior of video, and whatever the branch adds must earn its place.
Sequences go on from one step to the next with their state, as in the program; gradients end after one step.

With --made N, clips made from photographs and pages (motion.py) are learned beside the real ones: on them the branch must
keep image mode while nothing moves, while a page scrolls and after a cut, and follow an object that starts to move.
"""
import argparse
import copy
import json
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import clips as clips_of_gaze
import evaluate
import export
import losses
import motion
import teacher_maps
import unfold
from data import load_photos, read_image
from net import up2

WIDTH, HEIGHT = 384, 224
VIEWS = 4          # full, mirrored, and two crops of which one is mirrored
SIGMA = 0.021      # of the density of fixations, in widths of the frame (about one degree)
FOLDS = 5
CENTER = 0.22      # of the Gaussian center, in shares of either side, as internal/eval has it


def read_set(shared):
    """The clips with gaze; fix (N,4): onset, end in s, x, y in 0..1."""
    return [dict(name=c.name, path=c.path, fix=c.fixations.astype(np.float32)) for c in clips_of_gaze.load_clips(shared)]


def views(index):
    """The windows (x0, y0, x1, y1, mirrored) of a clip, the same in every run."""
    rng, out = np.random.default_rng(1000 + index), [(0, 0, 1, 1, False), (0, 0, 1, 1, True)]
    for mirrored in (False, True):
        w, h = rng.uniform(0.65, 0.95, 2)
        x, y = rng.uniform(0, 1 - w), rng.uniform(0, 1 - h)
        out.append((x, y, x + w, y + h, mirrored))
    return out


def frames(path):
    """RGB frames and their times in seconds."""
    video, out, at = cv2.VideoCapture(path), [], []
    while True:
        at.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1e3)
        ok, frame = video.read()
        if not ok:
            return out, at[:-1]
        out.append(frame[..., ::-1])


def cut_out(frame, view):
    """The view of a frame at the working size."""
    h, w = frame.shape[:2]
    x0, y0, x1, y1, mirrored = view
    part = frame[round(y0 * h):round(y1 * h), round(x0 * w):round(x1 * w)]
    part = cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA if part.shape[1] > WIDTH else cv2.INTER_LINEAR)
    return part[:, ::-1] if mirrored else part


@torch.no_grad()
def cache(net, clips, work, only):
    """Writes d16 and the lateral maps of every frame of every view as fp16."""
    os.makedirs(work, exist_ok=True)
    for i, c in enumerate(clips):
        images, at = None, None
        for v, view in enumerate(views(i)):
            base = f"{work}/{c['name']}.{v}"
            if v not in only or os.path.exists(base + ".done"):
                continue
            if images is None:
                images, at = frames(c["path"])
                np.save(f"{work}/{c['name']}.times.npy", np.array(at))
            n = len(images)
            shape = dict(d16=(n, 64, 14, 24), l8=(n, 24, 28, 48), l4=(n, 8, 56, 96))
            out = {k: np.lib.format.open_memmap(f"{base}.{k}.npy", "w+", np.float16, s) for k, s in shape.items()}
            for t in range(0, n, 16):
                x = evaluate.to_input(np.stack([cut_out(f, view) for f in images[t:t + 16]]), net.config)
                taps = net.encode(x)
                for k, y in (("d16", net.decode16(taps)), ("l8", net.lat8(taps[1])), ("l4", net.lat4(taps[0]))):
                    out[k][t:t + 16] = y.half().numpy()
            del out
            open(base + ".done", "w").close()
            print(c["name"], v, n, flush=True)


class Stream:
    """One clip on its way through the branch: the features of a view, and the fixations seen through it."""

    def __init__(self, work, clips, index, view, stride=1, start=0):
        c, base = clips[index], f"{work}/{clips[index]['name']}.{view}"
        self.maps = {k: np.load(f"{base}.{k}.npy", mmap_mode="r") for k in ("d16", "l8", "l4")}
        self.at = np.load(f"{work}/{c['name']}.times.npy")
        self.length, self.stride, self.pos, self.state = len(self.at), stride, start, None
        self.window = x0, y0, x1, y1, mirrored = views(index)[view]
        fix = c["fix"].copy()
        fix[:, 2], fix[:, 3] = (fix[:, 2] - x0) / (x1 - x0), (fix[:, 3] - y0) / (y1 - y0)
        inside = ((fix[:, 2:4] >= 0) & (fix[:, 2:4] < 1)).all(1)
        if mirrored:
            fix[:, 2] = 1 - fix[:, 2] - 1e-6
        self.fix = fix[inside]

    def take(self, n):
        """Indices of the next n frames; None at the end."""
        stop = self.pos + n * self.stride
        if stop > self.length:
            return None
        out = np.arange(self.pos, stop, self.stride)
        self.pos = stop
        return out

    def features(self, index, keys=("d16", "l8", "l4")):
        """Feature maps of frames, {name: (T,C,h,w)}."""
        return {k: torch.from_numpy(np.asarray(self.maps[k][index]).astype(np.float32)) for k in keys}

    def lasting(self, t, lag=0.0):
        """Places (N,2) of the fixations that last `lag` seconds after frame t."""
        at = self.at[t] + lag
        on = (self.fix[:, 0] <= at) & (at < self.fix[:, 1])
        return self.fix[on, 2:4]


def density_of(points, window, h=56, w=96):
    """Density and counts (h,w) of places under the Gaussian of one degree."""
    hist = np.zeros((h, w), np.float32)
    np.add.at(hist, ((points[:, 1] * h).astype(int).clip(0, h - 1), (points[:, 0] * w).astype(int).clip(0, w - 1)), 1)
    sx = SIGMA * w / (window[2] - window[0])
    sy = SIGMA * h * 16 / 9 / (window[3] - window[1])
    q = cv2.GaussianBlur(hist, (0, 0), sx, sigmaY=sy, borderType=cv2.BORDER_CONSTANT)
    return q / max(q.sum(), 1e-12), hist / max(hist.sum(), 1)


class Made:
    """Features of N clips made from photographs and pages, in memory: about 1.8 MB a clip."""

    def __init__(self, net, shared, count, seed=7):
        rng = np.random.default_rng(seed)
        photos, files = load_photos(shared)[0], [path for _, path in teacher_maps.page_files(shared)]
        photos = [photos[i] for i in rng.permutation(len(photos))[:150]]
        pages = [Page(read_image(files[i])) for i in rng.permutation(len(files))[:150]]
        self.clips, parts = [], []
        for _ in range(count):
            c = motion.make_clip(photos, pages, WIDTH, HEIGHT, rng)
            d16, taps = motion.encode(net, [c])
            with torch.no_grad():
                parts.append([m[:, 0].half() for m in (d16, net.lat8(taps[1][:, 0])[:, None], net.lat4(taps[0][:, 0])[:, None])])
            c.frames = None
            self.clips.append(c)
        self.maps = [torch.stack(m, 1) for m in zip(*parts)]

    def loss(self, model, net, rng, clips=4, judged=3, strict=1.0):
        """The loss of a few clips at a few of their frames, without a prior: see motion.clip_loss."""
        pick, times = rng.permutation(len(self.clips))[:clips], np.sort(rng.permutation(motion.FRAMES)[:judged])
        d16, l8, l4 = (m[:, pick].float() for m in self.maps)
        h, changed = None, []
        for x in d16:
            y, h = model.gru(x, h)
            changed.append(y)
        y, flat = torch.stack(changed), lambda m: m[times].flatten(0, 1)
        with torch.no_grad():
            base = decode(net, flat(d16), flat(l8), flat(l4)).flatten(1).softmax(1)
        logits = decode(model, flat(y), flat(l8), flat(l4))[:, 0]
        share, hump, static = (torch.from_numpy(np.stack([getattr(self.clips[i], k) for i in pick], 1)) for k in ("share", "hump", "static"))
        share = share[times].flatten()[:, None]
        q = ((1 - share) * base + share * hump[times].flatten(0, 1).flatten(1)).view_as(logits)
        kld, cc, _ = losses.saliency_terms(logits, q, q)
        delta, static = ((y - d16) ** 2).mean((2, 3, 4)) / d16.var(), static.float()
        return (kld + 0.5 * (1 - cc)).mean() + strict * (delta * static).sum() / static.sum().clamp(min=1)


class Page:
    """A page as motion.py takes it."""

    def __init__(self, image):
        self.image = image


class VideoHead(torch.nn.Module):
    """What is trained: the recurrent branch, the prior of video and, if asked, a decoder of its own for video."""

    def __init__(self, net, clips, decoder):
        super().__init__()
        self.gru = type(net.gru)(net.config["dec"][0], net.config["state"])
        torch.nn.init.zeros_(self.gru.out.weight)
        torch.nn.init.zeros_(self.gru.out.bias)
        self.prior = torch.nn.Parameter(0.5 * torch.from_numpy(mean_log_density(clips))[None, None])
        self.d8, self.d4, self.head = (copy.deepcopy(m) if decoder else m for m in (net.d8, net.d4, net.head))

    def decode(self, d16, l8, l4, windows):
        z = decode(self, d16, l8, l4)[:, 0]
        win = torch.tensor([w[:4] for w in windows], dtype=torch.float32)
        flip = torch.tensor([w[4] for w in windows])
        return z + losses.warped_prior(self.prior, win, flip, z.shape[-2:])


def mean_log_density(clips, rows=12, cols=16):
    """Log of the mean fixation density of clips, mirrored half of the time, against the uniform one."""
    total = np.zeros((96, 128), np.float32)
    for c in clips:
        h = np.zeros_like(total)
        weight = c["fix"][:, 1] - c["fix"][:, 0]
        np.add.at(h, ((c["fix"][:, 3] * 96).astype(int), (c["fix"][:, 2] * 128).astype(int)), weight)
        total += h / h.sum()
    total = cv2.GaussianBlur(total + total[:, ::-1], (0, 0), 5)
    grid = cv2.resize(total, (cols, rows), interpolation=cv2.INTER_AREA)
    grid /= grid.mean()
    return np.log(grid + 0.02).astype(np.float32)


def judge_frame(p, points):
    """NSS and CC of a density (h,w) on the grid of the project's video protocol (90 x 160)."""
    m = cv2.resize(p, (160, 90), interpolation=cv2.INTER_LINEAR)
    z = (m - m.mean()) / (m.std() + 1e-12)
    x, y = (points[:, 0] * 160).astype(int).clip(0, 159), (points[:, 1] * 90).astype(int).clip(0, 89)
    hist = np.zeros((90, 160), np.float32)
    np.add.at(hist, (y, x), 1)
    q = cv2.GaussianBlur(hist, (0, 0), SIGMA * 160, borderType=cv2.BORDER_CONSTANT)
    zq = (q - q.mean()) / (q.std() + 1e-12)
    return float(z[y, x].mean()), float((z * zq).mean())


@torch.no_grad()
def judge(clips, work, indices, predict, step=5):
    """{clip: (NSS, CC)}; predict(stream, features) -> densities (T,h,w), called for chunks in order."""
    out = {}
    for i in indices:
        s, rows = Stream(work, clips, i, 0), []
        while s.pos < s.length:
            index = s.take(min(32, s.length - s.pos))
            p = predict(s, s.features(index)).numpy()
            for k, t in enumerate(index):
                points = s.lasting(t)
                if t % step == 0 and len(points) >= 3:
                    rows.append(judge_frame(p[k], points))
        out[clips[i]["name"]] = tuple(np.mean(rows, 0))
    return out


def video_predictor(model):
    def predict(s, f):
        h, ys = s.state, []
        for d in f["d16"]:
            y, h = model.gru(d[None], h)
            ys.append(y)
        s.state = h
        z = model.decode(torch.cat(ys), f["l8"], f["l4"], [s.window] * len(ys))
        return F.softmax(z.flatten(1), 1).view_as(z)
    return predict


def image_predictor(net, prior):
    """Image mode at the video size; prior: logits (12,16) or None."""

    def predict(s, f):
        z = decode(net, f["d16"], f["l8"], f["l4"])
        if prior is not None:
            z = z + F.interpolate(prior, z.shape[-2:], mode="bilinear", align_corners=False)
        return F.softmax(z.flatten(1), 1).view_as(z)[:, 0]
    return predict


def train(net, clips, o, indices, held, made=None):
    rng = np.random.default_rng(o.seed)
    torch.manual_seed(1)  # all runs start from the same branch, so that their weights may be averaged
    model = VideoHead(net, [clips[i] for i in indices], o.decoder)
    for p in net.parameters():
        p.requires_grad_(False)
    groups = [dict(params=model.gru.parameters(), base=o.lr), dict(params=[model.prior], base=o.prior_lr)]
    if o.decoder:
        for m in (model.d8, model.d4, model.head):
            m.requires_grad_(True)
        groups.append(dict(params=[p for m in (model.d8, model.d4, model.head) for p in m.parameters()], base=o.decoder_lr))
    opt = torch.optim.AdamW(groups, lr=o.lr, weight_decay=o.decay)
    ema = {k: v.clone() for k, v in model.state_dict().items()}

    def fresh():
        i, stride = indices[rng.integers(len(indices))], int(rng.choice([1, 1, 2]))
        s = Stream(o.work, clips, i, rng.integers(VIEWS), stride)
        s.pos = int(rng.integers(0, max(1, s.length // 2)))
        return s

    streams, begin, sums = [fresh() for _ in range(o.streams)], time.time(), np.zeros(4)
    for step in range(o.steps):
        frac = step / o.steps
        for g in opt.param_groups:
            g["lr"] = g["base"] * min(1, (step + 1) / 20) * (0.5 * (1 + np.cos(np.pi * frac)) + 0.01)
        picks = []
        for k, s in enumerate(streams):
            index = s.take(o.chunk)
            if index is None:
                s = streams[k] = fresh()
                index = s.take(o.chunk)
            picks.append((s, index))
        times = np.sort(rng.permutation(o.chunk)[:o.judged])
        d16 = torch.stack([s.features(index, ["d16"])["d16"] for s, index in picks], 1)
        parts = [s.features(index[times], ["l8", "l4"]) for s, index in picks]
        zero = torch.zeros(1, net.config["state"], *d16.shape[-2:])
        h = torch.cat([zero if s.state is None else s.state for s, _ in picks])
        kept = []
        for t in range(o.chunk):
            y, h = model.gru(d16[t], h)
            if t in times:
                kept.append(y)
        for k, (s, _) in enumerate(picks):
            s.state = h[k:k + 1].detach()
        y = torch.cat(kept)
        pick = lambda key: torch.stack([f[key] for f in parts], 1).flatten(0, 1)
        windows, qs, fs, ok = [], [], [], []
        for t in times:
            for s, index in picks:
                points = s.lasting(index[t], o.lag)
                q, f = density_of(points, s.window)
                windows.append(s.window); qs.append(q); fs.append(f); ok.append(len(points) >= 3)
        ok = torch.tensor(ok)
        z = model.decode(y, pick("l8"), pick("l4"), windows)[ok]
        q, f = (torch.from_numpy(np.stack(a))[ok] for a in (qs, fs))
        if o.hedge:
            z = hedged(z, [w for w, use in zip(windows, ok) if use], o.hedge)
        loss, (kld, cc, nss) = losses.saliency_loss(z, q, f, nss_weight=o.nss)
        if o.closed:
            loss = loss + o.closed * ((torch.stack(kept) - d16[times]) ** 2).mean() / d16.var()
        if made and step % 2:
            loss = loss + o.made_weight * made.loss(model, net, rng)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        opt.step()
        for k, v in model.state_dict().items():
            if v.dtype.is_floating_point:
                ema[k].lerp_(v, 1 - min(o.ema, (step + 1) / (step + 10)))
        sums += [loss.item(), kld.item(), cc.item(), nss.item()]
        if (step + 1) % 50 == 0:
            s, sums = sums / 50, np.zeros(4)
            text = ""
            if held and (step + 1) % o.every == 0:
                now = {k: v.clone() for k, v in model.state_dict().items()}
                model.load_state_dict(ema)
                got = np.array(list(judge(clips, o.work, held, video_predictor(model), 20).values()))
                model.load_state_dict(now)
                text = "  held out NSS %.3f CC %.3f" % tuple(got.mean(0))
            print("%5.1f min %5d  loss %.3f kld %.3f cc %.3f nss %.2f%s" % ((time.time() - begin) / 60, step + 1, *s, text), flush=True)
    model.load_state_dict(ema)
    return model


def hedged(z, windows, share):
    """Log density (N,h,w) of logits mixed with `share` of a Gaussian center, each seen through its window."""
    y, x = torch.meshgrid(torch.arange(56) / 56 + 0.5 / 56, torch.arange(96) / 96 + 0.5 / 96, indexing="ij")
    center = -((x - 0.5) ** 2 + (y - 0.5) ** 2)[None, None] / (2 * CENTER ** 2)
    win, flip = torch.tensor([w[:4] for w in windows], dtype=torch.float32), torch.tensor([w[4] for w in windows])
    center = losses.warped_prior(center, win, flip, z.shape[-2:]).flatten(1).softmax(1)
    return torch.log((1 - share) * z.flatten(1).softmax(1) + share * center + 1e-12).view_as(z)


class Shipped:
    """Video mode as it ships: the network's own recurrent branch under the natural prior."""

    def __init__(self, net):
        self.net, self.gru = net, net.gru

    def decode(self, d16, l8, l4, windows):
        z = decode(self.net, d16, l8, l4)
        return (z + F.interpolate(self.net.prior["natural"], z.shape[-2:], mode="bilinear", align_corners=False))[:, 0]


def decode(net, d16, l8, l4):
    """Logits (N,1,h,w) without a prior of the image network's decoder, from lateral maps."""
    d8 = net.d8(torch.cat([up2(d16), l8], 1))
    return net.head(net.d4(torch.cat([up2(d8), l4], 1)))


def show(name, got):
    """Prints the means over clips."""
    print("%-34s NSS %.3f CC %.3f" % (name, *np.mean(list(got.values()), 0)), flush=True)


def table(net, clips, work):
    """What needs no training; the prior of video is measured on the clips of the other folds."""
    everything = range(len(clips))
    show("shipped video mode", judge(clips, work, everything, video_predictor(Shipped(net))))
    show("image mode, no prior", judge(clips, work, everything, image_predictor(net, None)))
    show("image mode, natural prior", judge(clips, work, everything, image_predictor(net, net.prior["natural"])))
    for power in (0.25, 0.5, 0.75):
        got = {}
        for fold in range(FOLDS):
            held = [i for i in everything if i % FOLDS == fold]
            prior = torch.from_numpy(mean_log_density([clips[i] for i in everything if i not in held]))[None, None] * power
            got.update(judge(clips, work, held, image_predictor(net, prior)))
        show(f"image mode, prior of video ^{power}", got)


def ship(tensors, config, heads, o):
    """Writes weights with the mean of some runs' recurrent branches and priors of video; the image network's stay to the bit.

    Without runs the branch and the prior stay those of the weights.
    """
    tensors, config = dict(tensors), dict(config)
    if heads:
        heads = [torch.load(h, map_location="cpu") for h in heads]
        mean = {k: sum(h[k] for h in heads) / len(heads) for k in heads[0] if k.startswith("gru.") or k == "prior"}
        for k in [k for k in tensors if k.startswith("gru.")]:
            name, kind = k.rsplit(".", 1)
            name = "gru.inp" if name == "gru.in" else name
            tensors[k] = mean[name + {"w": ".weight", "b": ".bias"}[kind]].numpy()
        tensors["prior.video"] = mean["prior"][0, 0].numpy()
    for k in ("gru.out.w", "gru.out.b"):
        tensors[k] = o.gain * tensors[k].astype(np.float32)
    tensors = {k: v.astype(np.float16) for k, v in tensors.items()}
    config["media"], config["motion"], config["response"] = ["natural", "web", "video"], o.motion, o.response
    export.write_safetensors(o.out, tensors, {"config": json.dumps(config), "format": "pt", "note": ""})
    if o.golden:
        layout = {"config": json.dumps(config), "layout": "input HWC, state CHW, logits and density HW"}
        export.write_safetensors(o.golden, export.golden(export.Folded(tensors, config)), layout)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=("cache", "train", "table", "ship"))
    ap.add_argument("weights")
    ap.add_argument("work")
    ap.add_argument("--shared", required=True)
    ap.add_argument("--views", default="0,1,2,3")
    ap.add_argument("--fold", default="0")
    ap.add_argument("--out")
    ap.add_argument("--heads", help="what train --out wrote, separated by commas; without, the weights' own")
    ap.add_argument("--golden")
    ap.add_argument("--motion", type=float, default=0.5, help="exponent of motion in the engine's density")
    ap.add_argument("--gain", type=float, default=1.0, help="factor on what the branch adds")
    ap.add_argument("--response", type=float, default=0.0, help="time constant in s with which the engine's density follows")
    ap.add_argument("--steps", type=int, default=600)
    ap.add_argument("--every", type=int, default=150)
    ap.add_argument("--streams", type=int, default=8)
    ap.add_argument("--chunk", type=int, default=12)
    ap.add_argument("--judged", type=int, default=4)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--prior-lr", type=float, default=5e-3)
    ap.add_argument("--decoder", action="store_true")
    ap.add_argument("--decoder-lr", type=float, default=2e-4)
    ap.add_argument("--decay", type=float, default=1e-2)
    ap.add_argument("--closed", type=float, default=0.0, help="penalty for what the branch changes")
    ap.add_argument("--nss", type=float, default=0.1)
    ap.add_argument("--made", type=int, default=0, help="learn this many made clips beside the real ones")
    ap.add_argument("--made-weight", type=float, default=1.0)
    ap.add_argument("--lag", type=float, default=0.0, help="learn the fixations of so many seconds later")
    ap.add_argument("--hedge", type=float, default=0.0, help="learn under a mixture with so much of a Gaussian center")
    ap.add_argument("--record", help="write the held-out figures of each clip as JSON")
    ap.add_argument("--ema", type=float, default=0.98)
    ap.add_argument("--seed", type=int, default=1)
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    tensors, meta = export.read_safetensors(o.weights)
    net = unfold.load(tensors, json.loads(meta["config"])).to(memory_format=torch.channels_last)
    clips = read_set(o.shared)
    if o.what == "cache":
        return cache(net, clips, o.work, [int(v) for v in o.views.split(",")])
    if o.what == "ship":
        return ship(tensors, json.loads(meta["config"]), o.heads.split(",") if o.heads else [], o)
    if o.what == "table":
        return table(net, clips, o.work)
    folds = range(FOLDS) if o.fold == "each" else [] if o.fold == "all" else [int(o.fold)]
    made = Made(net, o.shared, o.made) if o.made else None
    total = {}
    for fold in folds:
        held = [i for i in range(len(clips)) if i % FOLDS == fold]
        model = train(net, clips, o, [i for i in range(len(clips)) if i not in held], held, made)
        if o.out:
            torch.save(model.state_dict(), f"{o.out}.{fold}")
        got = judge(clips, o.work, held, video_predictor(model))
        for k, v in got.items():
            print("  %-24s NSS %.3f CC %.3f" % (k, *v))
        show(f"fold {fold}", got)
        total.update(got)
    if o.record:
        with open(o.record, "w") as f:
            json.dump(total, f, indent=1)
    if len(total) > 10:
        show("all folds", total)
    if o.fold == "all":
        model = train(net, clips, o, list(range(len(clips))), [], made)
        torch.save(model.state_dict(), o.out)


if __name__ == "__main__":
    main()
