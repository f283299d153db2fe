/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMAs, page tables and RCU: what may be touched, and when it is freed.
 *
 * The state word is vm_state in small: users in bits 0-1, state in bits 2-3,
 * generation in bits 4-7.
 */
#define LIVE		0
#define BABY		4
#define EXCL		8
#define ZOMBIE		12
#define USERS(w)	((w) & 3)
#define STATE(w)	((w) & 12)
#define GEN(w)		((w) >> 4)
#define GENBITS(w)	((w) & 240)
#define WITH_GEN(s)	((s) << 4)

/* What a stale bit leaves behind when it is removed. */
#ifdef M_DROP_GEN
#define KEEP(w)		0
#else
#define KEEP(w)		GENBITS(w)
#endif

/*
 * call_rcu() as early as it can act: what is dead is gone as soon as the RCU
 * readers of that moment have left.  Ghost state, not memory.
 */
byte rcu_readers;		/* mask of processes */
bit vma_dead[NV];
byte vma_grace[NV];		/* mask of readers to wait for */
bit table_dead[NT];
byte table_grace[NT];


bit use_after_free;

#define VMA_FREED(v)	(vma_dead[v] && vma_grace[v] == 0)
#define TABLE_FREED(t)	(table_dead[t] && table_grace[t] == 0)

/* before each access to a VMA, a table, by anyone */
#define TOUCH_VMA(v)	use_after_free = VMA_FREED(v); assert(!use_after_free)
#define TOUCH_TABLE(t)	use_after_free = TABLE_FREED(t); assert(!use_after_free)

#ifdef M_VMA_NO_RCU
#define VMA_READERS	0
#else
#define VMA_READERS	rcu_readers
#endif
#ifdef M_TABLE_NO_RCU
#define TABLE_READERS	0
#else
#define TABLE_READERS	rcu_readers
#endif

inline rcu_read_lock()
{
	rcu_readers = rcu_readers | (1 << me)
}

/* What the reader stored is in memory before a grace period ends. */
inline rcu_read_unlock()
{
	atomic {
		EMPTY ->
		rcu_readers = rcu_readers & ~(1 << me);
		i = 0;
		do
		:: i < NV -> vma_grace[i] = vma_grace[i] & ~(1 << me); i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NT -> table_grace[i] = table_grace[i] & ~(1 << me); i++
		:: else -> break
		od;
		i = 0
	}
}

inline free_vma(v)
{
	d_step { vma_dead[v] = 1; vma_grace[v] = VMA_READERS }
}

inline free_table(t)
{
	d_step { table_dead[t] = 1; table_grace[t] = TABLE_READERS }
}

inline spin_lock_ptl(t)
{
	atomic { EMPTY && mem[PTL(t)] == 0 -> TOUCH_TABLE(t); mem[PTL(t)] = 1 }
}

inline spin_unlock_ptl(t)
{
	WRITE(PTL(t), 0)
}
