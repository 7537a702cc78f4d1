#!/bin/sh
# test_js.sh <node --test arguments>: the tests of the page's JavaScript, in node.
set -eu
cd "$(dirname "$0")/.."
. development/debian.sh

need_node

cd tests/js
# a copy that is there is fine if it is the one that is asked for
wanted=$(sha256sum package-lock.json)
if [ "$(cat node_modules/.wanted 2>/dev/null)" != "$wanted" ]; then
    npm ci --no-audit --no-fund
    echo "$wanted" >node_modules/.wanted
fi
exec node --test --test-reporter tap "$@"
