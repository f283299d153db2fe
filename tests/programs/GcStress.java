// SPDX-License-Identifier: GPL-2.0
/*
 * Work for a garbage collector, with a result that doesn't depend on it: threads replace blocks of a big heap, each
 * one's contents a function of its place and its turn, and look at what they replace.
 *
 * Usage: java GcStress THREADS MEGABYTES ROUNDS [break] - MEGABYTES stay in use, ROUNDS times all of them are replaced;
 * with "break" one block is changed in between. Prints "checksum X", or "wrong: ..." for each block that has changed.
 *
 * Exit status: 0 all blocks were as written; 1 not.
 */
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

final class GcStress extends Thread {
	private static final int PAGE = 4096;
	private static final int LARGEST = 64 * PAGE;
	private static final AtomicInteger wrong = new AtomicInteger();

	private final int self;
	private final int blocks;
	private final int rounds;
	private final boolean breaks;
	private long checksum;

	private GcStress(int self, int blocks, int rounds, boolean breaks) {
		this.self = self;
		this.blocks = blocks;
		this.rounds = rounds;
		this.breaks = breaks;
	}

	/* What is written to PLACE in ROUND: different sizes, and something different on each page. */
	private byte[] fill(int place, int round) {
		byte[] block = new byte[PAGE + (place * 31 + round * 17) % 64 * (LARGEST - PAGE) / 63];
		long value = ((long) self << 48) + ((long) round << 32) + place;

		for (int at = 0; at < block.length; at += PAGE)
			for (int i = 0; i < 8 && at + i < block.length; i++)
				block[at + i] = (byte) (value * 0x9e3779b97f4a7c15L + at >>> 8 * i);
		return block;
	}

	private static long sum(byte[] block) {
		CRC32 crc = new CRC32();

		crc.update(block);
		return crc.getValue();
	}

	@Override
	public void run() {
		byte[][] heap = new byte[blocks][];
		long[] sums = new long[blocks];

		for (int round = 0; round < rounds; round++) {
			for (int place = 0; place < blocks; place++) {
				if (round > 0 && sum(heap[place]) != sums[place]) {
					System.out.println("wrong: block " + place + " of thread " + self + " in round " + round);
					wrong.incrementAndGet();
				}
				heap[place] = fill(place, round);
				sums[place] = sum(heap[place]);
				checksum = checksum * 31 + sums[place];
			}
			if (breaks && self == 0)
				heap[blocks / 2][0]++;
		}
	}

	public static void main(String[] arguments) throws InterruptedException {
		GcStress[] threads = new GcStress[Integer.parseInt(arguments[0])];
		long bytes = Long.parseLong(arguments[1]) << 20;
		int blocks = (int) (bytes / threads.length / ((PAGE + LARGEST) / 2));
		long checksum = 0;

		for (int i = 0; i < threads.length; i++) {
			threads[i] = new GcStress(i, blocks, Integer.parseInt(arguments[2]), arguments.length > 3);
			threads[i].start();
		}
		for (GcStress thread : threads) {
			thread.join();
			checksum = checksum * 31 + thread.checksum;
		}
		System.out.println("checksum " + Long.toHexString(checksum));
		System.exit(wrong.get() == 0 ? 0 : 1);
	}
}
