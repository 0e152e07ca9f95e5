# SPDX-License-Identifier: Apache-2.0
"""What precompile counts: FLOPs by hand, collectives through loops; early errors."""

import ast
import dataclasses
import json
import math
import os
import re

import jax
import jax.numpy as jnp
import pytest
from jax.extend import core
from jax.sharding import NamedSharding, PartitionSpec

from flan_jax.cli import commandline, precompile
from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder
from flan_jax.planning import aot, candidates, estimate, hlo
from flan_jax.runs import training
from flan_jax.settings import hardware
from flan_jax.training import sharding

CONFIG = decoder.DecoderConfig(vocab_size=64, d_model=16, layers=3, heads=2, head_dim=8, d_ff=32, remat='full')
WORK = estimate.Work(rows=4, length=8, slots=2)
LARGE = decoder.DecoderConfig(vocab_size=32000, d_model=8192, layers=64, heads=128, head_dim=128, d_ff=65536)

NESTED = """HloModule nested, num_partitions=8

%add (a: f32[], b: f32[]) -> f32[] {
  %a = f32[] parameter(0)
  %b = f32[] parameter(1)
  ROOT %sum = f32[] add(%a, %b)
}

%inner_cond (p: (s32[], bf16[4,8])) -> pred[] {
  %p = (s32[], bf16[4,8]) parameter(0)
  %i = s32[] get-tuple-element(%p), index=0
  %n = s32[]{:T(256)} constant(5)
  ROOT %lt = pred[] compare(%i, %n), direction=LT
}

%inner (q: (s32[], bf16[4,8])) -> (s32[], bf16[4,8]) {
  %q = (s32[], bf16[4,8]) parameter(0)
  %j = s32[] get-tuple-element(%q), index=0
  %x = bf16[4,8] get-tuple-element(%q), index=1
  %r = bf16[4,8]{1,0} all-reduce(%x), replica_groups=[2,4]<=[8], to_apply=%add
  ROOT %t = (s32[], bf16[4,8]) tuple(%j, %r)
}

%outer_cond (p2: (s32[], bf16[4,8])) -> pred[] {
  %p2 = (s32[], bf16[4,8]) parameter(0)
  %i2 = s32[] get-tuple-element(%p2), index=0
  %n2 = s32[] constant(3)
  ROOT %lt2 = pred[] compare(%i2, %n2), direction=LT
}

%outer (q2: (s32[], bf16[4,8])) -> (s32[], bf16[4,8]) {
  %q2 = (s32[], bf16[4,8]) parameter(0)
  ROOT %w = (s32[], bf16[4,8]) while(%q2), condition=%inner_cond, body=%inner
}

ENTRY %main (v: bf16[4,8]) -> f32[16] {
  %v = bf16[4,8] parameter(0)
  %zero = s32[] constant(0)
  %start = (s32[], bf16[4,8]) tuple(%zero, %v)
  %loop = (s32[], bf16[4,8]) while(%start), condition=%outer_cond, body=%outer
  %y = f32[4] custom-call(%v), custom_call_target="x"
  %gs = (f32[4], f32[16]) all-gather-start(%y), replica_groups={{0,2,4,6},{1,3,5,7}}
  ROOT %gd = f32[16] all-gather-done(%gs)
}
"""


def test_collectives_in_nested_loops_count_every_round():
  found = hlo.traffic(NESTED)
  # 64 bytes over a ring of 4 send 2 * 3/4 of them, 5 rounds in each of 3.
  assert found.collectives == {'all-reduce': 15 * 96.0, 'all-gather': 48.0}
  assert found.hidden_network == 48.0
  assert found.matrix_memory == 64 + 16


def test_bytes_between_slices_are_told_apart():
  found = hlo.traffic(NESTED, slices=2)  # {0, 1, 2, 3} is inside, {0, 2, 4, 6} is not
  assert (found.between_slices, found.hidden_network) == (48.0, 0.0)


