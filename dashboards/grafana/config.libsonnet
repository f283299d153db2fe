// SPDX-License-Identifier: GPL-2.0
// What a user of the mixin may want to change.
{
  _config+:: {
    // Label that tells hosts apart, and what else to choose exporters by, for example 'job="vmalocktop",'.
    hostLabel: 'instance',
    selector: '',

    tags: ['vmalock'],
    refresh: '30s',
    from: 'now-1h',

    // From how many standing threads a figure is shown as a warning, and as bad.
    stalledWarning: 0.1,
    stalledBad: 1,

    // Rows of the rankings.
    top: 10,
  },
}
