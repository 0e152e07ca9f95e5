#!/usr/bin/env bash
# Orbax's CheckpointManager and a step below the newest one (orbax-checkpoint 0.12.8).
#
# A run that falls back from a bad checkpoint 20 to 10 and goes on will save 15.
# - save(15) writes nothing, raises nothing, logs nothing: it returns False.
# - save(15, force=True) writes, but the manager orders steps by when they were saved:
#   latest_step() is then 15, and with max_to_keep=2 the next save deletes 20 before 15.
#   A manager opened anew orders the same folder by number again.
#
# Seen:
#   save(15): False, steps [10, 20]
#   save(15, force=True): True, steps [20, 15], latest 15
#   save(30): True, steps [15, 30]
#   opened anew: steps [15, 30], latest 30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'orbax-checkpoint==0.12.8' 'jax==0.10.2' 'jaxlib==0.10.2'
JAX_PLATFORMS=cpu "$folder/venv/bin/python" - "$folder/checkpoints" <<'END_OF_PROGRAM'
import sys

import jax.numpy as jnp
import orbax.checkpoint as ocp

tree = {'kernel': jnp.arange(4.0)}
options = ocp.CheckpointManagerOptions(max_to_keep=2, create=True)
manager = ocp.CheckpointManager(sys.argv[1], options=options)


def save(step, **how):
  return manager.save(step, args=ocp.args.StandardSave(tree), **how)


def steps():
  manager.wait_until_finished()
  return list(manager.all_steps())


save(10), save(20)
seen = [('save(15)', save(15), steps())]
seen.append(('save(15, force=True)', save(15, force=True), steps(), manager.latest_step()))
seen.append(('save(30)', save(30), steps()))
manager.close()
manager = ocp.CheckpointManager(sys.argv[1], options=options)
seen.append(('opened anew', sorted(manager.all_steps()), manager.latest_step()))
for one in seen:
  print(*one)
assert seen == [
    ('save(15)', False, [10, 20]), ('save(15, force=True)', True, [20, 15], 15),
    ('save(30)', True, [15, 30]), ('opened anew', [15, 30], 30)], 'the behaviour changed'
END_OF_PROGRAM