IN_PARTS = """HloModule in_parts, num_partitions=4

%start (p: f32[2]) -> (f32[2], f32[8]) {
  %p = f32[2] parameter(0)
  %g = f32[8] all-gather(%p), channel_id=3, frontend_attributes={chain_id="1"}
  ROOT %t = (f32[2], f32[8]) tuple(%p, %g)
}

%async_collective_fusion (q: f32[2]) -> (f32[2], f32[8]) {
  %q = f32[2] parameter(0)
  %h = f32[8] all-gather(%q), channel_id=3, frontend_attributes={chain_id="1"}
  ROOT %u = (f32[2], f32[8]) tuple(%q, %h)
}

ENTRY %main (v: f32[2]) -> (f32[2], f32[8]) {
  %v = f32[2] parameter(0)
  %s = (f32[2], f32[8]) fusion(%v), kind=kCustom, calls=%start
  ROOT %d = (f32[2], f32[8]) fusion(%v), kind=kOutput, calls=%async_collective_fusion
}
"""


def test_a_collective_that_runs_in_parts_beside_products_counts_once():
  found = hlo.traffic(IN_PARTS)
  assert found.collectives == {'all-gather': 24.0} and found.hidden_network == 24.0


@pytest.mark.parametrize(
  'text, group',
  [
    ('replica_groups={{0,3},{1,2}}', [0, 3]),
    ('replica_groups=[4,2]<=[8]', [0, 1]),
    ('replica_groups=[4,2]<=[2,4]T(1,0)', [0, 4]),
    ("replica_groups=mesh['a'=4,'b'=2] {'a'}, dimensions={1}", [0, 2, 4, 6]),
    ('channel_id=1', list(range(8))),
  ],
)
def test_groups_in_every_form(text, group):
  assert hlo.first_group(text, 8).tolist() == group


@pytest.mark.parametrize(
  'text, size',
  [('f32[2,3]{1,0:T(8,128)}', 24), ('(bf16[4,2]{1,0}, s32[])', 20), ('pred[7]', 7), ('f8e4m3fn[16]', 16), ('s4[8]', 4)],
)
def test_bytes_of_a_type(text, size):
  assert hlo.shape_bytes(text) == size


def test_fast_memory_is_not_traffic():
  assert hlo.shape_bytes('f32[4]{0:T(256)S(1)}', memory_only=True) == 0


def compiled(function, *shapes, mesh=None, specs=()):
  specs = specs or [PartitionSpec()] * len(shapes)
  arguments = [
    jax.ShapeDtypeStruct(shape, jnp.float32, sharding=NamedSharding(mesh, spec) if mesh else None)
    for shape, spec in zip(shapes, specs)
  ]
  return jax.jit(function).lower(*arguments).compile()


def test_a_compiled_scan_gathers_each_layer():
  mesh = sharding.mesh({'fsdp': 8})
  whole = NamedSharding(mesh, PartitionSpec())

  def apply(x, kernels):
    def layer(x, kernel):
      kernel = jax.lax.with_sharding_constraint(kernel, whole)
      return jnp.tanh(x @ kernel), None

    return jax.lax.scan(layer, x, kernels)[0]

  program = compiled(apply, (8, 16), (5, 16, 16), mesh=mesh, specs=[PartitionSpec('fsdp'), PartitionSpec(None, 'fsdp')])
  found = hlo.traffic(program.as_text())
  # Kernels of 1,024 bytes, of which a ring of 8 sends 7/8; a scan of 5.
  assert found.collectives == {'all-gather': 5 * 1024 * 7 / 8}


def test_a_scan_moves_as_many_bytes_as_its_loop_written_out():
  def step(x, kernel):
    return jnp.tanh(x @ kernel), None

  def scanned(x, kernels):
    return jax.lax.scan(step, x, kernels)[0]

  def written_out(x, kernels):
    for kernel in kernels:
      x, _ = step(x, kernel)
    return x

  scan, loop = (hlo.traffic(compiled(f, (64, 256), (6, 256, 256)).as_text()) for f in (scanned, written_out))
  kernels = 6 * 256 * 256 * 4
  for found in scan, loop:
    moved = found.matrix_memory + found.other_memory
    # Every kernel is read, and perhaps copied out of the stack before.
    assert kernels <= moved <= 3 * kernels + 6 * 8 * 64 * 256 * 4


def test_flops_by_hand():
  kernels = 3 * (4 * 16 * 16 + 3 * 16 * 32)
  assert estimate.kernel_parameters(CONFIG) == kernels
  found = estimate.forward_flops(CONFIG, WORK)
  assert found.kernels == 2 * kernels * 32
  assert found.attention == 3 * 4 * 2 * 8 * 4 * (8 * 9 / 2)
  assert found.logits == 2 * 16 * 64 * 4 * 2
  assert estimate.model_flops(CONFIG, WORK) == 3 * found.forward
  score = dataclasses.replace(WORK, mode='score')
  assert estimate.model_flops(CONFIG, score) == found.forward


