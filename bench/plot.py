# SPDX-License-Identifier: GPL-2.0
"""Plots, as SVG."""
import subprocess

from tables import KERNELS, SIZES


def by_cpus(rows, metric, workloads, title, path):
    """A curve for each of @workloads and each kernel, with the spread as bars."""
    data, curves = [], []
    for color, workload in enumerate(workloads, 1):
        for kernel in KERNELS:
            points = [(c, rows.get(metric, workload, c, kernel)) for c in SIZES]
            curves.append(f'$data index {len(data)} using 1:2:3 with yerrorlines '
                          f'dashtype {2 if kernel == "stock" else 1} linecolor {color} '
                          f'pointtype 7 pointsize 0.4 title "{workload} {kernel}"')
            data.append("\n".join(f"{c} {r['value']} {r['spread'] / 2}" for c, r in points if r))
    _gnuplot(f"""set terminal svg size 800,450 background "white" font "sans,12"
set output "{path}"
set title "{title}"
set xlabel "CPUs"
set logscale x 2
set xrange [0.9:17.8]
set xtics (1, 2, 4, 8, 16)
set yrange [0:*]
set grid
set key outside right
$data << EOD
{chr(10).join(d + chr(10) + chr(10) for d in data)}
EOD
plot {", ".join(curves)}
""")


def ratios(rows, metric, title, path):
    """A bar for each workload: patched by stock, less 1."""
    cpus, = rows.cpus(metric)
    pairs = [(w, *rows.both(metric, w, cpus)) for w in rows.workloads(metric)]
    bars = [f'"{w}" {(p["value"] / s["value"] - 1) * 100}' for w, s, p in reversed(pairs) if s and p]
    _gnuplot(f"""set terminal svg size 800,{100 + 18 * len(bars)} background "white" font "sans,12" noenhanced
set output "{path}"
set title "{title}"
set xlabel "patched - stock, % of stock"
set grid x
set arrow from 0, graph 0 to 0, graph 1 nohead
set yrange [-1:{len(bars)}]
unset key
$data << EOD
{chr(10).join(bars)}
EOD
set style fill solid
plot $data using (0):0:(0):2:($0 - 0.3):($0 + 0.3):yticlabels(1) with boxxyerror linecolor 6
""")


def _gnuplot(script):
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
