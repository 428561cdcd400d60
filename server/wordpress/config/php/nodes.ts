/** The parts of PHP's syntax tree that are read here, by php-parser's names for them. */
type Kinds = {
  array: { items: { key: PhpNode | null; value: PhpNode }[] }
  assign: { left: PhpNode; right: PhpNode; operator: string }
  bin: { type: string; left: PhpNode; right: PhpNode }
  block: { children: PhpNode[] }
  boolean: { value: boolean }
  break: object
  call: { what: PhpNode; arguments: PhpNode[] }
  case: { test: PhpNode | null; body: { children: PhpNode[] } | null }
  cast: { type: string; expr: PhpNode }
  constantstatement: { constants: { name: { name: string }; value: PhpNode }[] }
  empty: { expression: PhpNode }
  encapsed: { type: string; raw: string; value: { expression: PhpNode }[] }
  eval: { source: PhpNode }
  expressionstatement: { expression: PhpNode }
  identifier: { name: string }
  if: { test: PhpNode; body: PhpNode; alternate: PhpNode | null }
  include: { target: PhpNode; once: boolean }
  inline: object
  isset: { variables: PhpNode[] }
  magic: { value: string }
  name: { name: string }
  namedargument: { value: PhpNode }
  namespace: { children: PhpNode[] }
  new: { what: PhpNode; arguments: PhpNode[] }
  nowdoc: { value: string }
  nullkeyword: object
  number: { value: string }
  offsetlookup: { what: PhpNode; offset: PhpNode | false }
  propertylookup: { what: PhpNode; offset: PhpNode }
  retif: { test: PhpNode; trueExpr: PhpNode | null; falseExpr: PhpNode }
  return: { expr: PhpNode | null }
  silent: { expr: PhpNode }
  staticlookup: { what: PhpNode; offset: PhpNode }
  string: { value: string; raw: string; isDoubleQuote: boolean }
  switch: { test: PhpNode; body: { children: PhpNode[] } }
  try: { body: PhpNode }
  unary: { type: string; what: PhpNode }
  variable: { name: string | PhpNode }
}

export type PhpNode = {
  [K in keyof Kinds]: { kind: K; loc: { start: { line: number } } } & Kinds[K]
}[keyof Kinds]

/** With `eval` the code begins in PHP, without an opening tag. */
export type ParsePhp = (code: string, how: 'file' | 'eval') => PhpNode[] | { errorLine: number }

/** Loads php-parser, which takes 46 ms and 8 MB and is not always needed. */
export async function loadPhpParser(): Promise<ParsePhp> {
  const { Engine } = await import('php-parser')
  return (code, how) => {
    const engine = new Engine({ parser: { version: '8.5' }, ast: { withPositions: true } })
    try {
      const program = how === 'eval' ? engine.parseEval(code) : engine.parseCode(code, '')
      // The package types `kind` as a mere string and several members wrongly (`number.value`,
      // `constant.name`, `call.what`); kinds that are not in the list above fall to a `default`.
      return program.children as unknown as PhpNode[]
    } catch (error) {
      // The message repeats a piece of the file, which may be a password; only the line is taken.
      const line = error instanceof SyntaxError && 'lineNumber' in error ? error.lineNumber : 0
      return { errorLine: Number(line) }
    }
  }
}
