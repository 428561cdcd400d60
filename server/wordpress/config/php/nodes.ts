/** The parts of PHP's syntax tree that are read here, by php-parser's names for them. */
type Kinds = {
  array: {
    items: ({ key: PhpNode | null; value: PhpNode; byRef: boolean; unpack: boolean } | null)[]
  }
  assign: { left: PhpNode; right: PhpNode; operator: string }
  assignref: { left: PhpNode; right: PhpNode }
  bin: { type: string; left: PhpNode; right: PhpNode }
  block: { children: PhpNode[] }
  boolean: { value: boolean }
  break: { level: PhpNode | null }
  call: { what: PhpNode; arguments: PhpNode[] }
  case: { test: PhpNode | null; body: { children: PhpNode[] } | null }
  cast: { type: string; expr: PhpNode }
  class: { name: { name: string } | null; body: PhpNode[] }
  closure: { uses: Named[]; body: PhpNode }
  constantstatement: { constants: { name: { name: string }; value: PhpNode }[] }
  continue: { level: PhpNode | null }
  declare: { children: PhpNode[] }
  do: { test: PhpNode; body: PhpNode | null }
  echo: { expressions: PhpNode[] }
  empty: { expression: PhpNode }
  encapsed: { type: string; raw: string; value: { expression: PhpNode }[] }
  eval: { source: PhpNode }
  exit: { expression: PhpNode | null }
  expressionstatement: { expression: PhpNode }
  for: { init: PhpNode[]; test: PhpNode[]; increment: PhpNode[]; body: PhpNode | null }
  foreach: { source: PhpNode; key: PhpNode | null; value: Named; body: PhpNode | null }
  function: {
    name: { name: string }
    arguments: PhpParameter[]
    byref: boolean
    body: PhpNode | null
  }
  global: { items: PhpNode[] }
  goto: object
  identifier: { name: string }
  if: { test: PhpNode; body: PhpNode | null; alternate: PhpNode | null }
  include: { target: PhpNode; once: boolean; require: boolean }
  inline: object
  isset: { variables: PhpNode[] }
  list: { items: ({ key: PhpNode | null; value: PhpNode } | null)[] }
  magic: { value: string }
  name: { name: string }
  namedargument: { name: string; value: PhpNode }
  namespace: { children: PhpNode[] }
  new: { what: PhpNode; arguments: PhpNode[] }
  nowdoc: { value: string }
  nullkeyword: object
  number: { value: string }
  offsetlookup: { what: PhpNode; offset: PhpNode | false }
  post: { type: '+' | '-'; what: PhpNode }
  pre: { type: '+' | '-'; what: PhpNode }
  print: { expression: PhpNode }
  propertylookup: { what: PhpNode; offset: PhpNode }
  retif: { test: PhpNode; trueExpr: PhpNode | null; falseExpr: PhpNode }
  return: { expr: PhpNode | null }
  silent: { expr: PhpNode }
  static: { variables: { variable: PhpNode }[] }
  staticlookup: { what: PhpNode; offset: PhpNode }
  string: { value: string; raw: string; isDoubleQuote: boolean }
  switch: { test: PhpNode; body: { children: PhpNode[] } }
  throw: { what: PhpNode }
  try: { body: PhpNode; catches: { body: PhpNode }[]; always: PhpNode | null }
  unary: { type: string; what: PhpNode }
  unset: { variables: PhpNode[] }
  variable: { name: string | PhpNode; byref?: boolean }
  while: { test: PhpNode; body: PhpNode | null }
}

type Loc = { loc: { start: { line: number } } }
type Named = { kind: 'variable' } & Loc & Kinds['variable']

interface PhpParameter {
  name: { name: string }
  value: PhpNode | null
  byref: boolean
  variadic: boolean
}

export type NodeOf<K extends keyof Kinds> = { kind: K } & Loc & Kinds[K]
export type PhpNode = { [K in keyof Kinds]: NodeOf<K> }[keyof Kinds]

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
