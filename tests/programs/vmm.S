/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware of a virtual PC, and all that runs on it: walks its memory above 16 MiB, and says what is there.
 *
 * It prints to QEMU's debug console, a line each:
 *
 *   pages N		pages that it walks
 *   before SUM		of words 1 to 7 of each page, as they are at first; a word is every 512 bytes
 *   written		word 0 of each page has a number now, and word 4 bytes on its complement
 *   busy		from now on it changes pages at random, always both words
 *
 * until a byte comes in on the serial port, and then
 *
 *   torn N		pages in which the two aren't complements
 *   after SUM		as before, which must be the same
 *   end		and the machine ends, by the device isa-debug-exit
 *
 * Numbers are in hexadecimal. 64 KiB, linked to run where a PC begins, just below 4 GiB.
 */
#define CONSOLE		0xe9
#define EXIT		0xf4
#define CMOS		0x70
#define SERIAL_STATUS	0x3fd
#define FIRST		(16 << 20)
#define PAGE		4096
#define STEP		512
#define STACK		0x7000

	.text
	.globl	start
	.code32
start:
start32:
	movw	$16, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movl	$STACK, %esp
	cld

	/* bytes 0x34 and 0x35: memory above 16 MiB in units of 64 KiB */
	xorl	%eax, %eax
	movb	$0x35, %al
	outb	%al, $CMOS
	inb	$(CMOS + 1), %al
	movb	%al, %ah
	movb	$0x34, %al
	outb	%al, $CMOS
	inb	$(CMOS + 1), %al
	shll	$16, %eax
	leal	FIRST(%eax), %ebp	/* where memory ends, from now on */
	shrl	$12, %eax
	movl	%eax, %edi		/* its pages, from now on */
	movl	$pages, %esi
	call	print_number

	call	sum
	movl	$before, %esi
	call	print_number

	movl	$FIRST, %ebx
1:	imull	$0x9e3779b1, %ebx, %eax
	call	store_pair
	addl	$PAGE, %ebx
	cmpl	%ebp, %ebx
	jb	1b
	movl	$written, %esi
	call	print
	movl	$busy, %esi
	call	print

	movl	$1, %ecx
2:	imull	$1664525, %ecx, %ecx
	addl	$1013904223, %ecx
	movl	%ecx, %eax
	mull	%edi			/* %edx: a page, at random */
	movl	%edx, %ebx
	shll	$12, %ebx
	addl	$FIRST, %ebx
	movl	(%ebx), %eax
	addl	%ecx, %eax
	call	store_pair
	testl	$0x3ff0000, %ecx
	jnz	2b
	movw	$SERIAL_STATUS, %dx
	inb	%dx, %al
	testb	$1, %al
	jz	2b

	xorl	%eax, %eax
	movl	$FIRST, %ebx
3:	movl	(%ebx), %ecx
	notl	%ecx
	cmpl	4(%ebx), %ecx
	je	4f
	incl	%eax
4:	addl	$PAGE, %ebx
	cmpl	%ebp, %ebx
	jb	3b
	movl	$torn, %esi
	call	print_number
	call	sum
	movl	$after, %esi
	call	print_number
	movl	$end, %esi
	call	print
	movb	$16, %al
	outb	%al, $EXIT
5:	hlt
	jmp	5b

/* The page at %ebx gets the number %eax. */
store_pair:
	movl	%eax, (%ebx)
	notl	%eax
	movl	%eax, 4(%ebx)
	ret

/* %eax: the sum of all pages */
sum:
	xorl	%eax, %eax
	movl	$FIRST, %ebx
1:	movl	$STEP, %ecx
2:	roll	$1, %eax
	addl	(%ebx, %ecx), %eax
	addl	$STEP, %ecx
	cmpl	$PAGE, %ecx
	jb	2b
	addl	$PAGE, %ebx
	cmpl	%ebp, %ebx
	jb	1b
	ret

/* The text at %esi, and %eax */
print_number:
	call	print_text
	movl	%eax, %edx
	movl	$8, %ecx
1:	roll	$4, %edx
	movb	%dl, %al
	andb	$15, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	2f
	addb	$('a' - '9' - 1), %al
2:	outb	%al, $CONSOLE
	loop	1b
	jmp	end_line

/* The text at %esi */
print:
	call	print_text
end_line:
	movb	$'\n', %al
	outb	%al, $CONSOLE
	ret

/* ends before its zero; %eax is kept */
print_text:
	pushl	%eax
1:	lodsb
	testb	%al, %al
	jz	2f
	outb	%al, $CONSOLE
	jmp	1b
2:	popl	%eax
	ret

pages:	.asciz	"pages "
before:	.asciz	"before "
written: .asciz	"written"
busy:	.asciz	"busy"
torn:	.asciz	"torn "
after:	.asciz	"after "
end:	.asciz	"end"

	.balign	8
segments:
	.quad	0
	.quad	0x00cf9b000000ffff	/* code, all of 4 GiB */
	.quad	0x00cf93000000ffff	/* data */
segments_end:
segments_pointer:
	.word	segments_end - segments - 1
	.long	segments

	.code16
start16:
	cli
	lgdtl	%cs:(segments_pointer - start)
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$8, $start32

	.org	0xfff0
	/* where the processor begins, in real mode */
	jmp	start16
	.org	0x10000
