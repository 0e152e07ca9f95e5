"""flan_jax: instruction tuning of decoder-only language models in JAX (FLAN).

`import flan_jax.tasks` registers every SeqIO task and mixture; the front doors are
`flan_jax train`, `.evaluate`, `.sample`, `.cache`, `.prompts`, `.holdout`.
"""

__version__ = '0.1.0'
