# shellcheck shell=bash
# The cases of bench/cases and their load. Sourced by the scripts beside it; uses their $only, $seconds, $warmup and $count, and of
# a running broker $port and $broker_pid. $tool is the folder of the amqpbroker that makes the load.

# Refuses a name in $only that no case has.
check_cases() {
  local name known
  known=$(awk -F'|' '!/^#/ && NF { print $1 }' bench/cases)
  for name in ${only//,/ }; do
    grep -qxF -e "$name" <<<"$known" || refuse "--only: there is no case '$name' in bench/cases; there are ${known//$'\n'/, }"
  done
}

# Calls a function with name and arguments of each case that is asked for.
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

# Puts a load on the broker, and prints what the tool says as JSON.
run_load() { # arguments
  # shellcheck disable=SC2086 # the arguments are words
  "$tool/amqpbroker" bench $1 --uri "amqp://guest:guest@127.0.0.1:$port/" --pid "$broker_pid" --json
}
