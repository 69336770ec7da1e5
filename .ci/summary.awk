# Turns `go test -v` output into a line per package, failures in full, the
# reasons of skips, and a closing "N passed, N failed, N skipped".
/^=== RUN/ { held = ""; next }
/^=== / { next }
/^ *--- PASS/ { passed++; held = ""; next }
/^ *--- FAIL/ { failed++; here++; print held $0; held = ""; next }
/^ *--- SKIP/ { skipped++; printf "%s", held; print; held = ""; next }
# A package that failed without a failed test was ended by a signal, a time limit,
# a panic or os.Exit, or could not be built.
/^FAIL[ \t]/ { if (!here) { broken++; printf "%s", held } }
/^(ok|FAIL)[ \t]/ { print; here = 0; held = ""; next }
/^\?/ { next }
/^(PASS|FAIL)$/ { next }
/^(panic:|fatal error:|#|.*\.go:[0-9]+:[0-9]+: )/ { print; held = ""; next }
{ held = held $0 "\n"; if (length(held) > 20000) held = substr(held, length(held) - 15000) }
END { printf "%d passed, %d failed, %d skipped\n", passed, failed + broken, skipped }
