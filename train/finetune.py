"""Goes on from trained weights with further kinds of data, each switched on alone, and scores it on what was held out.

    finetune.py --shared SHARED --start WEIGHTS --out DIR --photos 0.6 --viewports 0.15 ... [--steps 400] [--fold 0 --folds 5]

    --photos S                      photographs with gaze, as train.py has them
    --viewports S                   pages with gaze, split by site (gaze.py)
    --frames S                      video frames with gaze, split by clip, with a video prior
    --synthetic S --pages DIR       pages of our own making: an auxiliary head learns what lies where (pages/, auxiliary.py)
    --anchor S                      pages without gaze: the net is to say of them what it said at the start
    --freeze N                      leaves the stem and the first N blocks as they are
    --average A                     part of the trained weights in the average with those of the start

S is the share of the batches that come from there; together at most 1, what is left is spread evenly over those named. WEIGHTS is a
checkpoint, the shipped file, or "random". Examples:

    finetune.py --shared ../shared --start saccade-1.safetensors --out run --photos 0.7 --viewports 0.15 --anchor 0.15 --freeze 9 --average 0.5
    finetune.py --shared ../shared --start random --out run --synthetic 1 --pages /data/pages --norm --lr 4e-3 --steps 8000

DIR gets final.pt (for export.py, train.py --init, soup.py) and scores.json. The figures are means over groups (sites, clips, photograph
sets) before and after, with the paired difference and its 95 % bootstrap over sites or clips.
"""
import argparse
import copy
import json
import os
import time

import cv2
import numpy as np
import torch

import auxiliary
import data
import evaluate
import export
import gaze
import losses
import soup
import teacher_maps
import unfold
from net import density
from pages import dataset, labels

MEDIA = {"photos": "natural", "viewports": "web", "frames": "video"}
KINDS = ("photos", "viewports", "frames", "synthetic", "anchor")
PAGE_SIZES = ((512, 320), (512, 288), (448, 288), (384, 256), (288, 480))
FRAME_SIZES = ((384, 224), (416, 224), (352, 224), (320, 192))


def arguments(argv=None):
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--shared", required=True)
    ap.add_argument("--start", required=True, help="checkpoint, shipped file, or random")
    ap.add_argument("--out", required=True)
    for kind in KINDS:
        ap.add_argument(f"--{kind}", type=float, default=0.0, metavar="S")
    ap.add_argument("--pages", help="directory that python3 -m pages filled")
    ap.add_argument("--paste", action="store_true", help="show photographs of the training part in images of synthetic pages")
    ap.add_argument("--auxiliary", type=float, default=0.5, help="weight of the auxiliary loss")
    ap.add_argument("--steady", type=float, default=1.0, help="weight of the density of the start on synthetic pages (0 with --start random)")
    ap.add_argument("--video-power", type=float, default=0.5, help="power of the video prior that the training clips yield")
    ap.add_argument("--prior-lr", type=float, default=0.0, help="rate at which the priors learn (0: not at all)")
    ap.add_argument("--lag", type=float, default=gaze.LAG, help="seconds by which gaze follows a frame")
    ap.add_argument("--freeze", type=int, default=0, metavar="N")
    ap.add_argument("--norm", action="store_true", help="let BatchNorm learn; without it, its statistics stay")
    ap.add_argument("--average", type=float, default=1.0, metavar="A")
    ap.add_argument("--steps", type=int, default=400)
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--lr", type=float, default=5e-4)
    ap.add_argument("--decay", type=float, default=0.02)
    ap.add_argument("--ema", type=float, default=0.99)
    ap.add_argument("--strength", type=float, default=1.0)
    ap.add_argument("--fold", type=int, default=0)
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--limit", type=int, default=0, help="so many items of each set at most, to try a command out")
    o = ap.parse_args(argv)
    check(ap, o)
    return o


def check(ap, o):
    """Ends with all faults of the arguments at once."""
    s = [getattr(o, kind) for kind in KINDS]
    faults = []
    if min(s) < 0 or not 0 < sum(s) <= 1 + 1e-9:
        faults.append(f"the shares of {', '.join(KINDS)} add up to {sum(s):g}: want more than 0, at most 1")
    if o.synthetic and not o.pages:
        faults.append("--synthetic needs --pages: make pages by python3 -m pages --out DIR")
    if not 0 <= o.fold < o.folds:
        faults.append(f"--fold {o.fold}: want 0 to {o.folds - 1}")
    if not 0 <= o.average <= 1:
        faults.append(f"--average {o.average}: want 0 to 1")
    if o.start == "random" and o.anchor:
        faults.append("--anchor holds on to what the start says, and a random one says nothing")
    if faults:
        ap.error("\n  ".join(faults))


