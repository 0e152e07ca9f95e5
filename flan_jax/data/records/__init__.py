# SPDX-License-Identifier: Apache-2.0
"""Single records: their keys, and their fields before normalisation."""