def naive_matmul_flops(jaxpr, times=1):
  """2 * result * contracted for each product of a jaxpr, scans times their length."""
  total = 0
  for equation in jaxpr.eqns:
    if equation.primitive.name == 'dot_general':
      contracted = equation.params['dimension_numbers'][0][0]
      shape = equation.invars[0].aval.shape
      result = math.prod(equation.outvars[0].aval.shape)
      total += 2 * times * result * math.prod(shape[axis] for axis in contracted)
    scan = equation.primitive.name == 'scan'
    rounds = equation.params['length'] if scan else 1
    for inner in core.jaxprs_in_params(equation.params):
      total += naive_matmul_flops(inner, times * rounds)
  return total


def test_a_window_leaves_out_pairs():
  assert estimate.visible_pairs(4, 2) == 1 + 2 + 2 + 2
  assert estimate.visible_pairs(8, 9) == estimate.visible_pairs(8)
  local = dataclasses.replace(CONFIG, windows=(3, 0))
  found = estimate.forward_flops(local, WORK).attention / estimate.forward_flops(CONFIG, WORK).attention
  assert found == (2 * estimate.visible_pairs(8, 3) + 36) / (3 * 36)


OTHERS = [
  dict(norm='layer', parallel_residual=True, gated_mlp=False, mlp_bias=True, positions='learned', position_rows=8),
  dict(positions='rope', rope_dims=4, rope_layers=(1, 0), kv_heads=1, qk_norm=True, norm_places='both'),
]


@pytest.mark.parametrize('change', [{}, *OTHERS], ids=['paper', 'neox', 'gemma'])
def test_flops_of_a_forward_pass_equal_a_count_of_its_products(change):
  config = dataclasses.replace(CONFIG, **change)
  params = decoder.abstract_params(config)
  batch = {name: jnp.ones((4, 8), jnp.int32) for name in ('tokens', 'positions', 'segment_ids', 'branch')}

  def forward(params):
    x_BLD = decoder.hidden_states(config, params, batch)
    return decoder.logits(config, params, x_BLD[:, : WORK.slots])

  counted = naive_matmul_flops(jax.make_jaxpr(forward)(params).jaxpr)
  assert counted == estimate.forward_flops(config, WORK, pairs=8 * 8).forward


def test_remat_adds_to_the_time_but_not_to_the_model():
  every = {remat: dataclasses.replace(CONFIG, remat=remat) for remat in ('none', 'dots', 'full')}
  assert len({estimate.model_flops(one, WORK) for one in every.values()}) == 1
  executed = [estimate.executed_flops(one, WORK) for one in every.values()]
  assert executed == sorted(executed) and len(set(executed)) == 3


def test_beside_an_adapter_no_gradients_of_kernels_are_computed():
  adapted = dataclasses.replace(WORK, adapted=True)
  each = estimate.forward_flops(CONFIG, WORK)
  assert estimate.model_flops(CONFIG, adapted) == 2 * (each.kernels + each.logits) + 3 * each.attention
  saved = estimate.executed_flops(CONFIG, WORK) - estimate.executed_flops(CONFIG, adapted)
  assert saved == each.kernels + each.logits


def test_an_adapter_needs_the_memory_of_its_base_and_little_more():
  whole = plan(fsdp=8, topology='h200:8', rows=8)
  lora = dataclasses.replace(whole, adapter=adapters.Adapter(), work=dataclasses.replace(whole.work, adapted=True))
  base = 2 * decoder.count_parameters(decoder.abstract_params(whole.config), embeddings=True) / 8
  saved = estimate.saved_bytes(whole.config, whole.work, whole.axes)
  assert base < candidates.least_bytes(lora) - saved < 1.2 * base
  assert candidates.least_bytes(whole) - saved > 3.9 * base
  assert candidates.least_seconds(lora) < candidates.least_seconds(whole)
  with pytest.raises(UserError, match="ADAPTER_TARGETS has 'nothing', which matches no parameter"):
    candidates.check(dataclasses.replace(lora, adapter=adapters.Adapter(targets=('nothing',))))


