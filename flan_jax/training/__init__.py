"""The training loop and what it stands on: mesh, optimizer, state, checkpoints."""
