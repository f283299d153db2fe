#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/litmus/code notices when the code of a litmus test is no longer what it was.

setup() {
	code=$BATS_TEST_DIRNAME/../litmus/code
	tree=$BATS_TEST_TMPDIR/tree
	litmus=$BATS_TEST_TMPDIR/x.litmus
	mkdir "$tree"
	cat >"$tree/a.c" <<'END'
/* smp_rmb() in one() and two() */
static bool first(int *word) { return false; }

static noinline enum result
one(struct mm_struct *mm, int *word)
{
	if (closed("}")) {
		smp_rmb();	/* the word, then the tree */
		return trace(mm);
	}
	again = atomic64_read_acquire(word);
	return two(mm, word);
}

int two(struct mm_struct *mm, int *word)
{
	smp_rmb();
	word = read_word(mm);
	do {
	} while (!atomic64_try_cmpxchg(word, &old,
				       CLOSED | users(old)));
	word = atomic64_read_acquire(word);
}
#define three(w)		\
({				\
	/* a barrier */		\
	prepare(w);		\
	smp_mb();		\
})
END
}

# names LINE...: the litmus test, which has these lines of code
names() {
	printf '(*\n' >"$litmus"
	printf ' * Code: %s\n' "$@" >>"$litmus"
	printf ' *)\n' >>"$litmus"
}

# fine LINE...: the code is there
fine() {
	names "$@"
	run "$code" "$tree" "$litmus"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

# gone WHY LINE: it isn't
gone() {
	names "$2"
	run "$code" "$tree" "$litmus"
	echo "$2 -> $output"
	[ "$status" -eq 1 ]
	[ "$output" = "$litmus: Code: $2: $1" ]
}

# changed SED LINE: the code is there, and isn't once it was changed
changed() {
	fine "$2"
	cp "$tree/a.c" "$BATS_TEST_TMPDIR/before"
	sed -i "$1" "$tree/a.c"
	run diff "$BATS_TEST_TMPDIR/before" "$tree/a.c"
	[ "$status" -eq 1 ]
	gone "it isn't there" "$2"
	cp "$BATS_TEST_TMPDIR/before" "$tree/a.c"
}

@test "code is found in functions and macros, over line breaks" {
	fine 'a.c: one: smp_rmb(); return trace(mm);' 'a.c: two: smp_rmb();' 'a.c: three: prepare(w); smp_mb();' \
		'a.c: two: atomic64_try_cmpxchg(word, &old, CLOSED | users(old))' 'a.c: first: return false;'
}

@test "a barrier that is gone is missed, though another function has one" {
	changed '/the word, then/d' 'a.c: one: smp_rmb();'
	changed '17d' 'a.c: two: smp_rmb();'
	changed '/smp_mb/d' 'a.c: three: smp_mb();'
	changed 's/= atomic64_read_acquire/= atomic64_read/' 'a.c: two: word = atomic64_read_acquire(word);'
}

@test "so is one that is weaker, late, or in a comment" {
	changed 's/try_cmpxchg/try_cmpxchg_relaxed/' 'a.c: two: atomic64_try_cmpxchg(word, &old, CLOSED |'
	changed '17{h;d};18G' 'a.c: two: smp_rmb(); word = read_word(mm);'
	changed '17s,.*,/* smp_rmb(); */,' 'a.c: two: smp_rmb();'
	changed '17s,.*,// smp_rmb();,' 'a.c: two: smp_rmb();'
	changed '17s/smp_rmb/not_&/' 'a.c: two: smp_rmb();'
}

@test "code that is there twice says nothing" {
	sed -i '17p' "$tree/a.c"
	gone "it is there 2 times" 'a.c: two: smp_rmb();'
}

@test "what the line names has to exist" {
	gone "there is no four" 'a.c: four: smp_rmb();'
	gone "there is no closed" 'a.c: closed: smp_rmb();'
	gone "there is no such file" 'b.c: one: smp_rmb();'
	gone 'not "Code: FILE: FUNCTION: TEXT"' 'a.c: smp_rmb();'
	echo '(* no code *)' >"$litmus"
	run "$code" "$tree" "$litmus"
	[ "$status" -eq 1 ]
	[ "$output" = "$litmus: names no code" ]
}

@test "a barrier that no litmus test names is found" {
	names 'a.c: one: smp_rmb();' 'a.c: one: atomic64_read_acquire(' 'a.c: two: smp_rmb();' 'a.c: two: word = atomic64_read_acquire(' \
		'a.c: two: atomic64_try_cmpxchg(' 'a.c: three: smp_mb();'
	run "$code" --barriers "$tree" a.c -- "$litmus"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	sed -i '/two: smp_rmb/d' "$litmus"
	for where in a.c a.c:two; do
		run "$code" --barriers "$tree" "$where" -- "$litmus"
		[ "$status" -eq 1 ]
		[ "$output" = "a.c:17: smp_rmb() is of no litmus test" ]
	done
	run "$code" --barriers "$tree" a.c:one -- "$litmus"
	[ "$status" -eq 0 ]
	run "$code" --barriers "$tree" a.c:first -- "$litmus"
	[ "$status" -eq 1 ]
	[ "$output" = "there is no barrier in a.c:first" ]
	run "$code" --barriers "$tree" a.c:four -- "$litmus"
	[ "$status" -eq 1 ]
	[ "$output" = "there is no four" ]
}

@test "wrong usage is refused in a line" {
	for arguments in "" "$tree" "--barriers $tree -- $litmus" "--barriers $tree a.c $litmus" "--no-such $litmus"; do
		# shellcheck disable=SC2086 # several arguments
		run "$code" $arguments
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	run "$code" "$tree" "$BATS_TEST_TMPDIR/none"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
}
