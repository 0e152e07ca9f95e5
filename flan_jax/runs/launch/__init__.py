# SPDX-License-Identifier: Apache-2.0
"""Starting a command on a pod, a cluster or this machine, and again when it ends early."""
