# SPDX-License-Identifier: Apache-2.0
"""Summarization: what is the gist of a text, and what is it about?"""
