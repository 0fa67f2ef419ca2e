#!/bin/sh
# Compares the committed bundle with a fresh build of the locked packages; exits 1 and says what to do when they differ.
set -eu
cd "$(dirname "$0")"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
node build.mjs "$fresh"
if ! diff -rq "$fresh" ../static/vendor; then
    echo "adapters/playground/static/vendor isn't what its sources build: run 'npm ci && npm run build' in adapters/playground/web and commit it." >&2
    exit 1
fi
echo "adapters/playground/static/vendor is what its sources build."
