# Sourced by the other scripts: install what is missing of Debian's packages, and only that.

# need <packages> -- <test command>: install the packages if the command fails.
need() {
    packages=
    while [ "$1" != -- ]; do packages="$packages $1"; shift; done
    shift
    "$@" >/dev/null 2>&1 && return

    echo "Installing$packages …" >&2
    if ! command -v apt-get >/dev/null; then
        echo "Please install what your system has in place of Debian's$packages." >&2
        exit 1
    fi
    as_root=
    if [ "$(id -u)" -ne 0 ]; then as_root=sudo; fi
    # the package lists of a fresh machine are empty, and those of an old one are stale
    {
        $as_root apt-get update -q &&
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -q -y --no-install-recommends $packages
    } >&2 </dev/null || {
        echo "Could not install$packages; please do that by hand." >&2
        exit 1
    }
}

need_python() {
    need python3 python3-venv -- python3 -c 'import ensurepip, venv'
}

# For packages that pip has to compile.
need_compiler() {
    need gcc libc6-dev python3-dev -- sh -c 'command -v gcc && python3 -c "
import os, sysconfig
open(os.path.join(sysconfig.get_path(\"include\"), \"Python.h\"))"'
}

# For the tests of the terminal. npm comes with node where that is not Debian's.
need_node() {
    need nodejs npm -- sh -c 'command -v node && command -v npm'
}

# Most tests take the one without windows, if there is one: Debian has it since its version 12.
need_browser() {
    need chromium fonts-liberation -- \
        sh -c 'command -v chromium || command -v chromium-browser'
    (need chromium-headless-shell -- command -v chromium-headless-shell) ||
        echo "The tests go on without it, and take longer." >&2
}

# The broker that commands by MQTT are tested with. Its server of the system is not needed.
need_broker() {
    need mosquitto mosquitto-clients -- sh -c \
        'command -v mosquitto_pub && { command -v mosquitto || test -x /usr/sbin/mosquitto; }'
}
