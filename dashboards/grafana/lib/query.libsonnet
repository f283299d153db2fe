// SPDX-License-Identifier: GPL-2.0
// PromQL that more than one panel needs.
function(config)
  local host = config.hostLabel;
  {
    // Selectors: of all hosts that are chosen, and with more conditions.
    hosts(more=''):: '{%s%s=~"$host"%s}' % [config.selector, host, if more == '' then '' else ', ' + more],

    faultKinds:: ['baby', 'excl', 'mmap_lock'],

    // Causes of vmalock_lost_total that are losses: what ends without a beginning was under way when counting began,
    // or its beginning is among the losses.
    lost:: 'cause!~".*_unmatched"',

    rate(metric, more=''):: 'rate(%s%s[$__rate_interval])' % [metric, self.hosts(more)],

    sumBy(labels, expression):: 'sum by (%s) (%s)' % [std.join(', ', labels), expression],

    // For each kind of wait of faults that a kernel has: f(metric's name), with the label kind.
    byKind(f):: std.join(' or ', [
      'label_replace(%s, "kind", "%s", "", "")' % [f('vmalock_%s_wait_seconds' % kind), kind]
      for kind in self.faultKinds
    ]),

    // Threads that stand still on average: seconds waited per second.
    stalled(labels=[host])::
      self.sumBy(labels, self.byKind(function(metric) self.rate(metric + '_sum'))),

    // Time that the given part of all waits of faults took at most.
    quantile(part, labels=[host])::
      'histogram_quantile(%g, %s)' % [
        part,
        self.sumBy(labels + ['le'], self.byKind(function(metric) self.rate(metric + '_bucket'))),
      ],

    // A part of the faults, as a share.
    shareOfFaults(metric, more='', labels=[host])::
      '%s / %s' % [
        self.sumBy(labels, self.rate(metric, more)),
        self.sumBy(labels, self.rate('vmalock_faults_total')),
      ],
  }
