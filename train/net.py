"""The network "saccade-1" in PyTorch.

Shapes: images are (N, 3, H, W) floats, already normalized, H and W multiples of 32.
Logits and densities are (N, 1, H/4, W/4); the state of the recurrent branch is (N, S, H/16, W/16).
"""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F

#: The shape of the shipped network. Widths are plain data: the engine reads them from the weights file.
CONFIG = {
    "arch": "saccade-1",
    "stem": 16,
    "act": "hswish",
    "blocks": [
        {"k": 3, "s": 2, "e": 16, "o": 16, "se": 8},
        {"k": 3, "s": 2, "e": 64, "o": 32, "se": 0},
        {"k": 3, "s": 1, "e": 128, "o": 32, "se": 0},
        {"k": 5, "s": 2, "e": 128, "o": 48, "se": 32},
        {"k": 5, "s": 1, "e": 240, "o": 48, "se": 64},
        {"k": 5, "s": 1, "e": 240, "o": 48, "se": 64},
        {"k": 5, "s": 1, "e": 240, "o": 64, "se": 64},
        {"k": 5, "s": 1, "e": 256, "o": 64, "se": 64},
        {"k": 5, "s": 2, "e": 320, "o": 112, "se": 80},
        {"k": 5, "s": 1, "e": 448, "o": 112, "se": 112},
    ],
    "lat": [8, 24, 48, 96],
    "dec": [64, 32, 16],
    "state": 32,
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
    "prior": [12, 16],
    "media": ["natural", "web"],
}


def widened(config, factor):
    """The config with all widths times a factor, in multiples of 16; 1 changes nothing. A wide network has no recurrent branch."""
    c = json.loads(json.dumps(config))
    if factor == 1:
        return c

    def grow(n):
        return max(16, round(n * factor / 16) * 16) if n else 0

    c["stem"] = grow(c["stem"])
    for i, spec in enumerate(c["blocks"]):
        spec.update({k: grow(spec[k]) for k in ("e", "o", "se")})
        if i == 0:
            spec["e"] = c["stem"]
    c["lat"], c["dec"], c["state"] = [grow(n) for n in c["lat"]], [grow(n) for n in c["dec"]], 0
    return c


def activation(name):
    """The function behind the config's "act"."""
    return {"hswish": F.hardswish, "relu6": F.relu6}[name]


class ConvBN(nn.Module):
    """Convolution without bias, BatchNorm, optional activation; `folded()` returns the equal weight and bias."""

    def __init__(self, cin, cout, k=1, s=1, groups=1, act=None):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, k, s, k // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(cout, momentum=0.02)
        self.act = act

    def forward(self, x):
        x = self.bn(self.conv(x))
        return x if self.act is None else self.act(x)

    def folded(self):
        """Weight and bias of the one convolution that does what conv + BatchNorm do in eval mode."""
        scale = self.bn.weight.double() / torch.sqrt(self.bn.running_var.double() + self.bn.eps)
        weight = self.conv.weight.double() * scale[:, None, None, None]
        bias = self.bn.bias.double() - self.bn.running_mean.double() * scale
        return weight.float(), bias.float()


