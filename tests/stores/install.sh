#!/usr/bin/env bash
# Installs the server that the tests of object stores start, moto, in a folder of its own among the build's.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${CARGO_TARGET_DIR:-target}/stores
[ -x "$folder/bin/moto_server" ] && exit
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet 'moto[s3]==5.2.1' flask flask-cors
