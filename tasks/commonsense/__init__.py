# SPDX-License-Identifier: Apache-2.0
"""Commonsense: which of the given sentences is sensible?"""
