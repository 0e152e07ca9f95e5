# SPDX-License-Identifier: Apache-2.0
"""Sentiment: is the writer for or against?"""
