#!/usr/bin/env bash
# On CPUs, processes of jax.distributed reach each other by the name that each machine has for
# itself, not by the coordinator's address (jax 0.10.2, Linux).
#
# jax.distributed.initialize takes host:port of process 0, and all processes join there. The
# collectives are Gloo's, which are joined when the devices are first asked for: each process
# then publishes an address that it finds by gethostname(). In a container or a network namespace
# whose name nobody resolves, initialize succeeds, even between two processes of one
# machine over 127.0.0.1, and the first look at the devices fails. A line in /etc/hosts helps.
# Accelerators do not use Gloo.
#
# Seen, two processes over 127.0.0.1 in a namespace of the name host-7.invalid:
#   unresolved: joined True, devices: RuntimeError
#   resolved: joined True, devices: 2
# Needs `unshare` (util-linux) and the right to make namespaces.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'jax==0.10.2' 'jaxlib==0.10.2'
cat >"$folder/program.py" <<'END_OF_PROGRAM'
import os
import socket
import subprocess
import sys

if len(sys.argv) == 1:
  with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    address = '127.0.0.1:%d' % free.getsockname()[1]
  both = [subprocess.Popen([sys.executable, __file__, address, str(index)]) for index in range(2)]
  for process in both:
    process.wait(120)
  sys.exit()

import jax

jax.distributed.initialize(sys.argv[1], 2, int(sys.argv[2]), initialization_timeout=60)
try:
  found = jax.device_count()
except Exception as error:
  found = type(error).__name__
if sys.argv[2] == '0':
  print(f'joined True, devices: {found}', flush=True)
os._exit(0)
END_OF_PROGRAM
run() {
  # `hostname` sets the name inside of the namespace only; /etc/hosts is bound over.
  HOSTS="$1" FOLDER="$folder" JAX_PLATFORMS=cpu unshare --uts --mount --propagation private bash -c '
    hostname host-7.invalid && mount --bind "$HOSTS" /etc/hosts &&
    exec "$FOLDER/venv/bin/python" "$FOLDER/program.py"' 2>"$folder/noise" || { tail -5 "$folder/noise"; exit 1; }
}
echo '127.0.0.1 localhost' >"$folder/without"
printf '127.0.0.1 localhost\n127.0.0.1 host-7.invalid\n' >"$folder/with"
"$folder/venv/bin/python" -c 'from importlib.metadata import version
print("jax", version("jax"), "jaxlib", version("jaxlib"))'
unresolved=$(run "$folder/without")
resolved=$(run "$folder/with")
echo "unresolved: $unresolved"
echo "resolved: $resolved"
[[ $unresolved =~ ^'joined True, devices: '[A-Za-z]+$ ]] && [ "$resolved" = 'joined True, devices: 2' ] ||
  { echo 'CHANGED: see the head of this file'; exit 1; }
