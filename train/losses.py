"""Losses between logits and densities. Shapes: logits, q, fix are (N, h, w); q and fix sum to 1 per sample."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import sample_windows


def saliency_terms(logits, q, fix):
    """KLD, CC and NSS per sample, each (N,). NSS is the z-scored density averaged over the fixation weights."""
    lp = F.log_softmax(logits.flatten(1), 1)
    p, q, fix = lp.exp(), q.flatten(1), fix.flatten(1)
    kld = (q * (torch.log(q + 1e-12) - lp)).sum(1)
    pc, qc = p - p.mean(1, keepdim=True), q - q.mean(1, keepdim=True)
    norm = pc.norm(dim=1)
    cc = (pc * qc).sum(1) / (norm * qc.norm(dim=1) + 1e-12)
    nss = (pc * fix).sum(1) / (norm / p.shape[1] ** 0.5 + 1e-12)
    return kld, cc, nss


def saliency_loss(logits, q, fix, cc_weight=0.5, nss_weight=0.1):
    """KLD + 0.5 (1 - CC) - 0.1 NSS, the mean over the batch, and the three means (tensors) for the log."""
    kld, cc, nss = saliency_terms(logits, q, fix)
    loss = kld + cc_weight * (1 - cc) - nss_weight * nss
    return loss.mean(), (kld.mean(), cc.mean(), nss.mean())


def warped_prior(prior, win, flip, size):
    """The prior seen through each sample's window: prior (1,1,R,C), win (N,4) in 0..1, flip (N,) -> (N,h,w)."""
    return sample_windows(prior.expand(len(win), -1, -1, -1), win, flip, size)[:, 0]


class TeacherFeatures(nn.Module):
    """The teacher's inner features, normalized per channel and moved onto the student's grid.

    The teacher pads the TensorFlow way: its cell j at stride s is centerd on pixel s*j + s - 1, the student's on s*j.
    With 32 pixels of padding at the left and top and a cut of 32/s - 1 cells the grids agree to one pixel.
    """

    TAPS = (2, 4, 6, 8)
    CUT = (3, 1, 1, 0)
    CHANNELS = (24, 40, 48, 96)

    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        for i, c in enumerate(self.CHANNELS):
            self.register_buffer(f"mean{i}", torch.zeros(1, c, 1, 1))
            self.register_buffer(f"std{i}", torch.ones(1, c, 1, 1))

    @torch.no_grad()
    def raw(self, x):
        """x (N,3,H,W) in 0..1 -> the linear outputs of the tapped blocks on the student's grid."""
        height, width = x.shape[-2:]
        y = self.backbone.c0(F.pad(x, (32, 0, 32, 0)))
        out = []
        for i, block in enumerate(self.backbone.b):
            y = block(y)
            if i in self.TAPS:
                k = len(out)
                stride = (8, 16, 16, 32)[k]
                out.append(y[:, :, self.CUT[k]:self.CUT[k] + height // stride, self.CUT[k]:self.CUT[k] + width // stride])
        return out

    def calibrate(self, batches):
        """Sets the channel means and deviations from a few batches of images in 0..1."""
        feats = [self.raw(x) for x in batches]
        for i in range(len(self.TAPS)):
            flat = torch.cat([f[i].transpose(0, 1).flatten(1) for f in feats], 1)
            getattr(self, f"mean{i}").copy_(flat.mean(1)[None, :, None, None])
            getattr(self, f"std{i}").copy_((flat.std(1) + 1e-3)[None, :, None, None])

    def forward(self, x):
        return [(f - getattr(self, f"mean{i}")) / getattr(self, f"std{i}") for i, f in enumerate(self.raw(x))]


class Adapters(nn.Module):
    """1x1 convolutions from the student's block outputs to the teacher's channels."""

    def __init__(self, widths):
        super().__init__()
        self.maps = nn.ModuleList([nn.Conv2d(i, o, 1) for i, o in zip(widths, TeacherFeatures.CHANNELS)])

    def forward(self, student, teacher):
        """Mean over the taps of the mean squared error (about 1 at the start)."""
        return sum(F.mse_loss(m(s).float(), t.float()) for m, s, t in zip(self.maps, student, teacher)) / len(self.maps)
