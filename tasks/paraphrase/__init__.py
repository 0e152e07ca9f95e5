# SPDX-License-Identifier: Apache-2.0
"""Paraphrase: do two sentences say the same?"""
