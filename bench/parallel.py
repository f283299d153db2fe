# SPDX-License-Identifier: GPL-2.0
"""Guests side by side: what one counts doesn't depend on another that runs at the same time."""
import os
from concurrent.futures import ThreadPoolExecutor


def parallel(function, items):
    """[function(item)] in the order of @items, as many at a time as there are CPUs; raises what one of them raises."""
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        return list(pool.map(function, items))
    finally:
        pool.shutdown(cancel_futures=True)
