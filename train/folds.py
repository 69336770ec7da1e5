"""Judges a recipe of finetune.py on pages in folds by site, beside the weights it starts from, with the program itself.

    folds.py WORK --shared SHARED [--folds 5] [--only 0,1] [--seeds 1,21] [--share 0.275] [--start WEIGHTS] [--photographs] [-- FLAGS]

Trains one network for each fold and seed, `finetune.py FLAGS --average 1 --fold K`, which sees no viewport of the sites of fold K. The network of a
fold is the mean of its seeds, each moved from the start by `--share` of the way. Without --start that is what shipped before any page with gaze
was learned, and without FLAGS the recipe of the shipped network. Networks and start are then judged by `saccade eval` of this checkout, built with their
weights, on all of eyevis-web, and each viewport counts by the network that has not seen its site. Whole runs in WORK are not repeated.

Printed are the means over viewports, as `saccade eval` has them, and the paired difference with its 95 % bootstrap over sites: of those that five
people or more saw, which is also what the runs learn from, and of all. --photographs judges osie, crowd and scene (val) as well.
Needs git and go. WORK/folds.json holds what was printed and the figures of each viewport.
"""
import argparse
import copy
import csv
import json
import os
import shlex
import subprocess
import sys

import numpy as np
import torch

import auxiliary
import export
import finetune
import gaze
import net as network
import soup

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WEIGHTS = f"{ROOT}/internal/attention/weights/saccade-1.safetensors"
#: The commit whose parent has the weights that no page with gaze was learned for.
LEARNED = "f3bb09518a33e49386b10d646b15d92eb6a32597"
RECIPE = "--photos 0.6 --viewports 0.2 --anchor 0.2 --freeze 9 --steps 350"
MEASURES = ("NSS", "CC", "sAUC")
PHOTOGRAPHS = ("osie", "crowd", "scene")


def arguments(argv=None):
    argv = list(sys.argv[1:] if argv is None else argv)
    own, flags = (argv[:argv.index("--")], argv[argv.index("--") + 1:]) if "--" in argv else (argv, shlex.split(RECIPE))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("work")
    ap.add_argument("--shared", required=True)
    ap.add_argument("--start", help="weights (.safetensors) to go on from and to compare with")
    ap.add_argument("--versus", help="folds.json of another recipe to compare with as well")
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--only", help="these folds, separated by commas")
    ap.add_argument("--seeds", default="1,21")
    ap.add_argument("--share", type=float, default=0.275)
    ap.add_argument("--photographs", action="store_true")
    o = ap.parse_args(own)
    o.flags, o.seeds = flags, [int(s) for s in o.seeds.split(",")]
    o.only = [int(k) for k in o.only.split(",")] if o.only else list(range(o.folds))
    faults = [f"--only {k}: want 0 to {o.folds - 1}" for k in o.only if not 0 <= k < o.folds]
    if not 0 <= o.share <= 1:
        faults.append(f"--share {o.share:g}: want 0 to 1")
    faults += [f"{f} is set by folds.py" for f in ("--average", "--fold", "--folds", "--seed", "--out") if f in flags]
    if faults:
        ap.error("\n  ".join(faults))
    return o


def start_weights(o):
    """Path of the weights to start from; those of the history are written to WORK."""
    if o.start:
        return o.start
    path, name = f"{o.work}/before.safetensors", f"{LEARNED}^:{os.path.relpath(WEIGHTS, ROOT)}"
    if not os.path.exists(path):
        raw = subprocess.run(["git", "-C", ROOT, "show", name], check=True, stdout=subprocess.PIPE).stdout
        with open(path + ".part", "wb") as f:
            f.write(raw)
        os.replace(path + ".part", path)
    return path


def command(o, start, fold, seed):
    """Arguments of finetune.py for one run."""
    return ["--shared", o.shared, "--start", start, *o.flags, "--average", "1",
            "--fold", str(fold), "--folds", str(o.folds), "--seed", str(seed), "--out", f"{o.work}/fold{fold}-seed{seed}"]