def test_the_prediction_lies_between_the_maximum_and_the_sum():
  where = hardware.topology('v5e:2x2')
  traffic = hlo.Traffic({'all-gather': 3e8}, 1e8, 0.0, 4e9, 2e9)
  times = estimate.times(4e12, traffic, where)
  assert times.maximum <= times.predicted <= times.sum
  assert times.predicted == pytest.approx(1e12 / 197e12 + 2e9 / 819e9 + 2e8 / 100e9)
  assert times.bound == 'memory'


@pytest.mark.parametrize(
  'text, devices',
  [
    ('v2:2x2', 8),
    ('v3:8x8', 128),
    ('v4:4x4x8', 128),
    ('v4:2x2x1', 4),
    ('v5e:8x16', 128),
    ('v5p:4x4x8', 128),
    ('v6e:2x2', 4),
    ('tpu7x:2x2x1', 8),
    ('tpu7x:4x4x4', 128),
    ('v5e:1x1', 1),
    ('2*v5e:4x4', 32),
    ('2*v4:2x2x2', 16),
    ('h100:8', 8),
  ],
)
def test_devices_as_jax_shows_them_on_a_pod(text, devices):
  assert hardware.topology(text).devices == devices


# Of a chip, as published: TFLOP/s in bfloat16, GiB, GB/s, and the devices that jax shows.
CHIPS = {
  'v2': (46, 16, 700, 2),
  'v3': (123, 32, 900, 2),
  'v4': (275, 32, 1200, 1),
  'v5e': (197, 16, 819, 1),
  'v5p': (459, 96, 2765, 1),
  'v6e': (918, 32, 1638, 1),
  'tpu7x': (2307, 192, 7380, 2),
}
TPUS = [kind for kind in hardware.DEVICES if kind not in hardware.GPUS]


@pytest.mark.parametrize('kind', TPUS)
def test_the_devices_of_a_chip_make_up_the_chip(kind):
  flops, gib, bandwidth, devices = CHIPS[kind]
  device = hardware.DEVICES[kind]
  assert device.per_chip == devices
  assert hardware.peak_flops(device.names[0]) == device.flops
  assert device.flops * devices == pytest.approx(flops * 1e12)
  assert device.memory_bandwidth * devices == pytest.approx(bandwidth * 1e9)
  assert 0.9 < device.memory * devices / (gib * 2**30) < 1  # libtpu keeps the rest


def test_the_example_of_each_kind_is_a_topology():
  for kind, device in hardware.DEVICES.items():
    assert hardware.topology(device.example).kind == kind
    with pytest.raises(UserError, match=re.escape(f'form of {device.example}')):
      hardware.topology(f'{kind}:{"1x1" if kind in ("v4", "v5p", "tpu7x") else "1x1x1"}')


@pytest.mark.parametrize(
  'text, near',
  [
    ('v5:4x4', 'v5p:4x4x8'),
    ('v5e', 'v5e:4x4'),
    ('v5e:4x4x4', 'v5e:4x4'),
    ('h1000:8', 'h100:8'),
    ('nonsense', 'v3:8x8'),
  ],
)
def test_an_unknown_topology_names_the_nearest(text, near):
  with pytest.raises(UserError, match=near):
    hardware.topology(text)


@pytest.mark.parametrize(
  'axes, slices, near',
  [
    ({'fsdp': 5, 'tensor': 30}, 1, {'data': 1, 'fsdp': -1, 'tensor': 32}),
    ({'data': 3, 'fsdp': -1}, 1, {'data': 2, 'fsdp': -1, 'tensor': 1}),
    ({'fsdp': -1}, 2, {'data': 2, 'fsdp': -1, 'tensor': 1}),
    ({'data': 6, 'fsdp': 8, 'tensor': 8}, 2, {'data': 4, 'fsdp': -1, 'tensor': 8}),
  ],
)
def test_a_mesh_that_cannot_be_names_the_nearest_that_works(axes, slices, near):
  with pytest.raises(UserError, match=re.escape(f'MESH = {near}')):
    sharding.filled(axes, 128, slices)
  assert math.prod(sharding.filled(near, 128, slices).values()) == 128


def plan(config=LARGE, rows=128, topology='v3:8x8', microbatches=1, **axes):
  where = hardware.topology(topology)
  work = estimate.Work(rows, 2048, 640)
  axes = sharding.filled(axes, where.devices, where.slices)
  return candidates.Plan(config, work, axes, where, {'learning_rate': 1e-3}, microbatches=microbatches)


