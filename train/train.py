"""Trains the network in image mode from random weights, from fixations alone or distilled from a teacher ensemble as well.

    train.py --shared SHARED --pages MAPS --out RUN_DIR [--minutes 8 | --steps N] [--seed 1] ...
    train.py ... --wide 1.75                        a wider network, a member of the teacher ensemble
    train.py ... --distil A.pt B.pt --share 0.7     a small network, distilled from the ensemble of wider ones

The moving average of the weights is what is kept, in RUN_DIR/last.pt now and then and in RUN_DIR/final.pt at the end.
The schedule follows the number of batches (--steps) or the clock (--minutes). Runs on a GPU if there is one; a processor
does the same, much slower.
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
import torch.nn.functional as F

import data
import evaluate
import export
import losses
import net as network

INNER = (2, 4, 7, 9)      # student blocks that are compared with the feature teacher's taps


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--shared", required=True)
    ap.add_argument("--pages", required=True, help="directory of teacher maps made by teacher_maps.py")
    ap.add_argument("--out", required=True)
    ap.add_argument("--minutes", type=float, default=8)
    ap.add_argument("--steps", type=int, default=0)
    ap.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    ap.add_argument("--wide", type=float, default=1, help="factor on all widths of the network")
    ap.add_argument("--drop", type=float, default=0, help="how often a residual branch is left out")
    ap.add_argument("--batch", type=int, default=48)
    ap.add_argument("--lr", type=float, default=4e-3)
    ap.add_argument("--decay", type=float, default=4e-2)
    ap.add_argument("--feature", type=float, default=2.0, help="weight of the feature loss at the start")
    ap.add_argument("--feature-end", type=float, default=0.7, help="part of the run at which it has reached 0")
    ap.add_argument("--page-share", type=float, default=0.2)
    ap.add_argument("--strength", type=float, default=1.0)
    ap.add_argument("--ema", type=float, default=0.998)
    ap.add_argument("--small", type=float, default=0.4, help="part of the run on small images")
    ap.add_argument("--freeze", type=float, default=0.85, help="part of the run after which BatchNorm is frozen")
    ap.add_argument("--distil", nargs="*", default=[], metavar="CHECKPOINT", help="networks of the teacher ensemble")
    ap.add_argument("--share", type=float, default=0.7, help="share of the distillation loss")
    ap.add_argument("--zoom", type=float, default=1.0, help="how much larger the ensemble's input is")
    ap.add_argument("--mix", type=float, default=0.3, help="share of batches with mixup or CutMix when distilling")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--init", help="a checkpoint to go on from")
    return ap.parse_args()


def strength(frac, o):
    """Strength of the augmentation at a part of the run: weaker over the last 30 %."""
    return o.strength * float(np.clip((1.0 - frac) / 0.3, 0.25, 1))


def schedule(frac, step, o):
    """Learning rate factor and feature weight at a part of the run."""
    lr = min(1.0, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * min(frac, 1))) + 0.004)
    hold = 0.35 * o.feature_end
    return lr, o.feature * float(np.clip((o.feature_end - frac) / (o.feature_end - hold), 0, 1))


def load_feature_teacher(shared, source, o):
    """The teacher's backbone behind TeacherFeatures, calibrated on a few batches."""
    sys.path.insert(0, f"{shared}/model")
    import acnet
    backbone = acnet.load().bb.eval().to(memory_format=torch.channels_last)
    for p in backbone.parameters():
        p.requires_grad_(False)
    teacher = losses.TeacherFeatures(backbone).to(o.device)
    teacher.calibrate([source.batch(1.0)["image"] for _ in range(4)])
    return teacher


def build(photos, o):
    """Random network with its starting priors."""
    torch.manual_seed(o.seed)
    net = network.Saccade(network.widened(network.CONFIG, o.wide), drop=o.drop)
    with torch.no_grad():
        natural = net.prior["natural"]
        natural[0, 0] = torch.from_numpy(np.log(data.mean_density(photos) + 1e-6))
        natural -= natural.max()
        net.prior["web"][0, 0] = torch.from_numpy(data.web_prior())
        net.head.weight.mul_(0.5)
    net.prior["web"].requires_grad_(False)
    if o.init:
        net.load_state_dict(torch.load(o.init, map_location="cpu")["ema"], strict=False)
    return net.to(o.device, memory_format=torch.channels_last)


