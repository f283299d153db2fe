// SPDX-License-Identifier: GPL-2.0
/*
 * The few x86-64 instructions that matter to the plugin.
 */
#include "decode.h"

#include <string.h>

enum marker decode_marker(const uint8_t *code, size_t size)
{
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x84, 0x00 };
	uint32_t value;

	if (size != sizeof(nopl) + sizeof(value) || memcmp(code, nopl, sizeof(nopl)))
		return MARKER_NONE;
	memcpy(&value, code + sizeof(nopl), sizeof(value));
	switch (value) {
	case MARKER_VALUE_BEGIN:
		return MARKER_BEGIN;
	case MARKER_VALUE_END:
		return MARKER_END;
	case MARKER_VALUE_COMMANDS:
		return MARKER_COMMANDS;
	case MARKER_VALUE_PRINT:
		return MARKER_PRINT;
	default:
		return MARKER_NONE;
	}
}

bool decode_iret(const uint8_t *code, size_t size)
{
	return size == 2 && code[0] == 0x48 && code[1] == 0xcf;
}

bool decode_ret(const uint8_t *code, size_t size)
{
	return size == 1 && code[0] == 0xc3;
}

bool decode_locked(const uint8_t *code, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		switch (code[i]) {
		case 0xf0:
			return true;
		case 0x2e: case 0x36: case 0x3e: case 0x26: case 0x64: case 0x65:
		case 0x66: case 0x67: case 0xf2: case 0xf3:
		case 0x40 ... 0x4f:
			continue;	/* other prefixes */
		case 0x86: case 0x87:	/* XCHG: locked unless between registers */
			return i + 1 < size && code[i + 1] >> 6 != 3;
		default:
			return false;
		}
	}
	return false;
}
