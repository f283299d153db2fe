# SPDX-License-Identifier: GPL-2.0
"""Configurations of kernels: two that are compared may only differ in what the patch series adds."""
import re

# options that the series adds, or selects where the stock kernel doesn't
ADDED = {"ARCH_HAS_RCU_SAFE_PAGE_TABLES", "RCU_SAFE_PAGE_TABLES", "MMU_GATHER_TABLE_FREE",
         "MMU_GATHER_RCU_TABLE_FREE", "PER_VMA_LOCK_RCU", "VMA_LOCK_TEST"}
# options that matter for what is measured
SHOWN = ("PREEMPT", "NUMA", "MEMCG", "TRANSPARENT_HUGEPAGE", "LRU_GEN", "PER_VMA_LOCK_STATS", "DEBUG_VM", "HZ")


def options(path):
    """{name: value} of the options of a .config that are set."""
    with open(path) as f:
        return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", f.read(), re.M))


def shown(path):
    """Lines of a .config, of options that matter for what is measured."""
    have = options(path)
    return [f"CONFIG_{name}={have[name]}" if name in have else f"# CONFIG_{name} is not set" for name in SHOWN]


def check_same(stock, patched):
    """RuntimeError if two .config files differ in more than the options of the series."""
    x, y = options(stock), options(patched)
    other = sorted(name for name in x.keys() | y.keys() if name not in ADDED and x.get(name) != y.get(name))
    if other:
        raise RuntimeError(f"{stock} and {patched} differ in {len(other)} options that aren't of the series, such as "
                           f"CONFIG_{other[0]}: build both again (make kernel kernel-base kernel-experiment)")
