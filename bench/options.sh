# shellcheck shell=bash
# Functions for the command lines of the other scripts. Sourced before a script changes the current folder.

script=$(realpath "$0")
program=bench/${script##*/}

# Prints the comment at the head of the script.
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
