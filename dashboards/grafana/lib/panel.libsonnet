// SPDX-License-Identifier: GPL-2.0
// Panels of Grafana's own kinds, as https://grafana.com/docs describes their JSON.
{
  local datasource = { type: 'prometheus', uid: '${datasource}' },

  // A query; legend: template of the series' names.
  target(expr, legend='__auto', format='time_series', instant=false):: {
    datasource: datasource,
    expr: expr,
    legendFormat: legend,
    format: format,
    instant: instant,
    range: !instant,
    editorMode: 'code',
  },

  local named(targets) = [
    targets[i] { refId: std.char(std.codepoint('A') + i) }
    for i in std.range(0, std.length(targets) - 1)
  ],

  local base(type, title, description, targets) = {
    type: type,
    title: title,
    description: description,
    datasource: datasource,
    targets: named(targets),
    transparent: false,
  },

  local thresholds(steps) = {
    mode: 'absolute',
    steps: [{ value: null, color: 'green' }] + [{ value: s[0], color: s[1] } for s in steps],
  },

  // One number; steps: [[from, colour]].
  stat(title, description, expr, unit='short', steps=[], decimals=null):: base('stat', title, description, [self.target(expr, instant=true)]) {
    fieldConfig: {
      defaults: {
        unit: unit,
        noValue: 'not known',
        color: { mode: 'thresholds' },
        thresholds: thresholds(steps),
      } + (if decimals == null then {} else { decimals: decimals }),
      overrides: [],
    },
    options: {
      colorMode: if steps == [] then 'none' else 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      percentChangeColorMode: 'standard',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      showPercentChange: false,
      textMode: 'auto',
      wideLayout: true,
    },
  },

  // Series over time; stack: 'none' or 'normal'.
  timeseries(title, description, targets, unit='short', stack='none', max=null, colours={}):: base('timeseries', title, description, targets) {
    fieldConfig: {
      defaults: {
        unit: unit,
        min: 0,
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: 'line',
          lineInterpolation: 'linear',
          lineWidth: 1,
          fillOpacity: if stack == 'none' then 8 else 60,
          gradientMode: 'none',
          showPoints: 'never',
          spanNulls: false,
          stacking: { mode: stack, group: 'A' },
        },
      } + (if max == null then {} else { max: max }),
      overrides: [
        {
          matcher: { id: 'byName', options: name },
          properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: colours[name] } }],
        }
        for name in std.objectFields(colours)
      ],
    },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  },

  // The buckets of a histogram over time; expr must keep the label le.
  heatmap(title, description, expr, unit='s'):: base('heatmap', title, description, [self.target(expr, '{{le}}', 'heatmap')]) {
    fieldConfig: { defaults: { custom: { scaleDistribution: { type: 'linear' } } }, overrides: [] },
    options: {
      calculate: false,
      cellGap: 0,
      cellValues: { unit: 'short' },
      color: { mode: 'scheme', scheme: 'YlGnBu', steps: 32, reverse: false, exponent: 0.5, fill: 'dark-blue', scale: 'exponential' },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: 'auto' },
      showValue: 'never',
      tooltip: { mode: 'single', showColorScale: true, yHistogram: true },
      yAxis: { axisPlacement: 'left', reverse: false, unit: unit },
    },
  },

  // Instant queries side by side, joined on their labels.
  // columns: [{ title, expr, unit, steps }]; labels: { label: title }; links: of the first label's cells.
  table(title, description, labels, columns, links=[]):: base('table', title, description, [
    self.target(c.expr, format='table', instant=true)
    for c in columns
  ]) {
    local ids = ['Value #' + std.char(std.codepoint('A') + i) for i in std.range(0, std.length(columns) - 1)],
    // A single query's column is called "Value".
    local id(i) = if std.length(columns) == 1 then 'Value' else ids[i],
    local property(name, value) = { id: name, value: value },
    fieldConfig: {
      defaults: { custom: { align: 'auto', filterable: false, inspect: false } },
      overrides: [
        {
          matcher: { id: 'byName', options: columns[i].title },
          properties: [property('unit', columns[i].unit)] + (
            if std.objectHas(columns[i], 'steps') then [
              property('thresholds', thresholds(columns[i].steps)),
              property('custom.cellOptions', { type: 'color-text' }),
            ] else []
          ),
        }
        for i in std.range(0, std.length(columns) - 1)
      ] + (
        if links == [] then [] else [{
          matcher: { id: 'byName', options: labels[0][1] },
          properties: [property('links', links)],
        }]
      ),
    },
    options: {
      showHeader: true,
      cellHeight: 'sm',
      sortBy: [{ displayName: columns[0].title, desc: true }],
    },
    transformations: (if std.length(columns) == 1 then [] else [{ id: 'merge', options: {} }]) + [{
      id: 'organize',
      options: {
        // Only what is named here, in this order.
        includeByName: { [l[0]]: true for l in labels } + { [id(i)]: true for i in std.range(0, std.length(columns) - 1) },
        indexByName: { [labels[i][0]]: i for i in std.range(0, std.length(labels) - 1) } +
                     { [id(i)]: std.length(labels) + i for i in std.range(0, std.length(columns) - 1) },
        renameByName: { [l[0]]: l[1] for l in labels } + { [id(i)]: columns[i].title for i in std.range(0, std.length(columns) - 1) },
      },
    }],
  },

  text(title, content):: {
    type: 'text',
    title: title,
    options: { mode: 'markdown', content: content },
  },
}
