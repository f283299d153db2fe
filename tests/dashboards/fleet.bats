#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What of make fleet-demo can be tested without its guests.

bats_require_minimum_version 1.5.0
load common.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	fleet=dashboards/fleet
}

teardown() {
	kill_leftovers
}

# refused COMMAND... - says so in one line, with status 2
refused() {
	run -2 "$@"
	[ "${#lines[@]}" -eq 1 ]
}

@test "wrong usage of the fleet demo is one line and status 2" {
	refused "$fleet/run" --nonsense
	refused "$fleet/run" --config
	refused "$fleet/run" --config "$BATS_TEST_TMPDIR/none"
	refused "$fleet/run" keep
}

@test "the fleet demo's Prometheus: the project's rules and job, three hosts, an Alertmanager, short intervals" {
	"$fleet/run" --config "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	promtool check config prometheus.yml
	cmp alerts.rules.yml "$BATS_TEST_DIRNAME/../../dashboards/prometheus/alerts.rules.yml"
	cmp recording.rules.yml "$BATS_TEST_DIRNAME/../../dashboards/prometheus/recording.rules.yml"
	/usr/bin/python3 - <<'END'
import yaml
config = yaml.safe_load(open("prometheus.yml"))
assert config["global"] == {"scrape_interval": "5s", "evaluation_interval": "5s"}, config
assert config["rule_files"] == ["recording.rules.yml", "alerts.rules.yml"], config
assert config["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["127.0.0.1:10004"]}]}], config
hosts = yaml.safe_load(open("targets/hosts.yml"))
assert [(h["labels"]["host"], h["labels"]["kernel"]) for h in hosts] == [
    ("index", "patched"), ("storage", "patched"), ("stock", "stock")], hosts
assert len({h["targets"][0] for h in hosts}) == 3, hosts
assert "receiver" in yaml.safe_load(open("alertmanager.yml"))["route"]
END
}

@test "the alert that the fleet demo waits for is one of the rules, and needs less time than it has" {
	alert=$(grep -o 'VmalockWait[A-Za-z]*' "$fleet/run" | sort -u)
	[ "$alert" = VmalockWaitHangs ]
	/usr/bin/python3 - "$alert" <<'END'
import sys
import yaml
rules = [r for g in yaml.safe_load(open("dashboards/prometheus/alerts.rules.yml"))["groups"] for r in g["rules"]]
rule = next(r for r in rules if r["alert"] == sys.argv[1])
assert rule["for"].endswith("m") and int(rule["for"][:-1]) <= 2, rule
assert "vmalock_oldest_wait_seconds > 30" in rule["expr"], rule
END
}

@test "the workload on a disk: its threads go on, and a missing file name is told" {
	run -2 "$fleet/storage"
	[[ $output == *"Usage: storage FILE"* ]]
	"$fleet/storage" "$BATS_TEST_TMPDIR/tables" 3>&- &
	load=$!
	names() {
		[ "$(cat /proc/"$load"/task/*/comm | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd' ')" = "2reader 1remapper 1storage 2writer" ]
	}
	wait_until 120 names
	written() {
		cmp -s <(head -c 2097152 "$BATS_TEST_TMPDIR/tables" | tr -d '\001' | wc -c) <(echo 0)
	}
	wait_until 120 written
	kill -0 "$load"
}

@test "the fleet demo itself" {
	[ "${TEST_LONG:-0}" != 0 ] || skip "boots three guests: make test-long SUITES=dashboards"
	make fleet-demo
}
