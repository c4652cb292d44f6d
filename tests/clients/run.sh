#!/usr/bin/env bash
# Lints the OpenAPI document, generates a Python and a TypeScript client from it, and takes a case through
# all four stages with each, on a real server with a network of its own. Nothing outlasts the run.
#
# Needs python3 with venv, node 20 or later with npm, and curl. WAYSTATION names the program to try; the
# debug build when not said.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=$(realpath "${WAYSTATION:-target/debug/waystation}")
work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; }
    rm -rf "$work"
}
trap stop EXIT
cp -r tests/clients/python tests/clients/typescript "$work"
"$program" openapi >"$work/openapi.json"

# The probes and the public keys take nothing, and so refuse nothing.
cd "$work/typescript"
npm ci --silent --no-audit --no-fund
npx redocly lint --extends recommended-strict --skip-rule operation-4xx-response "$work/openapi.json" >"$work/lint" 2>&1 ||
    { cat "$work/lint"; exit 1; }
echo "ok lint"

npx openapi-typescript "$work/openapi.json" --default-non-nullable=false --output schema.d.ts >/dev/null
npx tsc
echo "ok typescript: generated, and the types fit"

cd "$work/python"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt
venv/bin/openapi-python-client generate --path "$work/openapi.json" --meta none \
    --output-path waystation_client --config config.yaml --fail-on-warning >/dev/null
echo "ok python: generated"

waystation() { "$program" --data "$work/data" "$@"; }
password() { sed -n 's/^ *password *\([^ ]*\) .*/\1/p'; }
waystation init --admin admin >/dev/null
waystation hub add 'River office' --country CHN >/dev/null
PASSWORD_HERON=$(waystation user add heron --role caseworker --hub 'River office' | password)
PASSWORD_LANTERN=$(waystation user add lantern --role coordinator --hub 'River office' | password)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export PASSWORD_HERON PASSWORD_LANTERN ADDRESS="http://127.0.0.1:$port"
WAYSTATION_ALLOW_PASSWORD_ALONE=1 waystation serve --listen "127.0.0.1:$port" >"$work/log" 2>&1 &
server=$!
curl --silent --fail --retry 50 --retry-delay 1 --retry-connrefused "$ADDRESS/ready" >/dev/null ||
    { cat "$work/log"; exit 1; }

CODENAME=Alder venv/bin/python journey.py
cd "$work/typescript"
CODENAME=Birch node journey.js
