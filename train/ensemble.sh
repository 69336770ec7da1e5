#!/bin/sh
# Trains weights anew on a GPU, by way of three wider networks: ensemble.sh SHARED WORK_DIR
# Writes WORK_DIR/saccade-1.safetensors, golden vectors and ONNX; nothing that ships is touched. What is there already is
# not made again. The wider networks took 6 min on one H200, all three at once; the rest was never run to its end.
# Needs python3 with numpy, scipy, opencv and torch 2; PYTHON names another interpreter.
set -eu
shared=$1 work=$2 here=$(dirname "$0") python=${PYTHON:-python3}
export OMP_NUM_THREADS=1
mkdir -p "$work"
with="--shared $shared --pages $work/pages"
$python "$here/teacher_maps.py" "$shared" "$work/pages"
for i in 1 2 3; do
	[ -e "$work/teacher$i/final.pt" ] || $python "$here/train.py" $with --out "$work/teacher$i" --wide 1.75 --drop 0.1 --lr 3e-3 --small 0.52 --steps 2800 --seed $i &
done
wait
[ -e "$work/image/final.pt" ] || $python "$here/train.py" $with --out "$work/image" --batch 64 --steps 5500 --decay 0.02 --seed 5 \
	--distil "$work/teacher1/final.pt" "$work/teacher2/final.pt" "$work/teacher3/final.pt" --share 0.7 --zoom 1.25
[ -e "$work/motion.pt" ] || $python "$here/motion.py" "$work/image/final.pt" "$work/motion.pt" $with --steps 1630 --lr 2e-3 --strict 1 --seed 3
$python "$here/invariants.py" "$work/motion.pt" $with
$python "$here/export.py" "$work/motion.pt" "$work/saccade-1.safetensors" --golden "$work/golden.safetensors" --onnx "$work/saccade-1.onnx"
$python "$here/evaluate.py" "$work/saccade-1.safetensors" --shared "$shared"
