"""Predictions of clips left out, kept, and what is made of them judged in pairs.

    held.py WEIGHTS.safetensors FEATURES OUT.npz --shared SHARED --heads HEADS    what `video.py train --fold each --out HEADS` left out

Of every frame of every clip the logits without a prior are kept, in video mode (by the branch of the fold that did not learn from
the clip) and in image mode, and the prior of video of that fold. The rest is a library: `Held` makes densities of them
(exponents, a lag, mixtures with a center), `judge` scores them on the grid of the project's video protocol, `paired` compares two
results by bootstrap over clips, `nested` chooses among settings without the fold that is judged.
"""
import argparse
import json

import cv2
import numpy as np
import torch

import export
import unfold
import video

STEP = 5           # one frame in so many is judged


@torch.no_grad()
def predict(net, head, clips, work, indices):
    """{clip: (z of video mode, z of image mode)}, each (T,56,96) fp16, without a prior; head None leaves out video mode."""
    out = {}
    for i in indices:
        s, moving, still = video.Stream(work, clips, i, 0), [], []
        while s.pos < s.length:
            f = s.features(s.take(min(32, s.length - s.pos)))
            still.append(video.decode(net, f["d16"], f["l8"], f["l4"])[:, 0].half().numpy())
            ys, h = [], s.state
            for d in f["d16"]:
                y, h = head.gru(d[None], h)
                ys.append(y)
            s.state = h
            moving.append(video.decode(head, torch.cat(ys), f["l8"], f["l4"])[:, 0].half().numpy())
        out[clips[i]["name"]] = np.concatenate(moving), np.concatenate(still)
    return out


class Truth:
    """The judged frames of one clip: indices, cells of the fixations and the normalized density on the grid of 90 x 160."""

    def __init__(self, clip, at, step=STEP, lag=0.0):
        self.frames, self.cells, self.density = [], [], []
        for t in range(0, len(at), step):
            on = (clip["fix"][:, 0] <= at[t] + lag) & (at[t] + lag < clip["fix"][:, 1])
            points = clip["fix"][on, 2:4]
            if len(points) < 3:
                continue
            x, y = (points[:, 0] * 160).astype(int).clip(0, 159), (points[:, 1] * 90).astype(int).clip(0, 89)
            hist = np.zeros((90, 160), np.float32)
            np.add.at(hist, (y, x), 1)
            q = cv2.GaussianBlur(hist, (0, 0), video.SIGMA * 160, borderType=cv2.BORDER_CONSTANT)
            self.frames.append(t)
            self.cells.append((y, x))
            self.density.append((q - q.mean()) / (q.std() + 1e-12))


class Held:
    """What held.py keeps, with the ground truth. `names` lists the clips, `fold` their folds."""

    def __init__(self, path, shared, work):
        kept = np.load(path)
        self.clips = {c["name"]: c for c in video.read_set(shared)}
        self.names = sorted(self.clips)
        self.fold = {n: i % video.FOLDS for i, n in enumerate(self.names)}
        self.at = {n: np.load(f"{work}/{n}.times.npy") for n in self.names}
        self.truth = {n: Truth(self.clips[n], self.at[n]) for n in self.names}
        self.moving = {n: kept[n + ".video"] for n in self.names}
        self.still = {n: kept[n + ".image"] for n in self.names}
        self.prior = {n: cv2.resize(kept[f"prior.{self.fold[n]}"], (96, 56), interpolation=cv2.INTER_LINEAR) for n in self.names}

    def others(self, name, power=1.0):
        """Density (56,96) of the fixations of the clips of the other folds."""
        clips = [self.clips[n] for n in self.names if self.fold[n] != self.fold[name]]
        p = cv2.resize(np.exp(power * video.mean_log_density(clips)), (96, 56), interpolation=cv2.INTER_LINEAR)
        return p / p.sum()

    def result(self, moving=True, gain=1.0, prior=1.0, sharp=1.0, response=0.0, hedge=0.0, before=0.0):
        """(NSS, CC) of every clip, (clips,2): `gain` on what the branch adds to the logits, exponents of the prior and of the density,
        a response time in s, a share of the Gaussian center, and that for the first 0.3 s in place of it."""
        out = []
        for n in self.names:
            z = self.still[n].astype(np.float32)
            if moving:
                z += gain * (self.moving[n].astype(np.float32) - z)
            p = respond(density(sharp * (z + prior * self.prior[n])), self.at[n], response)[self.truth[n].frames]
            share = np.where(self.at[n][self.truth[n].frames] < 0.3, max(before, hedge), hedge)[:, None, None]
            out.append(judge(self.truth[n], (1 - share) * p + share * center()))
        return np.array(out)


