// SPDX-License-Identifier: GPL-2.0
// Which hosts and cgroups lose time to VMA locks, over all hosts.
local panel = import '../lib/panel.libsonnet';

function(config)
  local host = config.hostLabel;
  local dashboard = (import '../lib/dashboard.libsonnet')(config);
  local q = (import '../lib/query.libsonnet')(config);
  local stalledSteps = [[config.stalledWarning, 'orange'], [config.stalledBad, 'red']];
  local link = [{
    title: 'This host',
    url: '/d/vmalock-host?var-datasource=${datasource}&var-host=${__value.raw:percentencode}&${__url_time_range}',
    targetBlank: false,
  }];

  dashboard.new(
    'vmalock-fleet',
    'VMA locks: fleet',
    'Which hosts and cgroups lose time to VMA locks. From vmalocktop --listen.',
    [dashboard.labelVariable('host', 'Host', 'label_values(vmalock_build_info{%s}, %s)' % [config.selector, host], multi=true)],
    [
      {
        title: 'Now',
        height: 4,
        panels: [
          [4, panel.stat('Hosts', 'Exporters that answer.', 'count(vmalock_build_info%s)' % q.hosts())],
          [5, panel.stat('Threads standing still', 'Time that faults wait per second, over all hosts.', 'sum(%s)' % q.stalled(), steps=stalledSteps, decimals=2)],
          [5, panel.stat('Hosts with standing threads',
                         'Hosts where more than %g threads stand still on average.' % config.stalledWarning,
                         'count(%s > %g) or vector(0)' % [q.stalled(), config.stalledWarning],
                         steps=[[1, 'orange']])],
          [5, panel.stat('Oldest wait', 'Of those that have not ended.', 'max(vmalock_oldest_wait_seconds%s)' % q.hosts(), 's', [[1, 'orange'], [10, 'red']])],
          [5, panel.stat('Events lost', 'During the chosen time: what the other figures lack.', 'sum(increase(vmalock_lost_total%s[$__range]))' % q.hosts(q.lost), steps=[[1, 'orange']], decimals=0)],
        ],
      },
      {
        title: 'Hosts',
        height: 9,
        panels: [
          [14, panel.table('Hosts by time lost', 'One line per host; the name leads to the host.', [[host, 'Host']], [
            { title: 'Standing threads', unit: 'short', steps: stalledSteps, expr: 'topk(50, %s)' % q.stalled() },
            { title: '99 % of waits within', unit: 's', expr: q.quantile(0.99) + ' > 0' },
            { title: 'Faults/s', unit: 'short', expr: q.sumBy([host], q.rate('vmalock_faults_total')) },
            { title: 'Took mmap_lock', unit: 'percentunit', expr: q.shareOfFaults('vmalock_fallbacks_total') },
            { title: 'Oldest wait', unit: 's', steps: [[1, 'orange'], [10, 'red']], expr: 'max by (%s) (vmalock_oldest_wait_seconds%s)' % [host, q.hosts()] },
          ], link)],
          [10, panel.timeseries('Threads standing still',
                                'The %d hosts that lose most.' % config.top,
                                [panel.target('topk(%d, %s)' % [config.top, q.stalled()], '{{%s}}' % host)])],
        ],
      },
      {
        title: 'Waits',
        height: 9,
        panels: [
          [8, panel.heatmap('How long faults wait',
                            'Of all kinds, over all hosts.',
                            q.sumBy(['le'], q.byKind(function(metric) 'increase(%s_bucket%s[$__rate_interval])' % [metric, q.hosts()])))],
          [8, panel.timeseries('Standing threads by kind', 'What faults wait for, over all hosts.', [panel.target(q.stalled(['kind']), '{{kind}}')], stack='normal')],
          [8, panel.timeseries('99 of 100 waits within',
                               'The %d hosts with the longest.' % config.top,
                               [panel.target('topk(%d, %s)' % [config.top, q.quantile(0.99)], '{{%s}}' % host)],
                               unit='s')],
        ],
      },
      {
        title: 'Who loses the time',
        height: 9,
        panels: [
          [12, panel.timeseries('Cgroups',
                                'The %d cgroups whose threads wait most, drains of writers left out.' % config.top,
                                [panel.target('topk(%d, %s)' % [config.top, q.sumBy([host, 'cgroup'], q.rate('vmalock_cgroup_wait_seconds_total', 'kind!="drain"'))],
                                              '{{cgroup}} on {{%s}}' % host)])],
          [12, panel.table('What is known',
                           'Kernels differ in what they let vmalocktop see: the number of hosts by grade.',
                           [['metric', 'Metric'], ['grade', 'Grade']],
                           [{ title: 'Hosts', unit: 'short', expr: 'count by (metric, grade) (vmalock_coverage_info%s)' % q.hosts() }])],
        ],
      },
    ]
  )
