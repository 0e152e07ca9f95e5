# SPDX-License-Identifier: Apache-2.0
"""Public models in and out: folders of config.json, safetensors and a tokenizer.

`reading.read_model` gives a model as it lies there, `importing` makes a MODEL_DIR of it,
`exporting` a folder of a run; `adapters` does both for folders of peft.
"""
