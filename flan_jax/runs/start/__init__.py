# SPDX-License-Identifier: Apache-2.0
"""What a start of training finds out of tasks, data and vocabulary, and keeps for the next start."""
