# SPDX-License-Identifier: Apache-2.0
"""Whether a run is alive: who has its folder, what its processes do, and when they hang."""
