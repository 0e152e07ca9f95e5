# SPDX-License-Identifier: Apache-2.0
"""Reading comprehension: what does the passage say about this?"""
