// SPDX-License-Identifier: GPL-2.0
#include "metrics_self.h"

#include <inttypes.h>

#include "env.h"

static void gauge(struct exposition *e, const char *name, const char *unit, const char *help, uint64_t v)
{
	exposition__family(e, name, FAMILY_GAUGE, unit, help);
	exposition__u64(e, NULL, v);
}

static void write_maps(struct exposition *e, const struct self *self)
{
	struct label labels[] = { { "map", NULL }, { NULL, NULL } };
	static const struct {
		const char *name, *help;
		enum family_type type;
	} families[] = {
		{ "vmalock_map_entries", "Entries in use of a BPF map.", FAMILY_GAUGE },
		{ "vmalock_map_max_entries", "Entries that a BPF map has room for.", FAMILY_GAUGE },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		exposition__family(e, families[i].name, families[i].type, NULL, families[i].help);
		for (int map = 0; map < COLLECTOR_MAPS; map++) {
			const uint64_t values[] = {
				self->maps[map].entries, self->maps[map].room,
			};

			labels[0].value = collector__map_name(map);
			exposition__u64(e, labels, values[i]);
		}
	}
	exposition__family(e, "vmalock_rows_retired", FAMILY_COUNTER, NULL,
			   "Rows of VMAs, cgroups, blockers and addresses given up to make room for new ones.");
	exposition__u64(e, NULL, self->retired_rows);
	exposition__family(e, "vmalock_map_bytes", FAMILY_GAUGE, "bytes", "Kernel memory of a BPF map.");
	for (size_t i = 0; i < self->cost.n_maps; i++) {
		labels[0].value = self->cost.maps[i].name;
		exposition__u64(e, labels, self->cost.maps[i].bytes);
	}
}

static void write_programs(struct exposition *e, const struct self *self)
{
	struct label labels[] = { { "program", NULL }, { NULL, NULL } };

	if (!self->stats)
		return;
	exposition__family(e, "vmalock_program_runs", FAMILY_COUNTER, NULL, "Runs of a BPF program.");
	for (size_t i = 0; i < self->cost.n_progs; i++) {
		labels[0].value = self->cost.progs[i].name;
		exposition__u64(e, labels, self->cost.progs[i].runs);
	}
	exposition__family(e, "vmalock_program_seconds", FAMILY_COUNTER, "seconds",
			   "Run time of a BPF program, without the entry through the trampoline.");
	for (size_t i = 0; i < self->cost.n_progs; i++) {
		labels[0].value = self->cost.progs[i].name;
		exposition__seconds(e, labels, self->cost.progs[i].ns);
	}
}

static void write_http(struct exposition *e, const struct http_counts *c)
{
	exposition__family(e, "vmalock_http_requests", FAMILY_COUNTER, NULL,
			   "Requests answered, without those that are not HTTP.");
	for (int h = 0; h < HTTP_HANDLERS; h++) {
		for (int s = 0; s < HTTP_STATUSES; s++) {
			char code[8];

			/* Few of the combinations are possible. */
			if (s != HTTP_200 && !c->requests[h][s])
				continue;
			snprintf(code, sizeof(code), "%u", http__status_code(s));
			exposition__u64(e, (struct label[]){ { "handler", http__handler_name(h) },
							     { "code", code }, { NULL, NULL } },
					c->requests[h][s]);
		}
	}
	exposition__family(e, "vmalock_http_dropped", FAMILY_COUNTER, NULL,
			   "Connections closed before they were done, by why.");
	exposition__u64(e, (struct label[]){ { "why", "deadline" }, { NULL, NULL } }, c->deadline);
	exposition__u64(e, (struct label[]){ { "why", "evicted" }, { NULL, NULL } }, c->evicted);
}

void metrics_self__write(struct exposition *e, const struct self *self)
{
	exposition__family(e, "vmalock_build_info", FAMILY_GAUGE, NULL, "The exporter's version.");
	exposition__u64(e, (struct label[]){ { "version", VMALOCKTOP_VERSION }, { NULL, NULL } }, 1);
	exposition__family(e, "vmalock_collection_start_time_seconds", FAMILY_GAUGE, "seconds",
			   "Unix time when counting began.");
	exposition__seconds(e, NULL, self->begun.tv_sec * 1000000000ULL + self->begun.tv_nsec);
	exposition__family(e, "vmalock_collection_duration_seconds", FAMILY_GAUGE, "seconds",
			   "How long the last reading of all maps took.");
	exposition__seconds(e, NULL, self->collection_ns);
	exposition__family(e, "vmalock_collection_errors", FAMILY_COUNTER, NULL,
			   "Readings of the maps that failed.");
	exposition__u64(e, NULL, self->collection_errors);
	write_maps(e, self);
	write_programs(e, self);
	write_http(e, &self->http);
	exposition__family(e, "process_cpu_seconds", FAMILY_COUNTER, "seconds",
			   "CPU time of the exporter, user and system.");
	exposition__seconds(e, NULL, self->cost.cpu_ns);
	gauge(e, "process_resident_memory_bytes", "bytes", "Resident memory of the exporter.",
	      self->rss_bytes);
	gauge(e, "process_open_fds", NULL, "Open file descriptors of the exporter.", self->open_fds);
}
