"""Trains the still-image network from random weights.

    train.py --shared SHARED --pages MAPS --out RUN_DIR [--minutes 70] [--workers 2] [--seed 1] ...

Workers share one set of weights (each computes its own gradients and applies them at once); worker 0 also keeps the
moving average of the weights, logs, and saves RUN_DIR/last.pt every few minutes and RUN_DIR/final.pt at the end.
With --steps the schedule follows the number of batches of all workers together, else it follows the clock.
"""
import argparse
import copy
import json
import os
import sys
import time

import cv2
import numpy as np
import torch
import torch.multiprocessing as mp

import data
import evaluate
import losses
import net as network

INNER = (2, 4, 7, 9)      # student blocks that are compared with the teacher's taps


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--shared", required=True)
    ap.add_argument("--pages", required=True, help="folder of teacher maps made by pages.py")
    ap.add_argument("--out", required=True)
    ap.add_argument("--minutes", type=float, default=70)
    ap.add_argument("--steps", type=int, default=0)
    ap.add_argument("--workers", type=int, default=2)
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--lr", type=float, default=3e-3)
    ap.add_argument("--decay", type=float, default=2e-2)
    ap.add_argument("--feature", type=float, default=2.0, help="weight of the feature loss at the start")
    ap.add_argument("--feature-end", type=float, default=0.7, help="part of the run at which it has reached 0")
    ap.add_argument("--page-share", type=float, default=0.2)
    ap.add_argument("--strength", type=float, default=1.0)
    ap.add_argument("--ema", type=float, default=0.996)
    ap.add_argument("--small", type=float, default=0.45, help="part of the run on small pictures")
    ap.add_argument("--sizes", default="full", choices=("full", "large"), help="the pictures of the rest of the run")
    ap.add_argument("--freeze", type=float, default=0.85, help="part of the run after which BatchNorm is frozen")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--init", help="a checkpoint to go on from")
    return ap.parse_args()


def load_teacher(shared):
    """The teacher's backbone behind TeacherFeatures, uncalibrated."""
    sys.path.insert(0, f"{shared}/model")
    import acnet
    backbone = acnet.load().bb.eval().to(memory_format=torch.channels_last)
    for p in backbone.parameters():
        p.requires_grad_(False)
    return losses.TeacherFeatures(backbone)


def clean_input(images):
    """uint8 (N,H,W,3) -> float 0..1 (N,3,H,W), the teacher's input."""
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div_(255)
    return x.contiguous(memory_format=torch.channels_last)


def build(o, photos):
    """Random network, adapters and calibrated teacher."""
    torch.manual_seed(o.seed)
    net = network.Saccade()
    with torch.no_grad():
        net.prior["natural"][0, 0] = torch.from_numpy(np.log(data.mean_density(photos) + 1e-6))
        net.prior["natural"] -= net.prior["natural"].max()
        net.prior["web"][0, 0] = torch.from_numpy(data.web_prior())
        net.head.weight.mul_(0.5)
    net.prior["web"].requires_grad_(False)
    if o.init:
        net.load_state_dict(torch.load(o.init)["ema"], strict=False)
    adapters = losses.Adapters([net.config["blocks"][i]["o"] for i in INNER])
    teacher = load_teacher(o.shared)
    source = data.Batches(photos, [], seed=o.seed + 99, size=o.batch)
    teacher.calibrate([clean_input(source.batch(1.0)["clean"]) for _ in range(6)])
    return net.to(memory_format=torch.channels_last), adapters, teacher


def optimizer(net, adapters, o):
    """AdamW; no decay on biases, BatchNorm and the prior. The time branch is not trained here."""
    decay, plain = [], []
    for name, p in list(net.named_parameters()) + list(adapters.named_parameters()):
        if p.requires_grad and not name.startswith("gru."):
            (decay if p.dim() == 4 and not name.startswith("prior") else plain).append(p)
    return torch.optim.AdamW([dict(params=decay, weight_decay=o.decay), dict(params=plain, weight_decay=0.0)], lr=o.lr)


def schedule(frac, step, o):
    """Learning rate factor, feature weight and augmentation strength at a part of the run."""
    lr = min(1.0, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * min(frac, 1))) + 0.004)
    hold = 0.35 * o.feature_end
    feature = o.feature * float(np.clip((o.feature_end - frac) / (o.feature_end - hold), 0, 1))
    strength = o.strength * float(np.clip((1.0 - frac) / 0.3, 0.25, 1))
    return lr, feature, strength