def load_start(path, seed, images):
    """The network to go on from; `images` are a few batches (N,3,H,W) in 0..1 for the BatchNorm of the shipped file."""
    if not path.endswith(".safetensors"):
        return export.load_checkpoint(path, seed)
    tensors, metadata = export.read_safetensors(path)
    config = json.loads(metadata["config"])
    net = unfold.load(tensors, config)
    unfold.unfold(net, [evaluate.normalize(x, config) for x in images])
    return net


def add_prior(net, medium, logits):
    """Adds or replaces the prior of a medium."""
    net.prior[medium] = torch.nn.Parameter(torch.from_numpy(logits)[None, None])
    if medium not in net.config["media"]:
        net.config["media"].append(medium)


def frozen(net, image, n):
    """Output of the stem and the first n blocks of images (N,3,H,W) in 0..1, and the taps among them; None where n is 0."""
    if not n:
        return None
    with torch.no_grad():
        x, taps = net.stem(evaluate.normalize(image, net.config)), []
        for i, block in enumerate(net.blocks[:n]):
            x = block(x)
            taps += [x] if i in net.taps else []
    return n, x, taps


def features(net, image, known=None):
    """Images (N,3,H,W) in 0..1 -> the decoder's features at strides 8 and 4; `known` is what frozen() returned of them."""
    if known is None:
        taps = net.encode(evaluate.normalize(image, net.config))
    else:
        n, x, taps = known[0], known[1], list(known[2])
        for i, block in enumerate(net.blocks[n:], n):
            x = block(x)
            taps += [x] if i in net.taps else []
    return net.decoded(net.decode16(taps), taps)


class Unlabeled:
    """Batches of pages without gaze."""

    def __init__(self, shared, seed, limit):
        self.paths = [path for _, path in teacher_maps.page_files(shared)][: limit or None]
        self.rng = np.random.default_rng(seed)

    def batch(self, n, strength):
        size, rng = PAGE_SIZES[self.rng.integers(len(PAGE_SIZES))], self.rng
        out = []
        for i in rng.integers(len(self.paths), size=n):
            image = data.read_image(self.paths[i])
            win = dataset.crop(image.shape[1] / image.shape[0], size[0] / size[1], rng, max(strength, 0.5))
            x = torch.from_numpy(dataset.resized(image, win, size)).permute(2, 0, 1).float().div_(255)
            out.append(dataset.jittered(x, rng, strength) if strength else x)
        return torch.stack(out)