def density(z):
    """Softmax of logits (n,h,w)."""
    p = np.exp(z - z.max((1, 2), keepdims=True))
    return p / p.sum((1, 2), keepdims=True)


def respond(p, at, seconds):
    """Densities (T,h,w) at times (T,) as the engine shows them with a response time: their exponential mean."""
    if not seconds:
        return p
    out, shown = np.empty_like(p), p[0]
    for t in range(len(p)):
        share = 1 - np.exp(-(at[t] - at[t - 1]) / seconds) if t else 1
        out[t] = shown = shown + (p[t] - shown) * share
    return out


def center(h=56, w=96):
    """The Gaussian center, (h,w)."""
    y, x = np.mgrid[0:h, 0:w]
    p = np.exp(-(((x + 0.5) / w - 0.5) ** 2 + ((y + 0.5) / h - 0.5) ** 2) / (2 * video.CENTER ** 2))
    return p / p.sum()


def judge(truth, p):
    """(NSS, CC), means over the judged frames of a clip, of densities (n,h,w) or (h,w)."""
    rows = []
    for k, cells in enumerate(truth.cells):
        m = cv2.resize((p[k] if p.ndim == 3 else p).astype(np.float32), (160, 90), interpolation=cv2.INTER_LINEAR)
        z = (m - m.mean()) / (m.std() + 1e-12)
        rows.append((z[cells].mean(), (z * truth.density[k]).mean()))
    return np.mean(rows, 0)


def paired(after, before, rounds=10000, seed=1):
    """Mean difference of two results (clips,2) and its 95 % bootstrap over clips, and the clips on which the first is ahead in NSS."""
    d = np.asarray(after) - np.asarray(before)
    means = d[np.random.default_rng(seed).integers(len(d), size=(rounds, len(d)))].mean(1)
    return d.mean(0), *np.percentile(means, (2.5, 97.5), axis=0), int((d[:, 0] > 0).sum())


def nested(results, folds, value):
    """Results (clips,2) where every fold has the setting that is best by `value` of the results of the other folds; and the settings."""
    folds, out, chosen = np.asarray(folds), None, []
    for k in sorted(set(folds)):
        best = max(results, key=lambda s: value(results[s][folds != k]))
        out = np.array(results[best]) if out is None else out
        out[folds == k] = results[best][folds == k]
        chosen.append(best)
    return out, chosen


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("weights")
    ap.add_argument("work")
    ap.add_argument("out")
    ap.add_argument("--shared", required=True)
    ap.add_argument("--heads", required=True, help="start of the names of the heads of the folds; several, separated by commas, are averaged")
    ap.add_argument("--gain", type=float, default=1.0, help="factor on what the branch adds, in the network")
    ap.add_argument("--average", choices=("weights", "logits"), default="logits")
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    tensors, meta = export.read_safetensors(o.weights)
    net = unfold.load(tensors, json.loads(meta["config"])).to(memory_format=torch.channels_last)
    clips, kept = video.read_set(o.shared), {}
    for fold in range(video.FOLDS):
        held = [i for i in range(len(clips)) if i % video.FOLDS == fold]
        heads = [torch.load(f"{h}.{fold}", map_location="cpu") for h in o.heads.split(",")]
        for h in heads:
            h["gru.out.weight"] *= o.gain
            h["gru.out.bias"] *= o.gain
        kept[f"prior.{fold}"] = sum(h["prior"] for h in heads)[0, 0].numpy() / len(heads)
        if o.average == "weights":
            heads = [{k: sum(h[k] for h in heads) / len(heads) for k in heads[0]}]
        parts = []
        for state in heads:
            head = video.VideoHead(net, clips, False)
            head.load_state_dict(state)
            parts.append(predict(net, head, clips, o.work, held))
        for name in parts[0]:
            kept[name + ".video"] = np.mean([p[name][0].astype(np.float32) for p in parts], 0).astype(np.float16)
            kept[name + ".image"] = parts[0][name][1]
    np.savez(o.out, **kept)


if __name__ == "__main__":
    main()
