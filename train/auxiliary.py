"""Auxiliary head: what lies where on a page, beside where people look. It trains features and is not shipped."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from net import up2
from pages import labels


class Head(nn.Module):
    """Logits (N, 6, H/4, W/4) of the classes of labels.CLASSES, from the decoder's features at strides 8 and 4."""

    def __init__(self, config, hidden=32):
        super().__init__()
        self.mix = nn.Conv2d(config["dec"][1] + config["dec"][2], hidden, 3, 1, 1)
        self.out = nn.Conv2d(hidden, len(labels.CLASSES), 1)

    def forward(self, d8, d4):
        return self.out(F.hardswish(self.mix(torch.cat([up2(d8), d4], 1))))


def loss(logits, maps):
    """Returns the mean over the classes of cross-entropy plus 1 - Dice, and the Dice of each class (6,), NaN where it is absent.

    logits and maps are (N, 6, h, w); cells of maps below 0 (labels.UNKNOWN) count for nothing. The Dice, a soft overlap (Milletari et
    al., "V-Net", 3DV 2016), keeps rare classes from being ignored; of a class that no image of the batch holds only cross-entropy counts.
    """
    known = (maps >= 0).to(logits.dtype)
    q = maps.clamp_min(0)
    entropy = F.binary_cross_entropy_with_logits(logits, q, reduction="none")
    entropy = (entropy * known).sum((0, 2, 3)) / known.sum((0, 2, 3)).clamp_min(1)
    p = logits.sigmoid() * known
    mass = (q * known).sum((0, 2, 3))
    dice = 2 * (p * q).sum((0, 2, 3)) / (p.square().sum((0, 2, 3)) + (q * known).square().sum((0, 2, 3)) + 1e-6)
    present = mass > 0
    value = (entropy + torch.where(present, 1 - dice, torch.zeros_like(dice))).mean()
    return value, torch.where(present, dice.detach(), torch.full_like(dice, float("nan")))
