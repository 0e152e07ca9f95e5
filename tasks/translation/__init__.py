# SPDX-License-Identifier: Apache-2.0
"""Translation: between English and another language, either way."""
