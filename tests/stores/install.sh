#!/usr/bin/env bash
# Installs a server that the tests of object stores start, in a folder of its own among the build's:
# tests/stores/install.sh moto (S3, from PyPI) or tests/stores/install.sh azurite (Azure Blob Storage, from npm).
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${CARGO_TARGET_DIR:-target}/stores
case $1 in
    moto)
        [ -x "$folder/bin/moto_server" ] && exit
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet 'moto[s3]==5.2.1' flask flask-cors
        ;;
    azurite)
        [ -x "$folder/node_modules/.bin/azurite-blob" ] && exit
        npm install --silent --no-audit --no-fund --prefix "$folder" azurite@3.37.0
        ;;
    *)
        echo "usage: install.sh moto|azurite" >&2
        exit 2
        ;;
esac
