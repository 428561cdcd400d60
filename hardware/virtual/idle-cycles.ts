import type { CPU } from 'avr8js'

// ATmega328P data sheet (DS40002061), chapter 31, "Instruction Set Summary".
export const SLEEP = 0x9588
/** LDS Rd,k; SBRS Rd,b; RJMP .-8: waits for a bit of a register, 5 cycles a round. */
const LDS = { mask: 0xfe0f, opcode: 0x9000 }
const SBRS = { mask: 0xfe08, opcode: 0xfe00 }
export const JUMP_BACK_TO_LDS = 0xcffc
const WAIT_ROUND_CYCLES = 5

/** Lets the time go on until an interrupt leads elsewhere. */
export function sleep(cpu: CPU, end: number): void {
  const { pc } = cpu
  while (cpu.cycles < end && cpu.pc === pc) {
    cpu.cycles = Math.max(cpu.cycles + 1, nextEvent(cpu, end))
    cpu.tick()
  }
}

/**
 * A register that is waited for does not change before something happens: those rounds are left out.
 * For a CPU that has just jumped back.
 */
export function skipWaiting(cpu: CPU, program: Uint16Array, end: number): void {
  const load = program[cpu.pc] ?? 0
  const skip = program[cpu.pc + 2] ?? 0
  if ((load & LDS.mask) !== LDS.opcode || (skip & SBRS.mask) !== SBRS.opcode) return
  // It may have happened since the register was read.
  const register = cpu.data[program[cpu.pc + 1] ?? 0] ?? 0
  if (((register >> (skip & 7)) & 1) === 1) return
  const rounds = Math.floor((nextEvent(cpu, end) - cpu.cycles) / WAIT_ROUND_CYCLES)
  cpu.cycles += Math.max(0, rounds) * WAIT_ROUND_CYCLES
}

/** The cycle at which a peripheral does something next; avr8js keeps it to itself. */
function nextEvent(cpu: CPU, end: number): number {
  return Math.min(end, cpu['nextClockEvent']?.cycles ?? end)
}