class SqueezeExcite(nn.Module):
    """Channel gates from the global mean: relu, then hard sigmoid."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.se1 = nn.Conv2d(channels, hidden, 1)
        self.se2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        gate = self.se2(F.relu(self.se1(x.mean((2, 3), keepdim=True))))
        return x * F.hardsigmoid(gate)


class Block(nn.Module):
    """Inverted residual: expand, depthwise, squeeze-excite, project (linear).

    In training the branch of a residual block is left out for a part `drop` of the images (Huang et al., "Deep networks
    with stochastic depth", ECCV 2016).
    """

    def __init__(self, cin, spec, act, drop=0.0):
        super().__init__()
        self.drop = drop
        e, o = spec["e"], spec["o"]
        self.expand = ConvBN(cin, e, act=act) if e != cin else None
        self.dw = ConvBN(e, e, spec["k"], spec["s"], groups=e, act=act)
        self.se = SqueezeExcite(e, spec["se"]) if spec["se"] else None
        self.project = ConvBN(e, o)
        self.skip = spec["s"] == 1 and cin == o

    def forward(self, x):
        y = x if self.expand is None else self.expand(x)
        y = self.dw(y)
        if self.se is not None:
            y = self.se(y)
        y = self.project(y)
        if not self.skip:
            return y
        if self.training and self.drop:
            y = y * (torch.rand(len(y), 1, 1, 1, device=y.device) >= self.drop).to(y.dtype) / (1 - self.drop)
        return x + y


class Sep(nn.Module):
    """Depthwise 5x5 and pointwise convolution, an activation after each."""

    def __init__(self, cin, cout, act, k=5):
        super().__init__()
        self.dw = ConvBN(cin, cin, k, groups=cin, act=act)
        self.pw = ConvBN(cin, cout, act=act)

    def forward(self, x):
        return self.pw(self.dw(x))


class PlainSep(nn.Module):
    """Linear depthwise 3x3 and pointwise convolution with biases (inside the recurrence)."""

    def __init__(self, cin, cout):
        super().__init__()
        self.dw = nn.Conv2d(cin, cin, 3, 1, 1, groups=cin)
        self.pw = nn.Conv2d(cin, cout, 1)

    def forward(self, x):
        return self.pw(self.dw(x))


class TimeBranch(nn.Module):
    """Separable ConvGRU at stride 16; its output is added to d16."""

    def __init__(self, channels, state):
        super().__init__()
        self.state = state
        self.inp = nn.Conv2d(channels, state, 1)
        self.zr = PlainSep(2 * state, 2 * state)
        self.n = PlainSep(2 * state, state)
        self.out = nn.Conv2d(state, channels, 1)

    def forward(self, d16, h):
        """d16 (N,C,h,w) and state h (N,S,h,w) or None -> the changed d16 and the new state."""
        x = self.inp(d16)
        if h is None:
            h = torch.zeros_like(x)
        z, r = torch.sigmoid(self.zr(torch.cat([x, h], 1))).split(self.state, 1)
        n = torch.tanh(self.n(torch.cat([x, r * h], 1)))
        h = (1 - z) * h + z * n
        return d16 + self.out(h), h


def up2(x):
    """Bilinear doubling, align_corners=False."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Saccade(nn.Module):
    """The whole network. `encode` returns the taps, `decode16` and `decode4` the two halves of the decoder."""

    def __init__(self, config=CONFIG, drop=0.0):
        super().__init__()
        self.config = json.loads(json.dumps(config))
        act, lat, dec = activation(config["act"]), config["lat"], config["dec"]
        self.stem = ConvBN(3, config["stem"], 3, 2, act=act)
        blocks, width, stride, taps = [], config["stem"], 2, {}
        for i, spec in enumerate(config["blocks"]):
            blocks.append(Block(width, spec, act, drop))
            width, stride = spec["o"], stride * spec["s"]
            taps[stride] = (i, width)
        self.blocks = nn.ModuleList(blocks)
        self.taps = [taps[s][0] for s in (4, 8, 16, 32)]
        c4, c8, c16, c32 = [taps[s][1] for s in (4, 8, 16, 32)]
        self.lat4, self.lat8 = ConvBN(c4, lat[0], act=act), ConvBN(c8, lat[1], act=act)
        self.lat16, self.lat32 = ConvBN(c16, lat[2], act=act), ConvBN(c32, lat[3], act=act)
        self.ctx = Sep(lat[3], lat[3], act)
        self.d16 = Sep(lat[3] + lat[2], dec[0], act)
        self.d8 = Sep(dec[0] + lat[1], dec[1], act)
        self.d4 = Sep(dec[1] + lat[0], dec[2], act)
        self.head = nn.Conv2d(dec[2], 1, 3, 1, 1)
        self.gru = TimeBranch(dec[0], config["state"]) if config["state"] else None
        self.prior = nn.ParameterDict({m: nn.Parameter(torch.zeros(1, 1, *config["prior"])) for m in config["media"]})

    def encode(self, x, inner=()):
        """Taps f4, f8, f16, f32; with `inner` (block numbers) also those blocks' outputs."""
        x = self.stem(x)
        out, extra = [], []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self.taps:
                out.append(x)
            if i in inner:
                extra.append(x)
        return (out, extra) if inner else out

    def decode16(self, taps):
        """Taps -> d16, before the recurrent branch."""
        l32 = self.lat32(taps[3])
        c32 = l32 + self.ctx(l32)
        return self.d16(torch.cat([up2(c32), self.lat16(taps[2])], 1))

    def decoded(self, d16, taps):
        """d16 and taps -> the decoder's features at strides 8 and 4."""
        d8 = self.d8(torch.cat([up2(d16), self.lat8(taps[1])], 1))
        return d8, self.d4(torch.cat([up2(d8), self.lat4(taps[0])], 1))

    def decode4(self, d16, taps):
        """d16 and taps -> logits at stride 4, without the prior."""
        return self.head(self.decoded(d16, taps)[1])

    def add_prior(self, logits, medium):
        """Adds the prior of "natural" or "web"; "none" adds nothing."""
        if medium == "none":
            return logits
        return logits + F.interpolate(self.prior[medium], logits.shape[-2:], mode="bilinear", align_corners=False)

    def forward(self, x, medium="natural"):
        """Image mode (recurrent branch off): logits with the prior."""
        taps = self.encode(x)
        return self.add_prior(self.decode4(self.decode16(taps), taps), medium)

    def step(self, x, h=None, medium="natural"):
        """Video mode: one frame and the last state (None at the start) -> logits with the prior, new state."""
        taps = self.encode(x)
        d16, h = self.gru(self.decode16(taps), h)
        return self.add_prior(self.decode4(d16, taps), medium), h


def density(logits):
    """Softmax over all positions."""
    return F.softmax(logits.flatten(1), 1).view_as(logits)


def count(net, height=224, width=384):
    """Parameters and multiply-adds (in millions) of image mode at a size."""
    macs, handles = [0], []

    def add(module, inp, out):
        macs[0] += module.weight[0].numel() * out.numel()

    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            handles.append(module.register_forward_hook(add))
    was = net.training
    net.eval()
    with torch.no_grad():
        net(torch.zeros(1, 3, height, width, device=next(net.parameters()).device))
    net.train(was)
    for handle in handles:
        handle.remove()
    return sum(p.numel() for p in net.parameters()), macs[0] / 1e6


if __name__ == "__main__":
    print("%d parameters, %.1f MMAC at 384x224" % count(Saccade()))