def train(o, start, seed):
    """Trains the networks of one seed whose run is not there yet, side by side: frozen blocks and all but viewports are the same for all."""
    runs = {k: finetune.arguments(command(o, start, k, seed)) for k in o.only}
    runs = {k: run for k, run in runs.items() if not os.path.exists(f"{run.out}/final.pt")}
    if not runs:
        return
    first = next(iter(runs.values()))
    finetune.prepare(first)
    material = finetune.Material(first)
    net = finetune.load_start(start, seed, material.images())
    head, samples = auxiliary.Head(net.config), gaze.load_viewports(o.shared)
    own = [gaze.Source(gaze.split(samples, o.folds, k)[0], seed, finetune.PAGE_SIZES[:-1]) for k in runs]
    learners = [finetune.Learner(copy.deepcopy(net), copy.deepcopy(head), run) for run in runs.values()]
    for run, mean in zip(runs.values(), finetune.train(learners, net, material, first, own)):
        os.makedirs(run.out, exist_ok=True)
        torch.save(dict(ema=mean.state_dict(), start=net.state_dict(), config=mean.config, options=vars(run), batches=run.steps), f"{run.out}/final.pt")


def trained(o, start, fold, seed):
    """State and shape of a run's network moved by --share from its start."""
    saved = torch.load(f"{command(o, start, fold, seed)[-1]}/final.pt", map_location="cpu")
    return soup.average(saved["start"], saved["ema"], o.share), saved["config"]


def fold_network(o, start, fold):
    """The network of a fold: the mean of its seeds."""
    state, config = trained(o, start, fold, o.seeds[0])
    for n, seed in enumerate(o.seeds[1:], 2):
        state = soup.average(state, trained(o, start, fold, seed)[0], 1 / n)
    net = network.Saccade(config)
    net.load_state_dict(state)
    return net.eval()


#: What of a network's config only videos need.
OF_VIDEO = {"media", "motion", "response", "state"}


def whole(tensors, config):
    """Tensors and shape that the engine takes: what an image does not need (branch and prior of video) is that of this checkout."""
    shipped, meta = export.read_safetensors(WEIGHTS)
    shape = json.loads(meta["config"])
    if any(config.get(k) != shape.get(k) for k in {*config, *shape} - OF_VIDEO):
        raise ValueError("the network has another shape than the one that ships, so this engine cannot judge it")
    own = {k: v for k, v in tensors.items() if not k.startswith("gru.") and k != "prior.video"}
    return {**{k: v for k, v in shipped.items() if k.startswith("gru.") or k == "prior.video"}, **own}, shape


def program(path, tensors, config):
    """Builds `saccade` with these weights as path; returns path."""
    tensors, config = whole(tensors, config)
    tensors = {k: np.asarray(v, np.float16) for k, v in tensors.items()}
    export.write_safetensors(path + ".safetensors", tensors, {"config": json.dumps(config), "format": "pt", "note": ""})
    with open(path + ".json", "w") as f:
        json.dump({"Replace": {WEIGHTS: os.path.abspath(path + ".safetensors")}}, f)
    subprocess.run(["go", "build", "-overlay", os.path.abspath(path + ".json"), "-o", os.path.abspath(path), "./cmd/saccade"], check=True, cwd=ROOT)
    return path


def evaluate(binary, sets, split):
    """{stimulus: {measure: value}} of the model by `saccade eval`."""
    out = f"{binary}-{split}.csv"
    subprocess.run([os.path.abspath(binary), "eval", *sets, "--model", "saccade-1", "--no-people", "--split", split, "--per-image", out],
                   check=True, stdout=subprocess.DEVNULL)
    with open(out, newline="") as f:
        return {(r["set"], r["stimulus"]): {m: float(r[m]) for m in MEASURES} for r in csv.DictReader(f) if r["row"] == "saccade-1"}


def judged(o, name, tensors, config):
    """Figures of weights on pages, and on photographs where asked for: {"pages": ..., "photographs": ...}."""
    binary, attention = program(f"{o.work}/{name}", tensors, config), f"{o.shared}/data/attention"
    out = {"pages": {s: v for (_, s), v in evaluate(binary, [f"{attention}/eyevis-web"], "all").items()}}
    if o.photographs:
        rows = evaluate(binary, [f"{attention}/{s}" for s in PHOTOGRAPHS], "val")
        out["photographs"] = {s: {m: float(np.mean([v[m] for (t, _), v in rows.items() if t == s])) for m in MEASURES} for s in PHOTOGRAPHS}
    os.remove(binary)
    return out


