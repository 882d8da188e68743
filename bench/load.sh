# shellcheck shell=bash
# Reads bench/cases and runs their loads. Sourced by the other scripts. Uses their $only, $seconds, $warmup and $count, and $port and
# $broker_pid of a running broker. $tool is the folder of the amqpbroker program that generates the load.

# Refuses an unknown case in $only.
check_cases() {
  local name known
  known=$(awk -F'|' '!/^#/ && NF { print $1 }' bench/cases)
  for name in ${only//,/ }; do
    grep -qxF -e "$name" <<<"$known" || refuse "--only: there is no case '$name' in bench/cases; there are ${known//$'\n'/, }"
  done
}

# Calls a function with the name and the arguments of each selected case.
for_each_case() { # function its-first-arguments...
  local name arguments
  while IFS='|' read -r name _ _ arguments <&4; do
    [[ $name == '#'* || -z $name ]] && continue
    [[ -z $only || ",$only," == *",$name,"* ]] || continue
    arguments=${arguments//'{time}'/--duration $seconds --warmup $warmup}
    arguments=${arguments//'{count}'/$count}
    "$@" "$name" "$arguments"
  done 4<bench/cases
}

# Puts a load on the broker, and prints the tool's report as JSON.
run_load() { # arguments
  # shellcheck disable=SC2086 # the arguments are words
  "$tool/amqpbroker" bench $1 --uri "amqp://guest:guest@127.0.0.1:$port/" --pid "$broker_pid" --json
}
