# SPDX-License-Identifier: Apache-2.0
"""Reading comprehension with commonsense: the answer lies between the lines."""
