// SPDX-License-Identifier: GPL-2.0
// A dashboard of rows of panels, with the variables that all of them have.
function(config) {
  local datasource = { type: 'prometheus', uid: '${datasource}' },

  datasourceVariable:: {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    hide: 0,
    regex: '',
    refresh: 1,
    multi: false,
    includeAll: false,
    skipUrlSync: false,
  },

  // A variable whose values are those of a label; multi: several or all may be chosen.
  labelVariable(name, label, query, multi=false):: {
    name: name,
    label: label,
    type: 'query',
    datasource: datasource,
    query: { query: query, refId: name },
    hide: 0,
    regex: '',
    refresh: 2,
    sort: 1,
    multi: multi,
    includeAll: multi,
    skipUrlSync: false,
  } + (if multi then { allValue: '.*', current: { text: 'All', value: '$__all' } } else {}),

  // rows: [{ title, height, panels: [[width of 24, panel]] }]
  new(uid, title, description, variables, rows):: {
    uid: uid,
    title: title,
    description: description,
    tags: config.tags,
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: config.refresh,
    timezone: 'browser',
    time: { from: config.from, to: 'now' },
    annotations: { list: [] },
    links: [{
      title: 'vmalock',
      type: 'dashboards',
      tags: config.tags,
      asDropdown: true,
      includeVars: true,
      keepTime: true,
      targetBlank: false,
      icon: 'external link',
      tooltip: '',
      url: '',
    }],
    templating: { list: [$.datasourceVariable] + variables },
    panels: place(rows),
  },

  local sum(values) = std.foldl(function(a, b) a + b, values, 0),

  // Rows from top to bottom, panels from left to right; each gets an id.
  local place(rows) = std.flattenArrays([
    local y = sum([rows[j].height + 1 for j in std.range(0, r - 1)]);
    local before = sum([std.length(rows[j].panels) + 1 for j in std.range(0, r - 1)]);
    [{
      type: 'row',
      id: before + 1,
      title: rows[r].title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y: y, w: 24, h: 1 },
    }] + [
      rows[r].panels[i][1] {
        id: before + 2 + i,
        gridPos: { x: sum([rows[r].panels[j][0] for j in std.range(0, i - 1)]), y: y + 1, w: rows[r].panels[i][0], h: rows[r].height },
      }
      for i in std.range(0, std.length(rows[r].panels) - 1)
    ]
    for r in std.range(0, std.length(rows) - 1)
  ]),
}
