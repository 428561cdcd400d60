#!/bin/sh
# Installs what the tests need beside Node: changes nothing when all is there.
set -eu

# A program that the tests start, and the Debian package that has it.
needs='mariadbd:mariadb-server-core
mariadb-install-db:mariadb-server-core
my_print_defaults:mariadb-client-core
socat:socat
openssl:openssl
zsh:zsh
fish:fish
systemctl:systemd
systemd-notify:systemd
systemd-analyze:systemd
g++:g++
avr-g++:gcc-avr
avr-objcopy:binutils-avr
chromium:chromium
mosquitto:mosquitto
php:php-cli
ssh:openssh-client
nginx:nginx-light
sshd:openssh-server
pgrep:procps'

PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=''
packages=''
for need in $needs; do
  program=${need%%:*}
  package=${need#*:}
  command -v "$program" >/dev/null 2>&1 && continue
  missing="$missing $program"
  case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
done

# A library has no program of its own.
if ! [ -e /usr/lib/avr/include/avr/io.h ]; then
  missing="$missing avr-libc"
  packages="$packages avr-libc"
fi

# Real boot loaders of an Uno and of old Nanos, for the simulated processor.
if ! [ -e /usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot/optiboot_atmega328.hex ]; then
  missing="$missing optiboot"
  packages="$packages arduino-core-avr"
fi

# PHP's way to MySQL is no program of its own.
if ! php -r 'exit(extension_loaded("mysqli") ? 0 : 1);' 2>/dev/null; then
  missing="$missing mysqli"
  packages="$packages php-mysql"
fi

# A WordPress to run the agent in. Its package would bring Apache, so only its files are taken.
wordpress="${XDG_CACHE_HOME:-$HOME/.cache}/visitor-counter-tests/wordpress"

unpack_wordpress() {
  [ ! -e "$wordpress/wp-settings.php" ] || return 0
  echo 'setup: unpacks WordPress for the tests'
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download -q wordpress php-getid3 2>/dev/null && for deb in ./*.deb; do dpkg -x "$deb" root; done)
  mkdir -p "$(dirname "$wordpress")"
  # Some links lead to JavaScript of other packages, which PHP does without.
  find "$folder/root/usr/share/wordpress" -xtype l -delete
  rm -f "$folder/root/usr/share/wordpress/wp-config.php"
  cp -rL "$folder/root/usr/share/wordpress" "$wordpress"
  rm -rf "$folder"
}

if [ -z "$missing" ]; then
  unpack_wordpress
  echo 'setup: everything that the tests need is installed'
  exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: this is no Debian; please install the programs$missing" >&2
  echo "setup: (in Debian they are in the packages$packages)" >&2
  exit 1
fi

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "setup: needs root to install; run as root: apt-get install$packages" >&2
    exit 1
  fi
  as_root='sudo'
fi

echo "setup: installs the Debian packages$packages (for$missing)"
export DEBIAN_FRONTEND=noninteractive
# A server that is only for the tests does not start by itself: Debian asks this file (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
  trap '$as_root rm -f "$policy"' EXIT
fi
$as_root apt-get update -q
# shellcheck disable=SC2086 # a list of words
$as_root apt-get install -q -y --no-install-recommends $packages
unpack_wordpress
echo 'setup: done'
