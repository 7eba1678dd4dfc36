#!/bin/sh
# Makes .venv and installs the pinned requirements into it:  requirements/install.sh site|dev
# With "engines" it makes .venv-engines, which has PyTorch and JAX too. With "keras3" it makes
# .venv-keras3, which has Keras 3 on PyTorch, JAX and TensorFlow instead of Keras 2 on Theano. Their
# PyTorch is the build for processors alone: pip must know of an index that has it
# (PIP_EXTRA_INDEX_URL).
# First it looks for what cannot be installed by pip, and says how to get what is missing.
set -eu
wanted=$1
case $wanted in engines | keras3) venv=.venv-$wanted ;; *) venv=.venv ;; esac
python=$venv/bin/python

folder=$venv
[ -e $folder ] || folder=.
if [ ! -w $folder ]; then
    echo "The set-up cannot write to $PWD/$folder, which is read-only or another user's:" \
        "run it in a copy of the repository." >&2
    exit 1
fi

# It waits for another set-up or build in this folder, where there is flock (macOS has none). Builds
# need .venv alone: they wait for a set-up of another one only while convdoc itself is installed.
wait_for() { # others that hold a lock
    command -v flock >/dev/null || return 0
    mkdir -p .cache
    exec 9>"$1"
    flock --nonblock 9 || { echo "Waiting for another build in $PWD to end." >&2; flock 9; }
}
case $venv in .venv) wait_for .cache/build.lock ;; *) wait_for .cache/engines.lock ;; esac

explain() { # what is missing, then how to get it on each system
    printf '\n%s\n  Debian, Ubuntu:  %s\n  Fedora:          %s\n  macOS:           %s\n' "$@" >&2
    missing=yes
}
missing=no

find_python() { command -v "${PYTHON:-python3.11}"; }
is_311() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; }
is_ready() { [ -x $python ] && is_311 $python && $python -m pip --version >/dev/null 2>&1; }

if is_ready; then
    interpreter=$python
elif interpreter=$(find_python) && is_311 "$interpreter"; then
    :
elif command -v uv >/dev/null; then
    interpreter=uv # brings a Python 3.11 of its own, with Python.h
else
    interpreter=none
    explain 'Python 3.11 is missing (Theano 1.0.5 runs on no newer one).
  Anywhere: install uv, which fetches a Python 3.11, or name one: make PYTHON=/path/to/python3.11' \
        'sudo apt-get install python3.11 python3.11-venv (Debian 12; on others: uv)' \
        'sudo dnf install python3.11' \
        'brew install python@3.11'
fi

if ! g++ --version >/dev/null 2>&1; then
    explain 'A C++ compiler (g++) is missing: Theano compiles each convolution.' \
        'sudo apt-get install g++' \
        'sudo dnf install gcc-c++' \
        'xcode-select --install'
fi

case $interpreter in none | uv | $python) ;; *)
    if ! "$interpreter" -c 'import ensurepip, venv' 2>/dev/null; then
        explain 'The module venv of Python 3.11 is missing, or its pip.' \
            'sudo apt-get install python3.11-venv' \
            'sudo dnf install python3.11' \
            'brew reinstall python@3.11'
    fi
    ;;
esac

case $interpreter in none | uv) ;; *)
    header=$("$interpreter" -c 'import sysconfig; print(sysconfig.get_path("include") + "/Python.h")')
    if [ ! -f "$header" ]; then
        explain "Python.h is missing ($header): Theano compiles against it." \
            'sudo apt-get install python3.11-dev' \
            'sudo dnf install python3.11-devel' \
            'brew reinstall python@3.11'
    fi
    ;;
esac

[ $missing = no ] || { printf '\nNothing was installed. Run the same command again afterwards.\n' >&2; exit 1; }

if ! is_ready; then
    echo "Making $venv with Python 3.11"
    if [ "$interpreter" = uv ]; then
        uv venv --quiet --clear --seed --python 3.11 $venv
    else
        "$interpreter" -m venv --clear $venv
    fi
fi

echo "Installing requirements/$wanted.txt into $venv (a few minutes the first time)"
# Python compiles what it imports: all of it would take as long again.
pip="$python -m pip --disable-pip-version-check install --quiet --quiet --no-compile"
$pip --require-hashes -r requirements/build.txt
$pip --require-hashes --no-build-isolation -r "requirements/$wanted.txt"
[ $venv = .venv ] || wait_for .cache/build.lock
$pip --no-deps --no-build-isolation --editable .