def still_loss(net, adapters, teacher, b, feature):
    """Loss of one batch, and numbers for the log."""
    cfg = net.config
    x = evaluate.to_input(b["image"], cfg["mean"], cfg["std"])
    inner = INNER if feature > 0 else ()
    out = net.encode(x, inner)
    taps, extra = out if inner else (out, None)
    logits = net.decode4(net.decode16(taps), taps)[:, 0]
    win, flip = torch.from_numpy(b["win"]), torch.from_numpy(b["flip"])
    web = torch.from_numpy(b["web"])
    size = logits.shape[-2:]
    wp = losses.warped_prior(net.prior["web"], win, flip, size)
    prior = torch.where(web[:, None, None], wp, losses.warped_prior(net.prior["natural"], win, flip, size))
    q, fix = torch.from_numpy(b["q"]), torch.from_numpy(b["fix"])
    page = (q + 0.02 * q.amax((1, 2), keepdim=True)) * wp.exp()
    page = page / page.sum((1, 2), keepdim=True)
    q = torch.where(web[:, None, None], page, q)
    fix = torch.where(web[:, None, None], page, fix)
    loss, terms = losses.saliency_loss(logits + prior, q, fix)
    match = 0.0
    if inner:
        fl = adapters(extra, teacher(clean_input(b["clean"])))
        loss, match = loss + feature * fl, fl.item()
    return loss, terms + (match,)


def freeze_norm(net):
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.eval()


class Recorder:
    """Worker 0's moving average, log and checkpoints."""

    def __init__(self, net, o, val, pages):
        self.o, self.val, self.pages = o, val, pages
        self.ema = copy.deepcopy(net).eval()
        self.steps, self.sums, self.start, self.saved = 0, np.zeros(4), time.time(), time.time()

    def update(self, net, terms, lr, feature, total, frac):
        self.steps += 1
        d = min(self.o.ema, (1 + self.steps) / (20 + self.steps))
        with torch.no_grad():
            for a, b in zip(self.ema.parameters(), net.parameters()):
                a.lerp_(b, 1 - d)
            for a, b in zip(self.ema.buffers(), net.buffers()):
                a.copy_(b)
        self.sums += terms
        if self.steps % 25 == 0:
            kld, cc, nss, match = self.sums / 25
            self.sums[:] = 0
            print("%6.1f min %5.1f %% %6d batches  kld %.3f cc %.3f nss %.3f  feature %.3f (x %.2f)  lr %.5f" % (
                (time.time() - self.start) / 60, 100 * frac, total, kld, cc, nss, match, feature, lr), flush=True)
        if time.time() - self.saved > 480:
            self.check("last.pt", total)
            self.saved = time.time()

    def check(self, name, total):
        """Scores the average on every third validation picture and saves it."""
        scores = evaluate.table(self.ema, self.val[::3], 416 * 320)
        print("check", evaluate.line(scores), flush=True)
        torch.save(dict(ema=self.ema.state_dict(), config=self.ema.config, options=vars(self.o), batches=total), f"{self.o.out}/{name}")


def worker(rank, net, adapters, teacher, photos, pages, val, o, counter, began):
    """Trains until the run is over; see the module's text for how workers go together."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    torch.manual_seed(o.seed * 100 + rank)
    source = data.Batches(photos, pages[0], o.seed * 100 + rank, o.batch, o.page_share)
    opt = optimizer(net, adapters, o)
    recorder = Recorder(net, o, val, pages[1]) if rank == 0 else None
    params = [p for g in opt.param_groups for p in g["params"]]
    net.train()
    frozen = False
    while True:
        with counter.get_lock():
            step = counter.value
            counter.value += 1
        frac = step / o.steps if o.steps else (time.time() - began) / (60 * o.minutes)
        if frac >= 1:
            break
        lr, feature, strength = schedule(frac, step, o)
        if frac > o.freeze and not frozen:
            freeze_norm(net)
            frozen = True
        for g in opt.param_groups:
            g["lr"] = o.lr * lr
        loss, terms = still_loss(net, adapters, teacher, source.batch(strength, "small" if frac < o.small else o.sizes), feature)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        if np.isfinite(loss.item()):
            torch.nn.utils.clip_grad_norm_(params, 5.0)
            opt.step()
        if recorder:
            recorder.update(net, terms, o.lr * lr, feature, step, frac)
    if recorder:
        finish(recorder, counter.value)


def finish(recorder, total):
    """Saves final.pt and scores all validation pictures and the kept-back pages."""
    recorder.check("final.pt", total)
    for area in (evaluate.AREA_IMAGE, 416 * 320, evaluate.AREA_VIDEO):
        print("%d px  %s" % (area, evaluate.line(evaluate.table(recorder.ema, recorder.val, area))), flush=True)
    print("pages CC %.3f" % evaluate.page_cc(recorder.ema, recorder.pages, 416 * 320, data.web_prior()), flush=True)


def main():
    o = arguments()
    os.makedirs(o.out, exist_ok=True)
    json.dump(vars(o), open(f"{o.out}/options.json", "w"), indent=1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    photos, val = data.load_photos(o.shared)
    pages = data.load_pages(o.shared, o.pages)
    net, adapters, teacher = build(o, photos)
    print("%d photographs, %d pages, %d for validation; %d parameters, %.1f MMAC at 384x224" % (
        (len(photos), len(pages[0]), len(val)) + network.count(net)), flush=True)
    net.share_memory()
    adapters.share_memory()
    counter, began = mp.Value("l", 0), time.time()
    jobs = [mp.Process(target=worker, args=(r, net, adapters, teacher, photos, pages, val, o, counter, began))
            for r in range(o.workers)]
    for j in jobs:
        j.start()
    for j in jobs:
        j.join()


if __name__ == "__main__":
    main()