@pytest.mark.parametrize(
  'wrong, message',
  [
    (
      dict(config=dataclasses.replace(LARGE, heads=20), fsdp=4, tensor=32),
      'heads = 20 .* 32 .* nearest size .* works is 4',
    ),
    (dict(rows=6, fsdp=4, tensor=32), 'take 4 or 8 rows .* these axes 2 and'),
    (dict(rows=8, fsdp=4, tensor=32, microbatches=4), 'choose one of 1, 2, or'),
    (dict(data=128), 'cannot fit: .* has 15.48 GiB, .* try MESH = .*32, .tensor.: 4'),
    (dict(topology='v5e:4x4', rows=16, fsdp=16), 'cannot fit: .* about 128 devices'),
  ],
)
def test_what_cannot_be_is_said_before_compiling(wrong, message):
  with pytest.raises(UserError, match=message):
    candidates.check(plan(**wrong))


def test_the_paper_run_passes_the_arithmetic():
  paper = plan(rows=4, fsdp=4, tensor=32)
  candidates.check(paper)
  assert 8 * 2**30 < candidates.least_bytes(paper) < 12 * 2**30


def test_a_search_begins_with_the_fastest_in_theory():
  found = list(candidates.candidates(plan(rows=4, fsdp=4, tensor=32)))
  bounds = list(map(candidates.least_seconds, found))
  assert bounds == sorted(bounds) and len(found) > 1
  assert all(4 % (one.axes['data'] * one.axes['fsdp']) == 0 for one in found)


ROWS = training.Rows(tokens_per_batch=256, row_length=32, target_slots=8, inputs_length=16, targets_length=8)
KEYS = """topology devices argument_bytes temp_bytes code_bytes memory_bytes fits
    model_flops_per_step collective_bytes bound predicted_step_seconds predicted_mfu
    predicted_hours compile_seconds""".split()


@pytest.mark.parametrize(  # to score: the search below
  'mode', [pytest.param('train', marks=pytest.mark.slow), 'generate']
)
def test_without_libtpu_host_devices_stand_in(mode, capsys):
  precompile.precompile(
    precompile.Precompile(
      model=CONFIG,
      mesh={'fsdp': 4, 'tensor': 2},
      rows=ROWS,
      mode=mode,
      train_steps=10,
      optimizer={'learning_rate': 1e-3, 'name': 'adam'},
      topology='h100:8',
      vocab_size=64,
    )
  )
  lines = capsys.readouterr().out.strip().splitlines()
  result = json.loads(lines[-1])
  assert list(result) == KEYS
  assert result['topology'] == 'h100:8 compiled for 8 host devices' and result['fits']
  assert result['collective_bytes']['all-gather'] > 0
  assert 0 < result['predicted_mfu'] < 1
  assert any('NOTE' in line for line in lines)


def lora(**changes):
  """A request for the step of LoRA."""
  asked = dict(model=CONFIG, mesh={'fsdp': 8}, rows=dataclasses.replace(ROWS, tokens_per_batch=512), train_steps=10)
  asked |= dict(optimizer={'learning_rate': 1e-3}, topology='h100:8', vocab_size=64, adapter=adapters.Adapter(rank=2))
  return precompile.Precompile(**asked | changes)


def test_the_step_of_an_adapter_is_compiled_beside_its_base(capsys):
  result = precompile.precompile(lora(mode='train'))
  whole = precompile.planned(lora(adapter=None))
  assert result['fits'] and 0 < result['model_flops_per_step'] < estimate.model_flops(whole.config, whole.work)
  assert "ADAPTER = 'lora'" in capsys.readouterr().out
  with pytest.raises(UserError, match='FROZEN = .* beside ADAPTER'):
    precompile.planned(lora(optimizer={'learning_rate': 1e-3, 'frozen': ('embedding',)}))


def test_a_search_recommends_what_it_compiled(capsys):
  precompile.precompile(
    precompile.Precompile(
      model=CONFIG,
      mesh={},
      rows=ROWS,
      train_steps=10,
      tries=2,
      mode='score',
      optimizer={'learning_rate': 1e-3},
      topology='h200:8',
      vocab_size=64,
    )
  )
  assert 'best that fits: MESH = ' in capsys.readouterr().out


@pytest.fixture
def libtpu():
  pytest.importorskip('libtpu')


