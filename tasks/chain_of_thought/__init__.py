# SPDX-License-Identifier: Apache-2.0
"""Natural language inference: does the hypothesis follow from the premise?"""
