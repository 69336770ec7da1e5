"""Weights and golden vectors for the engine.

    export.py CHECKPOINT.pt OUT.safetensors [--golden GOLDEN.safetensors] [--onnx OUT.onnx] [--state 0] [--random SEED]

BatchNorm is folded; tensors are fp16 in PyTorch's order (out, in/groups, kh, kw); the network's shape travels as JSON in the
metadata. Golden vectors are float32 results of the folded network with the fp16-rounded weights.
CHECKPOINT may be "random": untrained weights, to develop an engine with.
"""
import argparse
import copy
import json
import struct

import numpy as np
import torch
import torch.nn.functional as F

import net as network

DTYPES = {"F16": np.float16, "F32": np.float32, "U8": np.uint8}


def write_safetensors(path, tensors, metadata):
    """Writes {name: numpy array} with string metadata in the safetensors format."""
    header, offset, blobs = {"__metadata__": metadata}, 0, []
    names = {np.dtype(v): k for k, v in DTYPES.items()}
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name])
        header[name] = {"dtype": names[a.dtype], "shape": list(a.shape), "data_offsets": [offset, offset + a.nbytes]}
        offset += a.nbytes
        blobs.append(a.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path):
    """{name: numpy array} and the metadata of a safetensors file."""
    with open(path, "rb") as f:
        raw = f.read()
    size = struct.unpack_from("<Q", raw)[0]
    header = json.loads(raw[8:8 + size])
    metadata, out = header.pop("__metadata__", {}), {}
    for name, t in header.items():
        a, b = t["data_offsets"]
        out[name] = np.frombuffer(raw[8 + size + a:8 + size + b], DTYPES[t["dtype"]]).reshape(t["shape"])
    return out, metadata


def fold(net):
    """{contract's tensor name: float32 numpy array} of a network in eval mode."""
    out = {}

    def put(name, module):
        w, b = module.folded() if isinstance(module, network.ConvBN) else (module.weight, module.bias)
        out[name + ".w"], out[name + ".b"] = w.detach().float().numpy().copy(), b.detach().float().numpy().copy()

    put("stem", net.stem)
    for i, block in enumerate(net.blocks):
        if block.expand is not None:
            put(f"blocks.{i}.expand", block.expand)
        put(f"blocks.{i}.dw", block.dw)
        if block.se is not None:
            put(f"blocks.{i}.se1", block.se.se1)
            put(f"blocks.{i}.se2", block.se.se2)
        put(f"blocks.{i}.project", block.project)
    for name in ("lat32", "lat16", "lat8", "lat4"):
        put(name, getattr(net, name))
    for name in ("ctx", "d16", "d8", "d4"):
        put(name + ".dw", getattr(net, name).dw)
        put(name + ".pw", getattr(net, name).pw)
    if net.gru is not None:
        put("gru.in", net.gru.inp)
        put("gru.out", net.gru.out)
        for name in ("zr", "n"):
            put(f"gru.{name}.dw", getattr(net.gru, name).dw)
            put(f"gru.{name}.pw", getattr(net.gru, name).pw)
    put("head", net.head)
    for medium in net.config["media"]:
        out["prior." + medium] = net.prior[medium].detach().float().numpy()[0, 0].copy()
    return out