def optimizer(net, adapters, o):
    """AdamW; no decay on biases, BatchNorm and the prior. The recurrent branch is not trained here."""
    decay, plain = [], []
    for name, p in list(net.named_parameters()) + list(adapters.named_parameters()):
        if p.requires_grad and not name.startswith("gru."):
            (decay if p.dim() == 4 and not name.startswith("prior") else plain).append(p)
    return torch.optim.AdamW([dict(params=decay, weight_decay=o.decay), dict(params=plain, weight_decay=0.0)], lr=o.lr,
                             **(dict(fused=True) if o.device == "cuda" else {}))


def mixup_or_cutmix(x):
    """Mixup (Zhang et al., ICLR 2018) or CutMix (Yun et al., ICCV 2019) of a batch, for which only teacher densities exist."""
    other = x.flip(0)
    if torch.rand(()) < 0.5:
        share = torch.empty(len(x), 1, 1, 1, device=x.device).uniform_(0.25, 0.75)
        return x * share + other * (1 - share)
    h, w = x.shape[-2:]
    bh, bw = (int(n * (0.3 + 0.4 * float(torch.rand(())))) for n in (h, w))
    y, z = int(torch.randint(h - bh, ())), int(torch.randint(w - bw, ()))
    x = x.clone()
    x[:, :, y:y + bh, z:z + bw] = other[:, :, y:y + bh, z:z + bw]
    return x


def seen_prior(net, b, size):
    """The prior of each image's medium through its window, (N,*size)."""
    web, natural = (losses.warped_prior(net.prior[m], b["win"], b["flip"], size) for m in ("web", "natural"))
    return torch.where(b["web"][:, None, None], web, natural)


@torch.no_grad()
def teacher_density(teachers, x, b, size):
    """Density (N,*size) of one member of the teacher ensemble for the images x of a batch.

    The member is drawn anew for each batch: the gradient of the KLD is linear in the teacher density, so over the batches this
    equals the ensemble's mean, at the price of one member.
    """
    member = teachers[int(torch.randint(len(teachers), ()))]
    logits = member(x, "none")
    if logits.shape[-2:] != size:
        logits = F.interpolate(logits, size, mode="bilinear", align_corners=False, antialias=True)
    logits = logits[:, 0] + seen_prior(member, b, size)
    return logits.flatten(1).softmax(1).view_as(logits)


def batch_loss(net, adapters, teacher, teachers, b, feature, o):
    """Loss of one batch, and four numbers (on the device) for the log: KLD, CC, NSS, feature loss."""
    cfg = net.config
    unit = b["image"]
    mix = bool(teachers) and float(torch.rand(())) < o.mix
    if mix:
        unit = mixup_or_cutmix(unit)
    height, width = (4 * n for n in b["q"].shape[-2:])
    small = unit
    if unit.shape[-2:] != (height, width):
        small = F.interpolate(unit, (height, width), mode="bilinear", align_corners=False, antialias=True)
    web, size = b["web"][:, None, None], b["q"].shape[-2:]
    prior = seen_prior(net, b, size)
    inner = INNER if feature > 0 else ()
    out = net.encode(evaluate.normalize(small, cfg), inner)
    taps, extra = out if inner else (out, None)
    logits = net.decode4(net.decode16(taps), taps)[:, 0] + prior
    match = adapters(extra, teacher(small)) if inner else torch.zeros((), device=o.device)
    if teachers:
        soft = teacher_density(teachers, evaluate.normalize(unit, cfg), b, size)
        distillation, distillation_terms = losses.saliency_loss(logits, soft, soft, nss_weight=0)
    if mix:     # no fixations exist for these
        return distillation + feature * match, log(distillation_terms, match)
    page = (b["q"] + 0.02 * b["q"].amax((1, 2), keepdim=True)) * prior.detach().exp()
    page = page / page.sum((1, 2), keepdim=True)
    loss, terms = losses.saliency_loss(logits, torch.where(web, page, b["q"]), torch.where(web, page, b["fix"]))
    if teachers:
        loss = (1 - o.share) * loss + o.share * distillation
    return loss + feature * match, log(terms, match)


def log(terms, match):
    """The numbers of a batch for the log, one tensor, so that nothing waits for the GPU."""
    return torch.stack([t.detach() for t in (*terms, match)])


