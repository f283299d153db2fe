// SPDX-License-Identifier: GPL-2.0
// The dashboards, in the form that monitoring mixins have: https://monitoring.mixins.dev
(import 'config.libsonnet') + {
  local config = $._config,

  grafanaDashboards+:: {
    'vmalock-fleet.json': (import 'dashboards/fleet.libsonnet')(config),
    'vmalock-host.json': (import 'dashboards/host.libsonnet')(config),
    'vmalock-giant.json': (import 'dashboards/giant.libsonnet')(config),
  },
}
