# SPDX-License-Identifier: Apache-2.0
"""Single records: what tells them apart, and how they look before they are normalised."""
