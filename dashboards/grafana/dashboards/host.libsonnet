// SPDX-License-Identifier: GPL-2.0
// One host: the funnel, every kind of wait, who waits, and the exporter itself.
local panel = import '../lib/panel.libsonnet';

function(config)
  local host = config.hostLabel;
  local dashboard = (import '../lib/dashboard.libsonnet')(config);
  local q = (import '../lib/query.libsonnet')(config);
  local stalledSteps = [[config.stalledWarning, 'orange'], [config.stalledBad, 'red']];
  local buckets(kind) = q.sumBy(['le'], 'increase(vmalock_%s_seconds_bucket%s[$__rate_interval])' % [kind, q.hosts()]);
  local byLabel(metric, label, more='') = panel.target(q.sumBy([label], q.rate(metric, more)), '{{%s}}' % label);

  dashboard.new(
    'vmalock-host',
    'VMA locks: host',
    'What becomes of the faults of a host, what they wait for, and whether the figures can be trusted. From vmalocktop --listen.',
    [dashboard.labelVariable('host', 'Host', 'label_values(vmalock_build_info{%s}, %s)' % [config.selector, host])],
    [
      {
        title: 'Is it VMA locks?',
        height: 4,
        panels: [
          [4, panel.stat('Standing threads', 'Time that faults wait per second.', 'sum(%s)' % q.stalled(), steps=stalledSteps, decimals=2)],
          [4, panel.stat('Faults per second', 'Page faults that the kernel lets vmalocktop see.', 'sum(%s)' % q.rate('vmalock_faults_total'))],
          [4, panel.stat('Under RCU',
                         'Share of the faults that found their VMA under RCU, with or without a reference.',
                         q.shareOfFaults('vmalock_lookups_total', 'result=~"ref|reffree"'),
                         'percentunit')],
          [4, panel.stat('Took mmap_lock',
                         'Share of the faults that went on under mmap_lock.',
                         q.shareOfFaults('vmalock_fallbacks_total'),
                         'percentunit',
                         [[0.01, 'orange'], [0.1, 'red']])],
          [4, panel.stat('Waiting now', 'Waits that have begun and not ended.', 'sum(vmalock_waits_open%s)' % q.hosts('kind!="life"'), decimals=0)],
          [4, panel.stat('Oldest wait', 'Of those that have not ended.', 'max(vmalock_oldest_wait_seconds%s)' % q.hosts(), 's', [[1, 'orange'], [10, 'red']])],
        ],
      },
      {
        title: 'Funnel',
        height: 8,
        panels: [
          [8, panel.timeseries('Threads standing still', 'By what they wait for.', [panel.target(q.stalled(['kind']), '{{kind}}')], stack='normal')],
          [8, panel.timeseries('Lookups by result', 'How looking a VMA up under RCU ended.', [byLabel('vmalock_lookups_total', 'result')], 'ops', 'normal')],
          [8, panel.timeseries('Fallbacks by reason', 'Why faults took mmap_lock; "kernel" are faults of the kernel itself.', [byLabel('vmalock_fallbacks_total', 'reason')], 'ops', 'normal')],
        ],
      },
      {
        title: 'Steps',
        height: 8,
        panels: [
          [6, panel.timeseries('Without a reference', 'Faults that tried it, by outcome.', [byLabel('vmalock_reffree_attempts_total', 'outcome')], 'ops', 'normal')],
          [6, panel.timeseries('Pages without a reference', 'Page-table entries that such faults set.', [panel.target('sum(%s)' % q.rate('vmalock_reffree_pages_total'), 'pages')], 'ops')],
          [6, panel.timeseries('Walks per lookup',
                               'Above 1: lookups that had to look again.',
                               [panel.target('sum(%s) / sum(%s)' % [q.rate('vmalock_lookup_walks_sum'), q.rate('vmalock_lookup_walks_count')], 'walks')])],
          [6, panel.timeseries('Back-offs from ZOMBIEs', 'Readers that met an unmapped VMA, by place.', [byLabel('vmalock_zombie_backoffs_total', 'place')], 'ops', 'normal')],
        ],
      },
      {
        title: 'How long faults wait',
        height: 8,
        panels: [
          [8, panel.heatmap('On a BABY', 'Faults on a mapping that replaces another, until it is complete.', buckets('baby_wait'))],
          [8, panel.heatmap('On an EXCL VMA', 'Faults on a VMA that a writer is changing.', buckets('excl_wait'))],
          [8, panel.heatmap('For mmap_lock', 'Faults that went on under mmap_lock.', buckets('mmap_lock_wait'))],
        ],
      },
      {
        title: 'How long writers wait',
        height: 8,
        panels: [
          [8, panel.heatmap('Drains', 'Writers, until faults have left a VMA.', buckets('drain_wait'))],
          [8, panel.heatmap('Lives of BABYs', 'From the birth of a replacement until it is complete: what faults on it may have to wait.', buckets('baby_life'))],
          [8, panel.timeseries('Writers in drains', 'Writers that wait on average, by operation.', [byLabel('vmalock_drain_wait_seconds_sum', 'op')], stack='normal')],
        ],
      },
      {
        title: 'Waits, and who has them',
        height: 8,
        panels: [
          [8, panel.timeseries('Half, 95 and 99 of 100 waits within', 'Of all waits of faults.', [
            panel.target(q.quantile(part, []), '%g %%' % (part * 100))
            for part in [0.5, 0.95, 0.99]
          ], 's')],
          [8, panel.timeseries('Waits begun and open', 'Per second by kind, and how many have not ended.', [
            panel.target(q.sumBy(['kind'], q.rate('vmalock_waits_begun_total')), '{{kind}}/s'),
            panel.target(q.sumBy(['kind'], 'vmalock_waits_open%s' % q.hosts()), '{{kind}} open'),
          ])],
          [8, panel.timeseries('Cgroups',
                               'The %d cgroups whose threads wait most; at most 256 have series.' % config.top,
                               [panel.target('topk(%d, %s)' % [config.top, q.sumBy(['cgroup'], q.rate('vmalock_cgroup_wait_seconds_total', 'kind!="drain"'))], '{{cgroup}}')])],
        ],
      },
      {
        title: 'Can the figures be trusted, and what do they cost?',
        height: 8,
        panels: [
          [6, panel.table('What is known',
                          'How well this kernel lets vmalocktop see each metric.',
                          [['metric', 'Metric'], ['grade', 'Grade']],
                          [{ title: 'Known', unit: 'bool_yes_no', expr: 'max by (metric, grade) (vmalock_coverage_info%s) or 0 * max by (metric, grade) (vmalock_coverage_info%s)' % [q.hosts('grade!="absent"'), q.hosts()] }])],
          [6, panel.timeseries('Lost', 'What is missing in the other figures, by cause.', [byLabel('vmalock_lost_total', 'cause', q.lost)], 'ops')],
          [6, panel.timeseries('Writers unknown', 'Waits whose writer is not known, by why; and waits that options keep out of the rankings.', [
            panel.target(q.sumBy(['why'], q.rate('vmalock_blocker_unknown_total')), '{{why}}'),
            panel.target('sum(%s)' % q.rate('vmalock_waits_unranked_total'), 'left out'),
          ], 'ops')],
          [6, panel.timeseries('Room in maps',
                               'Entries in use; entries beyond the room are counted in sums.',
                               [panel.target('max by (map) (vmalock_map_entries%s / vmalock_map_max_entries%s)' % [q.hosts(), q.hosts()], '{{map}}')],
                               'percentunit',
                               max=1)],
        ],
      },
      {
        title: 'The exporter',
        height: 7,
        panels: [
          [6, panel.timeseries('CPU', 'Of vmalocktop itself; with --stats also of its programs in the kernel.', [
            panel.target('sum(%s)' % q.rate('process_cpu_seconds_total'), 'vmalocktop'),
            panel.target('sum(%s)' % q.rate('vmalock_program_seconds_total'), 'programs'),
          ], 'percentunit')],
          [6, panel.timeseries('Memory', 'Of vmalocktop, and of its maps in the kernel.', [
            panel.target('sum(process_resident_memory_bytes%s)' % q.hosts(), 'resident'),
            panel.target('sum(vmalock_map_bytes%s)' % q.hosts(), 'maps'),
          ], 'bytes')],
          [6, panel.timeseries('Reading the counters', 'How long it takes.', [
            panel.target('max(vmalock_collection_duration_seconds%s)' % q.hosts(), 'time'),
            panel.target('sum(increase(vmalock_collection_errors_total%s[$__rate_interval]))' % q.hosts(), 'errors'),
          ], 's')],
          [6, panel.timeseries('Requests', 'By handler and status; and connections that were closed early.', [
            panel.target(q.sumBy(['handler', 'code'], q.rate('vmalock_http_requests_total')), '{{handler}} {{code}}'),
            panel.target(q.sumBy(['why'], q.rate('vmalock_http_dropped_total')), 'closed: {{why}}'),
          ], 'reqps')],
        ],
      },
    ]
  )
