// SPDX-License-Identifier: GPL-2.0
// For jsonnet -m: a file for each dashboard.
(import 'mixin.libsonnet').grafanaDashboards
