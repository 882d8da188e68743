# shellcheck shell=bash Starts and stops brokers, each on a free port with a new data directory. Sourced by the other scripts. Uses the
# variable $app of these scripts, which is the folder of this broker's program, and sets $port, $broker_pid and $start_seconds.

broker_pid='' port='' start_seconds='' rabbitmq='' epmd_port=''

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Finds RabbitMQ's own script: Debian's script in the path changes the user and the folder.
find_rabbitmq() {
  local candidate
  for candidate in /usr/lib/rabbitmq/bin/rabbitmq-server "$(command -v rabbitmq-server || true)"; do
    [[ -x $candidate ]] && rabbitmq=$candidate && return
  done
  return 1
}

install_rabbitmq() {
  echo "RabbitMQ is not installed: apt-get install rabbitmq-server"
  { DEBIAN_FRONTEND=noninteractive apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y rabbitmq-server; } >/dev/null
  # Stops the broker that the package starts on the default ports.
  { systemctl disable --now rabbitmq-server || service rabbitmq-server stop; } >/dev/null 2>&1 || true
  find_rabbitmq
}

# Starts a broker and waits until it responds.
launch() { # amqpbroker|rabbitmq folder
  local began
  rm -rf "${2:?}"
  mkdir -p "$2"
  port=$(free_port)
  began=$EPOCHREALTIME
  "start_$1" "$2"
  await_broker "$2"
  start_seconds=$(awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.3f", to - from }')
  [[ $1 == amqpbroker ]] || broker_pid=$(<"$2/pid")
}

start_amqpbroker() {
  "$app/amqpbroker" serve --port "$port" --management-port 0 --data-dir "$1/broker" >"$1/log" 2>&1 </dev/null &
  broker_pid=$!
}

# Starts RabbitMQ with default settings and without plugins. RabbitMQ gets a folder, ports, a node name and a name server (epmd) of its own.
start_rabbitmq() {
  [[ -n $epmd_port ]] || epmd_port=$(free_port)
  echo '[].' >"$1/enabled_plugins"
  env HOME="$1" ERL_EPMD_PORT="$epmd_port" RABBITMQ_NODENAME=compare@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
    RABBITMQ_DIST_PORT="$(free_port)" RABBITMQ_MNESIA_BASE="$1/mnesia" RABBITMQ_LOG_BASE="$1/logs" RABBITMQ_PID_FILE="$1/pid" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$1/enabled_plugins" RABBITMQ_CONFIG_FILE="$1/none" RABBITMQ_ADVANCED_CONFIG_FILE="$1/none" \
    "$rabbitmq" >"$1/log" 2>&1 </dev/null &
  broker_pid=$!
}

# Waits until the broker responds to the protocol header, which is the first thing that a client sends.
await_broker() { # data
  local first deadline=$((SECONDS + 120))
  while ((SECONDS < deadline)) && kill -0 "$broker_pid" 2>/dev/null; do
    if { exec 5<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
      printf 'AMQP\0\0\11\1' >&5
      first=$(timeout 5 head -c 1 <&5 | od -An -tu1 || true)
      exec 5>&-
      ((first == 1)) && return
    fi
    sleep 0.005
  done
  echo "$program: the broker did not start:" >&2
  tail -n 20 "$1/log" >&2
  return 1
}

# Stops the broker with the process id $broker_pid.
stop_broker() {
  [[ -n $broker_pid ]] || return 0
  local deadline=$((SECONDS + 60))
  kill "$broker_pid" 2>/dev/null || true
  while kill -0 "$broker_pid" 2>/dev/null; do
    ((SECONDS < deadline)) || kill -KILL "$broker_pid" 2>/dev/null || true
    sleep 0.1
  done
  wait "$broker_pid" 2>/dev/null || true
  broker_pid=''
}

stop_epmd() {
  [[ -z $epmd_port ]] || epmd -port "$epmd_port" -kill >/dev/null 2>&1
}
