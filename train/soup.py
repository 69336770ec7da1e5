"""Averages the weights of two checkpoints of which one was trained on from the other.

    soup.py FIRST.pt SECOND.pt OUT.pt [--share 0.6] [--shared SHARED]

Such an average can be better than either (Wortsman et al., "Model soups", ICML 2022; here see RUNS.md), and costs nothing when it runs. Statistics of
BatchNorm are averaged like everything else: measuring them anew loses NSS. --share is the part of SECOND; with --shared all
three are scored on the inner validation split.
"""
import argparse

import torch

import data
import evaluate
import export
import net as network


def average(first, second, share):
    """State of a network between two; whole numbers (counters) come from the second."""
    return {k: torch.lerp(v, second[k], share) if v.is_floating_point() else second[k] for k, v in first.items()}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("first")
    ap.add_argument("second")
    ap.add_argument("out")
    ap.add_argument("--share", type=float, default=0.6)
    ap.add_argument("--shared")
    o = ap.parse_args()
    torch.set_num_threads(1)
    nets = [export.load_checkpoint(o.first), export.load_checkpoint(o.second)]
    soup = network.Saccade(nets[1].config).eval()
    soup.load_state_dict(average(nets[0].state_dict(), nets[1].state_dict(), o.share))
    torch.save(dict(ema=soup.state_dict(), config=soup.config, options=vars(o)), o.out)
    if o.shared:
        _, val = data.load_photos(o.shared)
        for name, net in (("first", nets[0]), ("second", nets[1]), ("soup", soup)):
            print(name, evaluate.line(evaluate.table(net, val, 416 * 320)), flush=True)


if __name__ == "__main__":
    main()
