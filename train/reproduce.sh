#!/bin/sh
# Makes the shipped weights again: reproduce.sh SHARED WORK_DIR
# SHARED holds data/ and model/ (see README.md); WORK_DIR takes maps, checkpoints and results.
# Needs git, and python3 with numpy, scipy, opencv and torch 1.13 or later; PYTHON names another interpreter.
# The shipped weights were made by the scripts of an earlier commit, which train on processors: those are what runs.
set -eu
made=e089bec
shared=$(cd "$1" && pwd) work=$2 root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$work/scripts"
git -C "$root" archive $made train | tar -x -C "$work/scripts"
sh "$work/scripts/train/reproduce.sh" "$shared" "$work"
cp "$work/scripts/internal/attention/weights/saccade-1.safetensors" "$root/internal/attention/weights/"
cp "$work/scripts/internal/attention/testdata/golden.safetensors" "$root/internal/attention/testdata/"