class Material:
    """All data of a run: `held` lists what is scored, `loss(kind)` draws a batch and returns its loss."""

    def __init__(self, o):
        self.o, self.held, self.draw = o, {}, {}
        cut = slice(None, o.limit or None)
        train = []
        if o.photos or o.paste or o.start.endswith(".safetensors"):
            train, val = data.load_photos(o.shared)
            self.photos = data.Batches(train[cut], None, o.seed, o.batch)
            self.held["photos"] = val[::3][cut]
        photographs = [x.image for x in train] if o.paste else ()
        if o.viewports:
            train, self.held["viewports"] = gaze.split(gaze.load_viewports(o.shared), o.folds, o.fold)
            self.draw["viewports"] = gaze.Source(train[cut], o.seed, PAGE_SIZES[:-1])
        if o.frames:
            train, self.held["frames"] = gaze.split(gaze.load_frames(o.shared, lag=o.lag), o.folds, o.fold)
            self.video_prior = gaze.prior_logits(train, power=o.video_power)
            self.draw["frames"] = gaze.Source(train[cut], o.seed, FRAME_SIZES)
        if o.synthetic:
            self.synthetic = dataset.Pages(o.pages, strength=o.strength, seed=o.seed, photographs=photographs)
            self.rng = np.random.default_rng(o.seed)
        if o.anchor:
            self.unlabeled = Unlabeled(o.shared, o.seed, o.limit)
        self.held = {k: v[cut] if k != "photos" else v for k, v in self.held.items()}

    def images(self):
        """A few batches of images for BatchNorm."""
        return [self.photos.batch(1.0)["image"] for _ in range(2 if self.o.limit else 12)]

    def batch(self, kind, start, strength):
        """A batch of a kind: a dict of its image, what the frozen blocks make of it, and what is to be learned of it."""
        o = self.o
        if kind == "photos":
            b = self.photos.batch(strength)
        elif kind in self.draw:
            b = self.draw[kind].batch(o.batch, strength)
        elif kind == "anchor":
            b = dict(image=self.unlabeled.batch(o.batch, strength))
        else:
            size = PAGE_SIZES[self.rng.integers(len(PAGE_SIZES))]
            image, maps = self.synthetic.batch(self.rng.integers(len(self.synthetic), size=o.batch), size, self.rng)
            b = dict(image=image, maps=maps)
        b["known"] = None if o.norm else frozen(start, b["image"], o.freeze)
        if kind == "anchor" or kind == "synthetic" and o.steady and o.start != "random":
            with torch.no_grad():
                b["steady"] = density(start.head(features(start, b["image"], b["known"])[1]))[:, 0]
        return b

    def loss(self, kind, b, net, head):
        """Loss of a batch of a kind, and numbers for the log."""
        o = self.o
        d8, d4 = features(net, b["image"], b["known"])
        logits = net.head(d4)[:, 0]
        if kind in MEDIA:
            logits = logits + losses.warped_prior(net.prior[MEDIA[kind]], b["win"], b["flip"], b["q"].shape[-2:])
            return losses.saliency_loss(logits, b["q"], b["fix"])[0], {}
        steady = losses.saliency_loss(logits, b["steady"], b["steady"], nss_weight=0)[0] if "steady" in b else 0.0
        if kind == "anchor":
            return steady, {}
        value, dice = auxiliary.loss(head(d8, d4), b["maps"])
        return o.auxiliary * value + o.steady * steady, dict(zip(labels.CLASSES, dice.tolist()))


def shares(o):
    """Kinds and how often each is drawn; what the shares leave is spread evenly."""
    kinds = [k for k in KINDS if getattr(o, k)]
    s = np.array([getattr(o, k) for k in kinds])
    return kinds, s + (1 - s.sum()) / len(s)


def learns(name, o):
    """Reports whether a parameter of the network is to be trained."""
    kind, *rest = name.split(".")
    if kind == "gru":
        return False
    if kind == "prior":
        return o.prior_lr > 0
    if kind == "blocks":
        return int(rest[0]) >= o.freeze
    return kind != "stem" or not o.freeze


def optimizer(net, head, o):
    """AdamW over what is to learn; priors have a rate of their own."""
    for name, p in net.named_parameters():
        p.requires_grad_(learns(name, o))
    own = list(net.named_parameters()) + list(head.named_parameters())
    plain, decay, prior = [], [], []
    for name, p in own:
        if p.requires_grad:
            (prior if name.startswith("prior.") else decay if p.dim() == 4 else plain).append(p)
    groups = [dict(params=decay, weight_decay=o.decay, rate=o.lr), dict(params=plain, weight_decay=0.0, rate=o.lr)]
    groups += [dict(params=prior, weight_decay=0.0, rate=o.prior_lr)] if prior else []
    return torch.optim.AdamW(groups, lr=o.lr)


