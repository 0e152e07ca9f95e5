# SPDX-License-Identifier: Apache-2.0
"""The commands: each parses flags, reads gin, calls the library and prints."""
