# SPDX-License-Identifier: Apache-2.0
"""Coreference: whom or what does this word mean?"""
