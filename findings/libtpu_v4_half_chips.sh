#!/usr/bin/env bash
# Compiling for TPU v4 ahead of time: libtpu describes half chips unless told otherwise
# (libtpu 0.0.42.1 with jax 0.10.2).
#
# A v4 host shows one device for each chip, with both of its cores. The topology that
# `get_topology_desc` gives by default has two devices of one core at the same place, so
# a mesh that "fits" 128 devices of v4:4x4x4 asks for twice the devices that are there.
# `chip_config_name='megacore'` gives the devices of a real host. v5p, which has two
# cores as well, needs nothing; v2 and v3 really show their cores.
#
# Seen: name, option, devices, cores of a device, coordinates of the first two devices
#   v4:2x2x1 default 8 1 [0, 0, 0] [0, 0, 0]
#   v4:2x2x1 megacore 4 2 [0, 0, 0] [1, 0, 0]
#   v5p:2x2x1 default 4 2 [0, 0, 0] [1, 0, 0]
#   v3:2x2 default 8 1 [0, 0, 0] [0, 0, 0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'jax==0.10.2' 'jaxlib==0.10.2' 'libtpu==0.0.42.1'
TPU_SKIP_MDS_QUERY=1 JAX_PLATFORMS=cpu "$folder/venv/bin/python" - 2>"$folder/noise" <<'END_OF_PROGRAM' || { cat "$folder/noise"; exit 1; }
from jax.experimental import topologies


def seen(name, config=None):
  more = {'chip_config_name': config} if config else {}
  devices = topologies.get_topology_desc(
      platform='tpu', topology_name=name, **more).devices
  return (name, config or 'default', len(devices), devices[0].num_cores,
          list(devices[0].coords), list(devices[1].coords))


found = [seen('v4:2x2x1'), seen('v4:2x2x1', 'megacore'), seen('v5p:2x2x1'), seen('v3:2x2')]
for one in found:
  print(*one)
assert found == [
    ('v4:2x2x1', 'default', 8, 1, [0, 0, 0], [0, 0, 0]),
    ('v4:2x2x1', 'megacore', 4, 2, [0, 0, 0], [1, 0, 0]),
    ('v5p:2x2x1', 'default', 4, 2, [0, 0, 0], [1, 0, 0]),
    ('v3:2x2', 'default', 8, 1, [0, 0, 0], [0, 0, 0])], 'the behaviour changed'
END_OF_PROGRAM