def paired(groups, before, after, rounds=10000, seed=1):
    """Means over all samples before and after, their difference and its 95 % bootstrap over groups, and in how many groups it is above 0.

    A drawn group brings all of its samples, so samples count alike, as they do in `saccade eval`.
    """
    names, index = np.unique(groups, return_inverse=True)
    before, after = np.asarray(before, float), np.asarray(after, float)
    sums, counts = np.bincount(index, after - before), np.bincount(index)
    drawn = np.random.default_rng(seed).integers(len(names), size=(rounds, len(names)))
    low, high = np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), (2.5, 97.5))
    return dict(before=before.mean(), after=after.mean(), difference=(after - before).mean(), low=low, high=high,
                samples=len(before), ahead=int((after > before).sum()), groups=len(names), groups_ahead=int((sums > 0).sum()))


def table(title, before, after, viewports):
    """Prints and returns the paired figures of viewports, {measure: paired()}."""
    print(title, flush=True)
    out = {}
    for m in MEASURES:
        names = [s.name for s in viewports]
        out[m] = p = paired([s.group for s in viewports], [before[n][m] for n in names], [after[n][m] for n in names])
        print("  %-5s %.3f -> %.3f  %+.3f (%+.3f..%+.3f)  ahead on %d of %d viewports, %d of %d sites" % (
            m, p["before"], p["after"], p["difference"], p["low"], p["high"], p["ahead"], p["samples"], p["groups_ahead"], p["groups"]), flush=True)
    return out


def held_out(shared, folds, only):
    """{fold: viewports of its sites}, whoever saw them; the folds are those that finetune.py makes."""
    parts = gaze.folds(gaze.load_viewports(shared), folds)
    every = gaze.load_viewports(shared, least=1)
    return {k: [s for s in every if s.group in parts[k]] for k in only}


def compare(held, before, after, name):
    """Prints the tables of what was left out; returns them as JSON holds them."""
    out, every = {}, [s for part in held.values() for s in part]
    for title, least in (("five people or more", 5), ("all", 1)):
        some = [s for s in every if s.weight >= least]
        out[title] = table(f"{name}: {len(some)} viewports left out, {title}", before, after, some)
    return out


def main(argv=None):
    o = arguments(argv)
    os.makedirs(o.work, exist_ok=True)
    start = start_weights(o)
    tensors, meta = export.read_safetensors(start)
    before = judged(o, "start", tensors, json.loads(meta["config"]))
    for seed in o.seeds:
        train(o, start, seed)
    held, after, photographs = held_out(o.shared, o.folds, o.only), {}, {}
    for k in o.only:
        net = fold_network(o, start, k)
        got = judged(o, f"fold{k}", export.fold(net), net.config)
        after.update({s.name: got["pages"][s.name] for s in held[k]})
        table("fold %d, left out: %s" % (k, ", ".join(sorted({s.group for s in held[k]}))), before["pages"], after, [s for s in held[k] if s.weight >= 5])
        for s, v in got.get("photographs", {}).items():
            photographs.setdefault(s, []).append({m: v[m] - before["photographs"][s][m] for m in MEASURES})
    result = {"start": compare(held, before["pages"], after, "ahead of the start")}
    if o.versus:
        with open(o.versus, encoding="utf-8") as f:
            other = json.load(f)["viewports"]
        same = {k: part for k, part in held.items() if all(s.name in other for s in part)}
        result["versus"] = compare(same, other, after, f"ahead of {o.versus}")
    for s, rows in photographs.items():
        result.setdefault("photographs", {})[s] = {m: [r[m] for r in rows] for m in MEASURES}
        print(f"{s}, difference by fold: " + "  ".join("%s %s" % (m, " ".join("%+.3f" % r[m] for r in rows)) for m in MEASURES), flush=True)
    with open(f"{o.work}/folds.json", "w", encoding="utf-8") as f:
        json.dump(dict(options=vars(o), result=result, viewports=after, before=before), f, indent=1)


if __name__ == "__main__":
    main()
