"""Teacher maps of web pages, the targets where no gaze was recorded.

    teacher_maps.py SHARED OUT_DIR      (SHARED: the directory with data/ and model/)

Writes OUT_DIR/<name>.npy: float16 map without any center prior, at most 256 px on the longer side, largest value 1.
The teacher runs at several scales and mirrored; its answers are averaged (see `density` of its own script).
"""
import glob
import multiprocessing
import os
import sys

import cv2
import numpy as np

#: Directories of pages below SHARED/data.
DIRECTORIES = ("screens/images", "screens/unlabelled", "clarity/calista/images")
BOXES = ((480, 360), (640, 480), (800, 600))


def page_files(shared):
    """(name, path) of every page; the name is unique over the directories."""
    out = []
    for directory in DIRECTORIES:
        for path in sorted(glob.glob(f"{shared}/data/{directory}/*")):
            if path.lower().endswith((".jpg", ".jpeg", ".png")):
                stem = os.path.splitext(os.path.basename(path))[0]
                out.append((directory.replace("/", "_") + "_" + stem, path))
    return out


def raw_map(teacher, net, image):
    """Calibrated multi-scale map of a BGR image without the prior, 0..1."""
    h, w = image.shape[:2]
    k = 256 / max(h, w)
    size = (max(1, round(w * k)), max(1, round(h * k)))
    maps = []
    for box in BOXES:
        maps.append(cv2.resize(teacher.run(net, image, *box), size))
        mirrored = teacher.run(net, image[:, ::-1].copy(), *box)[:, ::-1].copy()
        maps.append(cv2.resize(mirrored, size))
    m = np.mean(maps, 0)
    m -= m.min()
    m = teacher.gaussian_filter((m / max(m.max(), 1e-9)) ** teacher.GAMMA, teacher.BLUR * size[0])
    return (m / max(m.max(), 1e-9)).astype(np.float32)


def make(job):
    """Makes the maps of some pages; job is (SHARED, OUT_DIR, names and paths)."""
    import torch
    shared, out, files = job
    sys.path.insert(0, f"{shared}/model")
    import acnet
    import teacher
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    net = acnet.load().eval()
    for name, path in files:
        if not os.path.exists(f"{out}/{name}.npy"):
            np.save(f"{out}/{name}.npy", raw_map(teacher, net, cv2.imread(path)).astype(np.float16))


def main(shared, out):
    os.makedirs(out, exist_ok=True)
    files, n = page_files(shared), len(os.sched_getaffinity(0))
    with multiprocessing.get_context("spawn").Pool(n) as pool:
        pool.map(make, [(shared, out, files[i::n]) for i in range(n)])


if __name__ == "__main__":
    main(*sys.argv[1:3])
