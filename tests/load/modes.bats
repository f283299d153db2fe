# SPDX-License-Identifier: GPL-2.0
# Each mode alone and together, on a kernel that keeps its promises.

load helper

@test "anon: first touch, drops and checks" {
	load_json --modes anon --duration 1
	clean
	[ "$(value mappers)" = 0 ]
	more_than 1000 counts faults_minor
	more_than 1000 counts verified_pages
	more_than 100 counts madvises
	[ "$(value counts mmap_fixed_replacements)" = 0 ]
	[ "$(value counts expected_segv)" = 0 ]
}

@test "anon: one thread, and more threads than processors" {
	load_json --modes anon --faulters 1 --duration 0.5
	clean
	load_json --modes anon --faulters 32 --touch-window 64K --duration 0.5
	clean
}

@test "file: shared read faults" {
	load_json --modes file --duration 1
	clean
	more_than 1000 counts faults_minor
	more_than 100 counts madvises
}

@test "cold: faults that sleep for I/O" {
	case $(stat -f -c %T "$BATS_TEST_DIRNAME") in
	tmpfs | overlayfs) skip "no disk under the checkout" ;;
	esac
	dir=$BATS_TEST_DIRNAME/../../build/tests/load
	mkdir -p "$dir"
	load_json --modes cold --file-dir "$dir" --duration 1
	clean
	more_than 100 counts faults_major
	more_than 10 counts fadvises
	# It leaves nothing behind.
	[ -z "$(ls -A "$dir")" ]
}

@test "replace-shared, replace-private, replace-anon: no generation goes back" {
	for kind in shared private anon; do
		load_json --modes "replace-$kind" --duration 1
		clean
		[ "$(value modes)" = "[\"replace-$kind\"]" ]
		more_than 100 counts mmap_fixed_replacements
		more_than 1000 counts faults_minor
		[ "$(value counts expected_segv)" = 0 ]
		[ "$(value counts mmap_gap)" = 0 ]
		[ "$(value counts munmaps)" = 0 ]
	done
}

@test "each operation of a replacing mapper is one replacement" {
	load_json --modes replace-shared,replace-private,replace-anon,carve --faulters 0 --mappers 3 --ops 200
	clean
	[ "$(value counts map_ops)" = 600 ]
	[ "$(value counts mmap_fixed_replacements)" = 600 ]
}

@test "carve: parts of the giant VMA" {
	load_json --modes carve,anon --duration 1
	clean
	more_than 100 counts mmap_fixed_replacements
	more_than 1000 counts faults_minor
}

@test "unmap: signals in the hole only" {
	load_json --modes unmap --duration 1
	clean
	more_than 100 counts munmaps
	more_than 100 counts mmap_gap
	more_than 0 counts expected_segv
	more_than 0 counts verified_pages
	[ "$(value counts mmap_fixed_replacements)" = 0 ]
}

@test "mprotect: signals where forbidden only, nothing lost" {
	load_json --modes mprotect --duration 1
	clean
	more_than 100 counts mprotects
	more_than 0 counts expected_segv
	more_than 0 counts retries
	more_than 1000 counts verified_pages
}

@test "mremap: data follows" {
	load_json --modes mremap --duration 1
	clean
	more_than 100 counts mremaps
	more_than 100 counts verified_pages
	more_than 0 counts munmaps
}

@test "fork: children see one moment" {
	load_json --modes fork --duration 1
	clean
	more_than 5 counts forks
}

@test "misc: advice, locks, break and stacks change no data" {
	load_json --modes misc --duration 1
	clean
	more_than 100 counts madvises
	more_than 5 counts mlocks
	more_than 1 counts brks
	more_than 1 counts mmap_gap
	[ "$(value counts expected_segv)" = 0 ]
}

@test "all modes together, in every layout" {
	for layout in mixed guard gap; do
		load_json --modes all --slot-layout "$layout" --duration 1.5 --faulters 6 --mappers 3
		clean
		more_than 0 counts mmap_fixed_replacements
		more_than 0 counts map_ops
	done
}

@test "all modes with shared slots, more pages and huge pages" {
	load_json --modes all --shared-slots --slot-pages 33 --duration 1
	clean
	load_json --modes all --thp --duration 1
	clean
}

@test "generation files on a disk" {
	dir=$BATS_TEST_DIRNAME/../../build/tests/load
	mkdir -p "$dir"
	load_json --modes replace,unmap,replace-private --disk-pools --file-dir "$dir" --duration 1
	clean
	more_than 10 counts mmap_fixed_replacements
}

@test "the same seed gives a single thread the same work" {
	load_json --modes anon,file --faulters 1 --mappers 0 --ops 20000 --seed 9
	clean
	first=$(value counts touches)
	load_json --modes anon,file --faulters 1 --mappers 0 --ops 20000 --seed 9
	[ "$(value counts touches)" = "$first" ]
	load_json --modes anon,file --faulters 1 --mappers 0 --ops 20000 --seed 10
	[ "$(value counts touches)" != "$first" ]
}
