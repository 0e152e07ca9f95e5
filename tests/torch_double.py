# SPDX-License-Identifier: Apache-2.0
"""transformers in float64 throughout: norms, softmax and angles are float32 otherwise."""

import torch


class Double(torch.overrides.TorchFunctionMode):
  """While it is entered, whoever asks torch for float32 gets float64."""

  def __torch_function__(self, function, types, args=(), kwargs=None):
    wider = lambda value: torch.float64 if value is torch.float32 else value
    if function == torch.Tensor.float:
      function = torch.Tensor.double
    kwargs = {name: wider(value) for name, value in (kwargs or {}).items()}
    return function(*map(wider, args), **kwargs)
