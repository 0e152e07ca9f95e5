"""The embedded data: a TFDS data_dir written from samples of the invented world."""