class Folded:
    """The network from folded tensors, written once more from the contract: the reference of the golden vectors."""

    def __init__(self, tensors, config):
        self.t = {k: torch.from_numpy(np.asarray(v, np.float32)) for k, v in tensors.items()}
        self.c, self.act = config, network.activation(config["act"])

    def conv(self, name, x, stride=1, act=None):
        """Convolution with padding k//2; depthwise where the weight has one input channel and x has more."""
        w, b = self.t[name + ".w"], self.t[name + ".b"]
        groups = x.shape[1] if w.shape[1] == 1 and x.shape[1] > 1 else 1
        y = F.conv2d(x, w, b, stride, w.shape[2] // 2, groups=groups)
        return y if act is None else act(y)

    def block(self, i, spec, x):
        p, y = f"blocks.{i}", x
        if p + ".expand.w" in self.t:
            y = self.conv(p + ".expand", y, act=self.act)
        y = self.conv(p + ".dw", y, spec["s"], self.act)
        if spec["se"]:
            g = self.conv(p + ".se1", y.mean((2, 3), keepdim=True), act=F.relu)
            y = y * (F.relu6(self.conv(p + ".se2", g) + 3) / 6)
        y = self.conv(p + ".project", y)
        return x + y if spec["s"] == 1 and x.shape[1] == y.shape[1] else y

    def sep(self, name, x, act):
        return self.conv(name + ".pw", self.conv(name + ".dw", x, act=act), act=act)

    def step(self, d16, h):
        x = self.conv("gru.in", d16)
        h = torch.zeros_like(x) if h is None else h
        z, r = torch.sigmoid(self.sep("gru.zr", torch.cat([x, h], 1), None)).split(x.shape[1], 1)
        n = torch.tanh(self.sep("gru.n", torch.cat([x, r * h], 1), None))
        h = (1 - z) * h + z * n
        return d16 + self.conv("gru.out", h), h

    @torch.no_grad()
    def run(self, image, h=None, video=False):
        """uint8 (H,W,3) -> logits (H/4,W/4) without prior, and the new state (None in image mode)."""
        x = torch.from_numpy(image.astype(np.float32) / 255).permute(2, 0, 1)[None]
        x = (x - torch.tensor(self.c["mean"])[:, None, None]) / torch.tensor(self.c["std"])[:, None, None]
        x, f, stride = self.conv("stem", x, 2, self.act), {}, 2
        for i, spec in enumerate(self.c["blocks"]):
            x, stride = self.block(i, spec, x), stride * spec["s"]
            f[stride] = x
        l32 = self.conv("lat32", f[32], act=self.act)
        c32 = l32 + self.sep("ctx", l32, self.act)
        d = self.sep("d16", torch.cat([network.up2(c32), self.conv("lat16", f[16], act=self.act)], 1), self.act)
        if video:
            d, h = self.step(d, h)
        d = self.sep("d8", torch.cat([network.up2(d), self.conv("lat8", f[8], act=self.act)], 1), self.act)
        d = self.sep("d4", torch.cat([network.up2(d), self.conv("lat4", f[4], act=self.act)], 1), self.act)
        return self.conv("head", d)[0, 0].numpy(), h if video else None

    def density(self, logits, medium):
        """Softmax of logits (h,w) plus the prior of a medium ("none": no prior)."""
        z = torch.from_numpy(logits)
        if medium != "none":
            prior = self.t["prior." + medium][None, None]
            z = z + F.interpolate(prior, z.shape, mode="bilinear", align_corners=False)[0, 0]
        return F.softmax(z.flatten(), 0).view_as(z).numpy()


def synthetic_image(width, height, seed):
    """A synthetic image (uint8, height x width x 3): gradients, discs, bars and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    image = np.stack([x / width * 160 + 30, y / height * 160 + 30, 120 + 60 * np.sin(x / 17 + y / 23)], 2)
    for _ in range(6):
        cx, cy, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.04, 0.15) * width
        image[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = rng.uniform(0, 255, 3)
    for k in range(12):
        x0, y0 = int(0.1 * width) + 3 * k * width // 50, int(0.7 * height)
        image[y0:y0 + max(2, height // 16), x0:x0 + max(1, width // 50)] = 20
    return (image + rng.normal(0, 6, image.shape)).clip(0, 255).astype(np.uint8)


def golden(folded):
    """Golden vectors: one small and one working size. State tensors are (S, H/16, W/16)."""
    out = {}
    for name, width, height in (("small", 96, 64), ("work", 384, 224)):
        image = synthetic_image(width, height, 5)
        logits, _ = folded.run(image)
        out[name + ".input"] = image
        out[name + ".image.logits"] = logits
        for medium in ["none"] + (folded.c["media"] if name == "small" else ["natural"]):
            out[f"{name}.image.density.{medium}"] = folded.density(logits, medium)
        if folded.c["state"]:
            shape = (1, folded.c["state"], height // 16, width // 16)
            h = np.tanh(np.random.default_rng(6).normal(0, 0.5, shape)).astype(np.float32)
            if name == "work":
                h[:] = 0
            logits, new = folded.run(image, torch.from_numpy(h), True)
            if name == "small":
                out[name + ".video.state_in"] = h[0]
            out[name + ".video.logits"], out[name + ".video.state_out"] = logits, new[0].numpy()
            out[name + ".video.density.natural"] = folded.density(logits, "natural")
    return out


def write_onnx(net, path):
    """Image mode without prior as ONNX (opset 14, free batch and size): input "image" normalized NCHW, output "logits"."""
    class Still(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(x, "none")

    axes = {"image": {0: "n", 2: "h", 3: "w"}, "logits": {0: "n", 2: "h4", 3: "w4"}}
    torch.onnx.export(Still().eval(), torch.zeros(1, 3, 224, 384), path, opset_version=14, dynamic_axes=axes,
                      input_names=["image"], output_names=["logits"])


def load_checkpoint(path, seed=1):
    """The network of a checkpoint in eval mode; path "random": untrained weights with lively BatchNorm statistics."""
    if path == "random":
        torch.manual_seed(seed)
        net = network.Saccade()
        net.train()
        with torch.no_grad():
            for p in net.prior.values():
                p.normal_()
            for _ in range(60):
                net(torch.randn(4, 3, 64, 96))
        return net.eval()
    saved = torch.load(path, map_location="cpu")
    net = network.Saccade(saved["config"])
    net.load_state_dict(saved["ema"])
    return net.eval()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("out")
    ap.add_argument("--golden")
    ap.add_argument("--onnx")
    ap.add_argument("--state", type=int, help="0: leave the recurrent branch out")
    ap.add_argument("--note", default="")
    ap.add_argument("--random", type=int, default=1, metavar="SEED")
    o = ap.parse_args()
    torch.set_num_threads(1)
    net = load_checkpoint(o.checkpoint, o.random)
    if o.state == 0:
        net.gru, net.config["state"] = None, 0
    if o.onnx:
        write_onnx(copy.deepcopy(net), o.onnx)
    config = json.dumps(net.config)
    tensors = {k: v.astype(np.float16) for k, v in fold(net).items()}
    assert all(np.isfinite(v).all() for v in tensors.values()), "a weight does not fit into fp16"
    write_safetensors(o.out, tensors, {"config": config, "format": "pt", "note": o.note})
    if o.golden:
        vectors = golden(Folded(tensors, net.config))
        write_safetensors(o.golden, vectors, {"config": config, "layout": "input HWC, state CHW, logits and density HW"})
    print("%s: %d tensors, %d values" % (o.out, len(tensors), sum(v.size for v in tensors.values())))


if __name__ == "__main__":
    main()
