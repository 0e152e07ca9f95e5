# SPDX-License-Identifier: Apache-2.0
"""A small invented world whose every sentence is true in it.

`World(seed)` holds people, towns, books and `facts`; `world.stream(name)` gives a view
with its own random stream. The embedded data (`data/embedded.py`) is drawn from it.
"""

from flan_jax.world.facts import Fact
from flan_jax.world.world import Country, Person, Town, Work, World

__all__ = ['Country', 'Fact', 'Person', 'Town', 'Work', 'World']