def freeze_norm(net):
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.eval()


class Recorder:
    """Moving average, log and checkpoints."""

    def __init__(self, net, o, val, pages):
        self.o, self.val, self.pages = o, val, pages
        self.ema = copy.deepcopy(net).eval()
        self.steps, self.sums, self.start, self.saved = 0, 0, time.time(), time.time()

    def update(self, net, terms, lr, feature, frac):
        self.steps += 1
        d = min(self.o.ema, (1 + self.steps) / (20 + self.steps))
        with torch.no_grad():
            mean = list(self.ema.parameters())
            torch._foreach_mul_(mean, d)
            torch._foreach_add_(mean, list(net.parameters()), alpha=1 - d)
        self.sums = self.sums + terms
        if self.steps % 100 == 0:
            kld, cc, nss, match = (self.sums / 100).tolist()
            self.sums = 0
            print("%6.1f min %5.1f %% %6d batches  kld %.3f cc %.3f nss %.3f  feature %.3f (x %.2f)  lr %.5f" % (
                (time.time() - self.start) / 60, 100 * frac, self.steps, kld, cc, nss, match, feature, lr), flush=True)
        if time.time() - self.saved > 300:
            self.check(net, "last.pt")
            self.saved = time.time()

    def check(self, net, name):
        """Scores the average, with the running BatchNorm statistics, on every third validation image and saves it."""
        for a, b in zip(self.ema.buffers(), net.buffers()):
            a.copy_(b)
        scores = evaluate.table(self.ema, self.val[::3], 416 * 320)
        print("check", evaluate.line(scores), flush=True)
        torch.save(dict(ema=self.ema.state_dict(), config=self.ema.config, options=vars(self.o), batches=self.steps), f"{self.o.out}/{name}")

    def finish(self, net):
        """Saves final.pt and scores all validation images and the kept-back pages."""
        self.check(net, "final.pt")
        for area in (evaluate.AREA_IMAGE, evaluate.AREA_VIDEO):
            print("%d px  %s" % (area, evaluate.line(evaluate.table(self.ema, self.val, area))), flush=True)
        print("pages CC %.3f" % evaluate.page_cc(self.ema, self.pages, 416 * 320, data.web_prior()), flush=True)


def train(net, adapters, teacher, teachers, source, recorder, o):
    """The run itself."""
    opt = optimizer(net, adapters, o)
    params = [p for g in opt.param_groups for p in g["params"]]
    net.train()
    began, step, frozen = time.time(), 0, False
    while True:
        frac = step / o.steps if o.steps else (time.time() - began) / (60 * o.minutes)
        if frac >= 1:
            return
        lr, feature = schedule(frac, step, o)
        if frac > o.freeze and not frozen:
            freeze_norm(net)
            frozen = True
        for g in opt.param_groups:
            g["lr"] = o.lr * lr
        loss, terms = batch_loss(net, adapters, teacher, teachers, source.batch(strength(frac, o), "small" if frac < o.small else "full"), feature, o)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(params, 5.0)
        if torch.isfinite(norm):
            opt.step()
        recorder.update(net, terms, o.lr * lr, feature, frac)
        step += 1


def main():
    o = arguments()
    os.makedirs(o.out, exist_ok=True)
    json.dump(vars(o), open(f"{o.out}/options.json", "w"), indent=1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    photos, val = data.load_photos(o.shared)
    pages, kept = data.load_pages(o.shared, o.pages)
    source = data.Batches(photos, pages, o.seed, o.batch, o.page_share, o.zoom, o.device)
    teachers = [export.load_checkpoint(p).to(o.device, memory_format=torch.channels_last) for p in o.distil]
    net = build(photos, o)
    adapters = losses.Adapters([net.config["blocks"][i]["o"] for i in INNER]).to(o.device)
    teacher = load_feature_teacher(o.shared, source, o) if o.feature else None
    print("%d photographs, %d pages, %d for validation; %d parameters, %.1f MMAC at 384x224" % (
        (len(photos), len(pages), len(val)) + network.count(net)), flush=True)
    recorder = Recorder(net, o, val, kept)
    train(net, adapters, teacher, teachers, source, recorder, o)
    recorder.finish(net)


if __name__ == "__main__":
    main()
