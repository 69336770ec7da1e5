"""Makes a checkpoint to go on from out of shipped weights: the folded BatchNorm comes back.

    unfold.py WEIGHTS.safetensors OUT.pt --shared SHARED --pages MAPS

The network does the same as before. Every convolution gets the scale that training starts from, and every BatchNorm the
statistics of what the convolution yields on a few training batches, so that it can be trained on like a fresh one.
"""
import argparse
import json

import numpy as np
import torch

import data
import evaluate
import export
import net as network


def conv_names(net):
    """(name in the weights file, ConvBN or plain convolution) of all layers."""
    for name, module in net.named_modules():
        if isinstance(module, network.ConvBN):
            yield name, module
        elif isinstance(module, torch.nn.Conv2d) and not name.endswith(".conv"):
            yield name.replace("gru.inp", "gru.in").replace(".se.", "."), module


@torch.no_grad()
def load(tensors, config):
    """A network whose BatchNorms do nothing but add the bias."""
    net = network.Saccade(config).eval()
    for name, module in conv_names(net):
        w, b = (torch.from_numpy(tensors[name + s].astype(np.float32)) for s in (".w", ".b"))
        if isinstance(module, network.ConvBN):
            module.conv.weight.copy_(w)
            module.bn.running_var.fill_(1 - module.bn.eps)
            module.bn.bias.copy_(b)
        else:
            module.weight.copy_(w)
            module.bias.copy_(b)
    for medium in config["media"]:
        net.prior[medium][0, 0] = torch.from_numpy(tensors["prior." + medium].astype(np.float32))
    return net


@torch.no_grad()
def unfold(net, batches):
    """Gives convolutions their first scale back and BatchNorms the statistics of the batches (N,3,H,W)."""
    layers = [m for m in net.modules() if isinstance(m, network.ConvBN)]
    sums = {m: [0, 0] for m in layers}

    def collect(module, _, y):
        y = y.transpose(0, 1).flatten(1).double()
        sums[owner[module]][0] += y.mean(1) / len(batches)
        sums[owner[module]][1] += (y ** 2).mean(1) / len(batches)

    owner = {m.conv: m for m in layers}
    handles = [m.conv.register_forward_hook(collect) for m in layers]
    for x in batches:
        net(x)
    for handle in handles:
        handle.remove()
    for m in layers:
        mean, square = sums[m]
        deviation = (square - mean ** 2).clamp_min(1e-8).sqrt()
        fan = m.conv.weight[0].numel()
        scale = (1 / (3 * fan)) ** 0.5 / (m.conv.weight.flatten(1).norm(dim=1) / fan ** 0.5 + 1e-8)
        m.conv.weight.mul_(scale[:, None, None, None])
        m.bn.bias.add_(mean.float())
        m.bn.weight.copy_(deviation)
        m.bn.running_mean.copy_(mean * scale)
        m.bn.running_var.copy_((deviation * scale) ** 2 - m.bn.eps)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("weights")
    ap.add_argument("out")
    ap.add_argument("--shared", required=True)
    ap.add_argument("--pages", required=True)
    o = ap.parse_args()
    torch.set_num_threads(1)
    tensors, metadata = export.read_safetensors(o.weights)
    config = json.loads(metadata["config"])
    net = load(tensors, config)
    photos, val = data.load_photos(o.shared)
    pages, _ = data.load_pages(o.shared, o.pages)
    source = data.Batches(photos, pages, seed=7, page_share=0.2)
    batches = [evaluate.normalize(source.batch(1.0)["image"], config) for _ in range(16)]
    before = evaluate.table(net, val[::3], 416 * 320)
    unfold(net, batches)
    print("before", evaluate.line(before))
    print("after ", evaluate.line(evaluate.table(net, val[::3], 416 * 320)))
    torch.save(dict(ema=net.state_dict(), config=config), o.out)


if __name__ == "__main__":
    main()
