#!/bin/sh
# Makes the shipped weights again: reproduce.sh SHARED WORK_DIR
# SHARED holds data/ and model/ (see README.md); WORK_DIR takes maps, checkpoints and results.
# Needs python3 with numpy, scipy, opencv and torch 1.13 or later; PYTHON names another interpreter.
set -eu
shared=$1 work=$2 here=$(dirname "$0") python=${PYTHON:-python3}
out=$here/../internal/attention
mkdir -p "$work"
export OMP_NUM_THREADS=1
$python "$here/pages.py" "$shared" "$work/pages"
$python "$here/train.py" --shared "$shared" --pages "$work/pages" --out "$work/still" --workers 2 --steps 2780
$python "$here/motion.py" "$work/still/final.pt" "$work/motion1.pt" --shared "$shared" --pages "$work/pages" --steps 490 --lr 2e-3
$python "$here/motion.py" "$work/still/final.pt" "$work/motion2.pt" --shared "$shared" --pages "$work/pages" --steps 940 --lr 2e-3 --strict 1 --seed 2 --init "$work/motion1.pt"
$python "$here/export.py" "$work/motion2.pt" "$work/first.safetensors"
$python "$here/unfold.py" "$work/first.safetensors" "$work/first.pt" --shared "$shared" --pages "$work/pages"
$python "$here/train.py" --shared "$shared" --pages "$work/pages" --out "$work/again" --workers 2 --steps 3392 --init "$work/first.pt" --small 0.25 --feature 0 --lr 1.5e-3 --ema 0.997 --seed 4
$python "$here/soup.py" "$work/first.pt" "$work/again/final.pt" "$work/soup.pt" --share 0.6 --shared "$shared"
$python "$here/motion.py" "$work/soup.pt" "$work/motion.pt" --shared "$shared" --pages "$work/pages" --steps 1630 --lr 1e-3 --strict 1 --seed 3 --init "$work/first.pt"
$python "$here/invariants.py" "$work/motion.pt" --shared "$shared" --pages "$work/pages"
mkdir -p "$out/weights" "$out/testdata"
$python "$here/export.py" "$work/motion.pt" "$out/weights/saccade-1.safetensors" --golden "$out/testdata/golden.safetensors" --onnx "$work/saccade-1.onnx"
$python "$here/evaluate.py" "$out/weights/saccade-1.safetensors" --shared "$shared"
