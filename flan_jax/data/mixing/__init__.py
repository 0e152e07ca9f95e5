# SPDX-License-Identifier: Apache-2.0
"""How the prompts of a mixture are divided over sources and kinds of prompts."""
