import { messageOf } from '../../common/errors.ts'
import type { Finding } from '../../server/doctor.ts'
import { columnsOf, painter, type TextOut, wrap } from '../text.ts'

export function problem(subject: string, error: unknown, advice: string): Finding {
  return { subject, status: 'problem', text: messageOf(error), advice }
}

const marks = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' } as const
const colours = { ok: 'green', warning: 'yellow', problem: 'red' } as const
const subjectWidth = 20

/** A finding for people, as wide as the terminal allows. */
export function findingText(
  { subject, status, text, advice }: Finding,
  out: TextOut,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const paint = painter(out, env)
  const columns = out.isTTY ? columnsOf(out) : Number.POSITIVE_INFINITY
  const indent = marks.ok.length + 2 + subjectWidth + 2
  const line = wrap(`${marks[status]}  ${subject.padEnd(subjectWidth)}  ${text}`, columns, indent)
  const coloured = line.replace(marks[status], (mark) => paint(colours[status], mark))
  if (advice === undefined) return `${coloured}\n`
  const arrow = wrap(`${' '.repeat(indent)}-> ${advice}`, columns, indent + 3)
  return `${coloured}\n${arrow}\n`
}
