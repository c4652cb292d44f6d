#!/usr/bin/env bash
# Compares the two verifiers of exported logs: ours, and verify.py, which was written from docs/AUDIT.md alone.
# A thousand good bundles and a thousand that are damaged must get the same verdict and first wrong position.
#
# Needs python3 with venv. How long a million entries take, and in how much memory, is told by:
#   export AUDIT_BUNDLE=/tmp/bundle AUDIT_ENTRIES=1000000
#   cargo test --release --lib scale -- --ignored --nocapture    # twice: the first makes the bundle
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/audit/requirements.txt

test "$(wc -l <tests/audit/verify.py)" -le 220
AUDIT_PYTHON="$work/venv/bin/python" cargo test --locked --lib the_verifier_in_python_agrees -- --ignored
