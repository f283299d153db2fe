// SPDX-License-Identifier: GPL-2.0
// The regions of a host that lose most time, and one of them.  Needs vmalocktop --top-vmas N.
local panel = import '../lib/panel.libsonnet';

function(config)
  local host = config.hostLabel;
  local dashboard = (import '../lib/dashboard.libsonnet')(config);
  local q = (import '../lib/query.libsonnet')(config);
  local labels = ['pid', 'comm', 'name', 'start', 'end'];
  local legend = '{{comm}} ({{pid}}) {{name}} {{start}}';
  local chosen = 'pid=~"$pid", start=~"$region"';
  // drains are waits of writers, and back-offs take no time
  local lost = 'kind!="drain"';

  dashboard.new(
    'vmalock-giant',
    'VMA locks: giant VMAs',
    'Regions of address space that lose time, one process and one region at a time. Needs vmalocktop --listen --top-vmas N.',
    [
      dashboard.labelVariable('host', 'Host', 'label_values(vmalock_build_info{%s}, %s)' % [config.selector, host]),
      dashboard.labelVariable('pid', 'Process', 'label_values(vmalock_vma_size_bytes%s, pid)' % q.hosts(), multi=true),
      dashboard.labelVariable('region', 'Region', 'label_values(vmalock_vma_size_bytes%s, start)' % q.hosts('pid=~"$pid"'), multi=true),
    ],
    [
      {
        title: 'Regions',
        height: 9,
        panels: [
          [24, panel.table('Regions by time lost',
                           'During the chosen time; counters of a region begin when it comes into the ranking.',
                           [['comm', 'Process'], ['pid', 'PID'], ['name', 'Region'], ['start', 'From'], ['end', 'To']],
                           [
                             { title: 'Lost', unit: 's', expr: q.sumBy(labels, 'increase(vmalock_vma_wait_seconds_total%s[$__range])' % q.hosts(lost)) },
                             { title: 'Waits', unit: 'short', expr: q.sumBy(labels, 'increase(vmalock_vma_waits_total%s[$__range])' % q.hosts(lost + ', kind!="zombie"')) },
                             { title: 'Size', unit: 'bytes', expr: 'max by (%s) (vmalock_vma_size_bytes%s)' % [std.join(', ', labels), q.hosts()] },
                           ])],
        ],
      },
      {
        title: 'What they lose',
        height: 8,
        panels: [
          [24, panel.timeseries('Threads standing still',
                                'In the %d regions that lose most.' % config.top,
                                [panel.target('topk(%d, %s)' % [config.top, q.sumBy(labels, q.rate('vmalock_vma_wait_seconds_total', lost))], legend)])],
        ],
      },
      {
        title: 'The chosen region',
        height: 8,
        panels: [
          [6, panel.stat('Size', 'Of the largest that is chosen.', 'max(vmalock_vma_size_bytes%s)' % q.hosts(chosen), 'bytes')],
          [9, panel.timeseries('Standing threads by kind',
                               'What waits in the region are for; drains are writers.',
                               [panel.target(q.sumBy(['kind'], q.rate('vmalock_vma_wait_seconds_total', chosen)), '{{kind}}')],
                               stack='normal')],
          [9, panel.timeseries('Waits by kind',
                               'Per second; "zombie" are back-offs, which take no time.',
                               [panel.target(q.sumBy(['kind'], q.rate('vmalock_vma_waits_total', chosen)), '{{kind}}')],
                               'ops',
                               'normal')],
        ],
      },
      {
        title: 'The same of the whole host, to compare',
        height: 8,
        panels: [
          [8, panel.timeseries('Share of the host',
                               'Part of all time that faults lose which is lost in the chosen regions.',
                               [panel.target('sum(%s) / sum(%s)' % [q.rate('vmalock_vma_wait_seconds_total', chosen + ', ' + lost), q.stalled()], 'share')],
                               'percentunit',
                               max=1)],
          [8, panel.timeseries('Average wait', 'Of faults, in the chosen regions and on the whole host.', [
            panel.target('sum(%s) / sum(%s)' % [q.rate('vmalock_vma_wait_seconds_total', chosen + ', ' + lost), q.rate('vmalock_vma_waits_total', chosen + ', ' + lost + ', kind!="zombie"')], 'regions'),
            panel.target('sum(%s) / sum(%s)' % [q.stalled(), q.sumBy([host], q.byKind(function(metric) q.rate(metric + '_count')))], 'host'),
          ], 's')],
          [8, panel.text('Where in the region?', |||
            Addresses are no labels of metrics. The live page of the host shows offsets within the region, its writers
            and its open waits: on the host, open `http://127.0.0.1:9477/`, or use `ssh -L 9477:127.0.0.1:9477` from elsewhere.
          |||)],
        ],
      },
    ]
  )
