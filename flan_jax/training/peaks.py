"""Peak arithmetic of accelerators, from their makers' data sheets."""

# FLOP/s in bfloat16, dense, of one jax device: a chip, but a core of TPU v2, v3 and 7x.
# TPUs: cloud.google.com/tpu/docs/system-architecture; GPUs: NVIDIA's data sheets.
BFLOAT16 = {
    'TPU v2': 22.5e12,
    'TPU v3': 61.5e12,
    'TPU v4': 275e12,
    'TPU v5 lite': 197e12,
    'TPU v5e': 197e12,
    'TPU v5': 459e12,
    'TPU v5p': 459e12,
    'TPU v6 lite': 918e12,
    'TPU v6e': 918e12,
    'TPU7x': 1153.5e12,
    'NVIDIA A100': 312e12,
    'NVIDIA H100 PCIe': 756e12,
    'NVIDIA H100 NVL': 835e12,
    'NVIDIA H100': 989e12,
    'NVIDIA H200 NVL': 835e12,
    'NVIDIA H200': 989e12,
    'NVIDIA GH200': 989e12,
    'NVIDIA B200': 2_250e12,
    'NVIDIA L4': 121e12,
}


def peak_flops(device_kind: str) -> float | None:
  """Peak of one device in bfloat16, FLOP/s; None for a kind that is not known.

  device_kind: as jax gives it; what follows the name of a GPU does not matter.
  peak_flops('NVIDIA H100 80GB HBM3') -> 9.89e14
  """
  if device_kind in BFLOAT16:
    return BFLOAT16[device_kind]
  gpus = [kind for kind in BFLOAT16 if kind.startswith('NVIDIA')]
  named = [kind for kind in gpus
           if f'{device_kind} '.startswith((f'{kind} ', f'{kind}-'))]
  return BFLOAT16[max(named, key=len)] if named else None
