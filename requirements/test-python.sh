#!/bin/sh
# Tests, on a newer Python than the site's own, what the site offers: its wheel and sdist, the
# scripts and five notebooks.  make test-python, or make test-python PYTHON3=python3.14
# Without PYTHON3 it takes the newest Python on PATH from 3.12 on. Where there is none, root on
# Debian gets that of a newer Debian, in .cache/debian.
set -eu
cd "$(dirname "$0")/.."
site=$PWD/_build/html
work=$PWD/.cache/test-python
debian=$PWD/.cache/debian

is_newer() { "$1" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }

enter_debian() { # and run this script there; what is mounted is so for it alone
    if [ ! -e "$debian/complete" ]; then
        echo "Installing Python from Debian 13 into .cache/debian (one or two minutes)"
        command -v debootstrap >/dev/null || apt-get install --quiet --quiet --yes debootstrap
        rm -rf --one-file-system "$debian"
        mkdir -p "$debian"
        unshare --mount debootstrap --variant=minbase --include=python3-venv,g++ \
            trixie "$debian" >"$debian.log" || { tail "$debian.log" >&2; exit 1; }
        touch "$debian/complete"
    fi
    exec unshare --mount sh -eu -c '
        for path in /* /etc/hosts /etc/resolv.conf /etc/ssl /etc/pip.conf /etc/xdg "$PWD"; do
            case $path in /bin | /boot | /etc | /lib* | /run | /sbin | /usr | /var) continue ;; esac
            if [ -d "$path" ]; then
                mkdir -p "$0$path"
            elif [ -f "$path" ]; then
                touch "$0$path"
            else
                continue
            fi
            mount --rbind "$path" "$0$path"
        done
        exec chroot "$0" sh -c "cd \"$PWD\" && PYTHON3=/usr/bin/python3 sh requirements/test-python.sh"
    ' "$debian"
}

if [ -z "${PYTHON3:-}" ]; then
    for name in python3.19 python3.18 python3.17 python3.16 python3.15 python3.14 python3.13 \
        python3.12 python3; do
        if is_newer $name; then
            PYTHON3=$name
            break
        fi
    done
fi
if [ -z "${PYTHON3:-}" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && unshare --mount true 2>/dev/null; then
        enter_debian
    fi
    echo "No Python 3.12 or later was found: install one, or name it, as in" \
        "make test-python PYTHON3=/path/to/python3.13" >&2
    exit 1
elif ! is_newer "$PYTHON3"; then
    echo "PYTHON3=$PYTHON3 is not Python 3.12 or later with its module venv." >&2
    exit 1
fi

echo "Testing the site's downloads on $("$PYTHON3" --version)"
rm -rf "$work"
mkdir -p "$work/empty"
"$PYTHON3" -m venv "$work/venv"
python=$work/venv/bin/python
wheel=$(echo "$site"/dist/*.whl)
sed -n 's/^\([a-z].*[^ ]\) *\\$/\1/p' requirements/dev.txt >"$work/pins.txt"
pip="$python -m pip --disable-pip-version-check install --quiet --no-compile --only-binary :all:"
pip="$pip -c $work/pins.txt"

tar -xf "$site"/dist/*.tar.gz -C "$work"
cd "$work"/convdoc-*/
rm -r convdoc convdoc.egg-info # the tests are those of the sdist, the library is that of the wheel
ln -s "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/convdoc" convdoc

echo "With NumPy alone:"
$pip "$wheel"
installed=$("$python" -m pip list --format freeze | sed 's/[ =].*//' | sort | xargs)
[ "$installed" = "convdoc numpy pip" ] || { echo "There is more: $installed" >&2; exit 1; }
"$python" -m convdoc
"$python" -c 'from convdoc import exercises
print(len([question.right() for question in exercises.list()]), "exercises have their answers")'
$pip hypothesis pytest
"$python" -m pytest --quiet -r fE tests/test_spec.py tests/test_engines.py tests/test_layouts.py

echo "With the extras draw, compare and large:"
$pip "$wheel[draw,compare,large]" beautifulsoup4 latex2mathml nbclient ipykernel xarray
"$python" -m pytest --ignore tests/test_spec.py --ignore tests/test_layouts.py # they need NumPy alone

cd "$work/empty"
export MPLBACKEND=agg IPYTHONDIR="$work/ipython"
one_after_another='import runpy, sys
for script in sys.argv[1:]:
    runpy.run_path(script, run_name="__main__")'
set -- # those of the atlas, which are short
scripts=0
for script in "$site"/_downloads/*/*.py; do
    scripts=$((scripts + 1))
    if [ -e ../convdoc-*/gallery/atlas/"${script##*/}" ]; then
        set -- "$@" "$script"
    else
        "$python" -W error "$script" >../printed 2>&1 || { cat "$script" ../printed >&2; exit 1; }
    fi
done
"$python" -W error -c "$one_after_another" "$@" >../printed 2>&1 || { cat ../printed >&2; exit 1; }
echo "$scripts scripts run, $# of them in one process"
for name in 010_impulse_response 060_rgb_channels 080_dieleman_network 220_average_pooling 350_grouped; do
    "$work/venv/bin/jupyter-execute" "$site"/_downloads/*/$name.ipynb >../printed 2>&1 ||
        { cat ../printed >&2; exit 1; }
done
echo "5 notebooks run"
