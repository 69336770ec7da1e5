#!/bin/sh
# Makes the shipped weights again: reproduce.sh SHARED WORK_DIR
# SHARED holds data/ and model/ (see README.md); WORK_DIR takes maps, checkpoints and results.
# Needs git, and python3 with numpy, scipy, opencv and torch 1.13 or later; PYTHON names another interpreter.
# The shipped weights were made by the scripts of an earlier commit, which train on processors: those are what runs.
set -eu
made=e089bec
mkdir -p "$2"
shared=$(cd "$1" && pwd) work=$(cd "$2" && pwd) root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$work/scripts"
git -C "$root" archive $made train | tar -x -C "$work/scripts"
sh "$work/scripts/train/reproduce.sh" "$shared" "$work"
base=$work/scripts/internal/attention/weights/saccade-1.safetensors

# Then, near those weights, pages with gaze: the mean of two runs. About 15 minutes each.
cd "$root/train"
python=${PYTHON:-python3}
pages="--shared $shared --start $base --photos 0.6 --viewports 0.2 --anchor 0.2 --freeze 9 --average 0.275 --steps 350"
$python finetune.py $pages --out "$work/pages1" --fold 0 --seed 1
$python finetune.py $pages --out "$work/pages2" --fold 9 --folds 10 --seed 21
$python soup.py "$work/pages1/final.pt" "$work/pages2/final.pt" "$work/image.pt" --share 0.5
$python export.py "$work/image.pt" "$work/image.safetensors"

# And the recurrent branch with its prior, on clips with gaze and made ones. About 30 minutes.
$python video.py cache "$base" "$work/features" --shared "$shared"
$python video.py train "$base" "$work/features" --shared "$shared" --fold all --steps 500 --streams 6 --judged 3 --made 200 --seed 11 --out "$work/video.pt"
$python video.py ship "$work/image.safetensors" "$work" --shared "$shared" --heads "$work/video.pt" --gain 0.6 --response 0.12 \
    --out "$root/internal/attention/weights/saccade-1.safetensors" --golden "$root/internal/attention/testdata/golden.safetensors"
cd "$root" && go run ./train/calibrate -model saccade-1 -shared "$shared"