class Learner:
    """A network that learns: its optimizer and rate, and the moving average of its weights, `mean`."""

    def __init__(self, net, head, o):
        self.net, self.head, self.o, self.opt = net, head, o, optimizer(net, head, o)
        self.params = [p for g in self.opt.param_groups for p in g["params"]]
        self.mean, self.warm = copy.deepcopy(net).eval(), min(100, max(1, o.steps // 10))
        net.train(o.norm)

    def learn(self, step, loss):
        """Follows the loss of a step, counted from 0."""
        o = self.o
        rate = min(1, (step + 1) / self.warm) * (0.5 * (1 + np.cos(np.pi * step / o.steps)) + 0.004)
        for g in self.opt.param_groups:
            g["lr"] = g["rate"] * rate
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(self.params, 5.0)):
            self.opt.step()
        d = min(o.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            for a, b in zip(self.mean.parameters(), self.net.parameters()):
                a.lerp_(b, 1 - d)

    def end(self):
        """Returns the average."""
        for a, b in zip(self.mean.buffers(), self.net.buffers()):
            a.copy_(b)
        return self.mean


def train(learners, start, material, o, own=()):
    """The run itself; returns the average of each network.

    All take the same steps on the same batches, but for viewports where `own` names the source of each.
    """
    rng, began = np.random.default_rng(o.seed), time.time()
    kinds, share = shares(o)
    sums, counts = dict.fromkeys(kinds, 0.0), dict.fromkeys(kinds, 0)
    for step in range(o.steps):
        kind, strength = kinds[rng.choice(len(kinds), p=share)], o.strength * float(np.clip((1 - step / o.steps) / 0.3, 0.25, 1))
        b = None
        for i, learner in enumerate(learners):
            if own and kind == "viewports":
                material.draw[kind], b = own[i], None
            b = b or material.batch(kind, start, strength)
            loss, numbers = material.loss(kind, b, learner.net, learner.head)
            learner.learn(step, loss)
            sums[kind], counts[kind] = sums[kind] + float(loss.detach()), counts[kind] + 1
        if (step + 1) % max(1, min(50, o.steps // 4)) == 0:
            text = "  ".join(f"{k} {sums[k] / counts[k]:.3f} ({counts[k]})" for k in kinds if counts[k])
            dice = "  dice " + " ".join(f"{k} {v:.2f}" for k, v in numbers.items() if v == v) if numbers else ""
            print(f"{(time.time() - began) / 60:6.1f} min {step + 1:6d} batches  loss {text}{dice}", flush=True)
            sums, counts = dict.fromkeys(kinds, 0.0), dict.fromkeys(kinds, 0)
    return [learner.end() for learner in learners]


@torch.no_grad()
def page_dice(net, head, o):
    """Mean Dice of each class on the held-out synthetic pages."""
    pages = dataset.Pages(o.pages, (512, 320), held_out=True)
    rows = []
    for i in range(min(len(pages), o.limit or 60)):
        image, maps = pages[i]
        rows.append(auxiliary.loss(head(*features(net, image[None])), maps[None])[1].numpy())
    return dict(zip(labels.CLASSES, np.nanmean(rows, 0).round(3).tolist()))


def score(net, held):
    """{kind: {group: (NSS, CC)}} of what was held out."""
    out = {}
    for kind, items in held.items():
        area = evaluate.AREA_VIDEO if kind == "frames" else 512 * 320
        out[kind] = evaluate.table(net, items, area) if kind == "photos" else gaze.scores(net, items, area)
    return out


def report(before, after):
    """Prints the figures before and after; returns them as JSON holds them."""
    out = {}
    for kind in after:
        d, low, high = gaze.paired(*({g: np.asarray(v) for g, v in x[kind].items()} for x in (before, after)))
        b, a = (np.mean(list(x[kind].values()), 0) for x in (before, after))
        print("%-10s %2d groups  NSS %.3f -> %.3f (%+.3f [%+.3f, %+.3f])  CC %.3f -> %.3f (%+.3f [%+.3f, %+.3f])" % (
            kind, len(after[kind]), b[0], a[0], d[0], low[0], high[0], b[1], a[1], d[1], low[1], high[1]), flush=True)
        out[kind] = {g: dict(before=np.asarray(before[kind][g]).tolist(), after=np.asarray(after[kind][g]).tolist()) for g in after[kind]}
    return out


def prepare(o):
    """Settings of the process for a run."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    torch.manual_seed(o.seed)


def main(argv=None):
    o = arguments(argv)
    os.makedirs(o.out, exist_ok=True)
    prepare(o)
    material = Material(o)
    start = load_start(o.start, o.seed, material.images() if o.start.endswith(".safetensors") else None)
    if o.frames and "video" not in start.prior:
        add_prior(start, "video", material.video_prior)
    before = score(start, material.held)
    net, head = copy.deepcopy(start), auxiliary.Head(start.config)
    (mean,) = train([Learner(net, head, o)], start, material, o)
    mean.load_state_dict(soup.average(start.state_dict(), mean.state_dict(), o.average))
    result = report(before, score(mean, material.held))
    if o.synthetic:
        result["dice"] = page_dice(net.eval(), head, o)
        print("held-out pages, Dice:", result["dice"], flush=True)
    torch.save(dict(ema=mean.state_dict(), start=start.state_dict(), config=mean.config, options=vars(o), batches=o.steps, auxiliary=head.state_dict()), f"{o.out}/final.pt")
    with open(f"{o.out}/scores.json", "w", encoding="utf-8") as f:
        json.dump(dict(options=vars(o), scores=result), f, indent=1)


if __name__ == "__main__":
    main()
