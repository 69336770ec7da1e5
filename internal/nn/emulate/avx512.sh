#!/bin/sh
# Runs a test of package nn (or of a package above it) on a machine without AVX-512: it boots a Debian kernel in the Bochs
# emulator, whose model of a Skylake-X has AVX-512, with the test binary as its only program.
#
#   avx512.sh [PACKAGE [TEST [WEIGHTS]]]
#
# PACKAGE is nn (the default) or attention, TEST a pattern for -test.run. With WEIGHTS, W.safetensors and
# W_golden.safetensors are copied into the emulated machine and SACCADE_TEST_NET names them.
# Takes some minutes. Needs (Debian): bochs bochs-term isolinux syslinux-common xorriso cpio, and Go.
set -eu
package=${1:-nn}
pattern=${2:-^Test(Kernels|Choose|Block|Decoder|GRU|Stem)\$}
weights=${3:-}
cd "$(dirname "$0")/../../$package"
work=$(mktemp -d)
trap 'kill $emulator $drain 2>/dev/null || true; rm -rf "$work"' EXIT
emulator= drain=

mkdir -p "$work/root/tmp" "$work/iso/isolinux"
CGO_ENABLED=0 GOARCH=amd64 GOOS=linux go test -c -o "$work/root/init" .
environment=TMPDIR=/tmp
if [ -n "$weights" ]; then
  cp "$weights.safetensors" "$work/root/net.safetensors"
  cp "${weights}_golden.safetensors" "$work/root/net_golden.safetensors"
  environment="$environment SACCADE_TEST_NET=/net"
fi
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/iso/initrd.gz"

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p')
(cd "$work" && apt-get download -q "$kernel" && dpkg -x "$kernel"_*.deb kernel)
cp "$work"/kernel/boot/vmlinuz* "$work/iso/vmlinuz"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$work/iso/isolinux/"
# The emulator counts the compact state wrongly, so the kernel must not use it (321, 323), nor protection keys (515).
cat > "$work/iso/isolinux/isolinux.cfg" <<X
DEFAULT test
PROMPT 0
LABEL test
 KERNEL /vmlinuz
 INITRD /initrd.gz
 APPEND console=ttyS0 rdinit=/init panic=-1 mitigations=off nosmp acpi=off quiet lsm=capability lpj=1000000 tsc=reliable clearcpuid=321,323,515 $environment -- -test.v -test.run=$pattern
X
xorriso -as mkisofs -quiet -o "$work/boot.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot \
  -boot-load-size 4 -boot-info-table "$work/iso" 2>/dev/null
cat > "$work/bochsrc" <<X
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest=768, host=768
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
display_library: term
clock: sync=none, time0=local
log: $work/log
panic: action=fatal
X
echo continue > "$work/commands"
TERM=xterm bochs -q -f "$work/bochsrc" -rc "$work/commands" < /dev/null > "$work/out" 2>&1 &
emulator=$!
# The screen of the emulated machine is a terminal that somebody has to read, or the machine stops.
until screen=$(grep -ao '/dev/pts/[0-9]*' "$work/out"); do sleep 1; done
cat "$screen" > /dev/null 2>&1 &
drain=$!
until grep -aq 'Kernel panic' "$work/serial" 2>/dev/null; do
  kill -0 "$emulator" 2>/dev/null || { cat "$work/out" >&2; exit 1; }
  sleep 1
done
sed -n '/=== RUN/,/Kernel panic/p' "$work/serial"
# The test is the first process; the kernel reports its exit status when it ends.
grep -aq 'exitcode=0x00000000' "$work/serial"