def topologies_that_are_named():
  """Those of the mesh files; of each kind the example, a host, a chip and two slices."""
  folder = os.path.join(commandline.gin_folder(), 'meshes')
  meshes = [mesh_file(folder, name)['TOPOLOGY'] for name in sorted(os.listdir(folder))]
  yield from (text for text in meshes if text and hardware.topology(text).kind in TPUS)
  for kind in TPUS:
    yield hardware.DEVICES[kind].example
    depth = 'x1' * (hardware.topology(hardware.DEVICES[kind].example).shape[2:] != ())
    yield from (f'{kind}:2x2{depth}', f'{kind}:1x1{depth}', f'2*{kind}:2x2{depth}')


def test_libtpu_describes_the_devices_that_a_pod_shows(libtpu):
  for text in topologies_that_are_named():
    where = hardware.topology(text)
    found, target = aot.devices(where)
    assert (target, len(found)) == ('libtpu', where.devices), text
    assert found[0].device_kind in where.device.names
    chips = {(getattr(one, 'slice_index', 0), *one.coords) for one in found}
    assert len(chips) * where.device.per_chip == where.devices, text
    # jax's own layout of a pod refuses devices that a pod does not show.
    mesh = sharding.mesh({'data': where.slices, 'fsdp': -1}, found)
    assert mesh.size == where.devices


def test_a_mesh_of_more_devices_than_the_pod_shows_is_refused_at_once():
  with pytest.raises(UserError, match='there are 128 devices'):
    precompile.precompile(
      precompile.Precompile(
        model=CONFIG,
        mesh={'fsdp': 16, 'tensor': 16},
        rows=ROWS,
        train_steps=10,
        optimizer={'learning_rate': 1e-3},
        topology='v4:4x4x8',
        vocab_size=64,
        dry_run=True,
      )
    )


def test_a_program_has_the_whole_chip_where_its_cores_are_one_device(libtpu):
  where = hardware.topology('v4:2x2x1')
  mesh = sharding.mesh({'data': -1}, aot.devices(where)[0])
  place = NamedSharding(mesh, PartitionSpec())

  def compile_add(gib):
    shape = jax.ShapeDtypeStruct((gib, 2**18, 2**10), jnp.float32, sharding=place)
    with jax.set_mesh(mesh):
      jax.jit(lambda x: x + 1, donate_argnums=0).lower(shape).compile()

  compile_add(int(where.device.memory / 2**30))
  with pytest.raises(jax.errors.JaxRuntimeError, match='RESOURCE_EXHAUSTED'):
    compile_add(32)


def test_libtpu_compiles_for_a_topology_that_is_not_here(libtpu):
  config = dataclasses.replace(CONFIG, layers=2)
  where = hardware.topology('v5e:2x2')
  work = dataclasses.replace(WORK, mode='score')
  small = candidates.Plan(config, work, {'data': 1, 'fsdp': 2, 'tensor': 2}, where, {'learning_rate': 1e-3})
  candidates.check(small)
  program = aot.compile_plan(small)
  assert program.target == 'libtpu'
  assert program.traffic.collectives['all-gather'] > 0
  assert 0 < program.peak_bytes < where.device.memory


def test_data_goes_over_the_slices_and_nothing_else_does(libtpu):
  devices, _ = aot.devices(hardware.topology('2*v5e:4x4'))
  for data in 2, 4:
    mesh = sharding.mesh({'data': data, 'fsdp': -1, 'tensor': 2}, devices)
    found = [{device.slice_index for device in part.ravel()} for part in mesh.devices]
    assert found == [{2 * row // data} for row in range(data)]
  with pytest.raises(UserError, match='only data may cross'):
    sharding.mesh({'fsdp': -1}, devices)


def mesh_file(folder, name):
  with open(os.path.join(folder, name), encoding='utf-8') as file:
    lines = [line.split(' = ') for line in file if ' = ' in line]
  return {key: ast.literal_eval(value) for key, value in lines}


def test_every_mesh_file_names_a_topology_that_it_fills():
  folder = os.path.join(commandline.gin_folder(), 'meshes')
  files = [name for name in os.listdir(folder) if not name.startswith(('cpu', 'local'))]
  assert len(files) >= 10
  for name in files:
    values = mesh_file(folder, name)
    where = hardware.topology(values['TOPOLOGY'])
    sharding.filled(values['MESH'], where.devices, where.slices)
