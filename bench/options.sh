# shellcheck shell=bash
# What the scripts beside it have in common of a command line. Sourced first, before the folder is changed.

script=$(realpath "$0")
program=bench/${script##*/}

# The comment at the script's head.
usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$script"
  exit 1
}

refuse() {
  echo "$program: $*" >&2
  exit 1
}

demand_number() { # option value least
  [[ $2 =~ ^[0-9]{1,9}$ ]] && ((10#$2 >= $3)) || refuse "--$1: '$2' will not do; expected a whole number from $3"
}
