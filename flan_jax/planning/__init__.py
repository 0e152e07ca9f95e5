# SPDX-License-Identifier: Apache-2.0
"""What a run would cost on hardware that is not here, without running it."""
