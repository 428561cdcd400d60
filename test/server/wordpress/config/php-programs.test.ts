import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UsageError } from '../../../../common/errors.ts'
import { readWpConfig } from '../../../../server/wordpress/config/wp-config.ts'
import { temporaryFolder } from '../../../support/folder.ts'

const names = fc.constantFrom('$a', '$b', '$n')
const texts = fc.constantFrom("'x'", "'y'", "''", "'0'", '1', 'null', 'false', "getenv('STAGE')")
/** Known to both, or to a running PHP alone: rand(1, 1) and $argc are always true there. */
const tests = fc.oneof(
  fc.constantFrom('true', 'false', 'rand(1, 1)', '!rand(1, 1)', '$argc > 0', "getenv('NONE')"),
  fc.tuple(names, fc.constantFrom('==', '===', '!=', '!=='), texts).map((parts) => parts.join(' ')),
  fc.constantFrom('isset($b)', 'empty($a)', "defined('DB_NAME')", "strpos($a ?? '', 'x') === 0"),
)

const { statement } = fc.letrec<{ statement: string; block: string; loop: string }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(names, fc.constantFrom('=', '.=', '??='), texts).map((parts) => `${parts.join(' ')};`),
    fc.tuple(names, names).map(([to, from]) => `${to} = ${from} ?? 'z';`),
    fc.constantFrom(
      "define('DB_NAME', 'early');",
      "defined('DB_NAME') || define('DB_NAME', $n ?? 'late');",
      'unset($b);',
      "return 'r';",
      'f($a);',
      "$n = f($b) . 'e';",
      "putenv('STAGE=other');",
      "$GLOBALS['b'] = 'g';",
    ),
    fc
      .tuple(tests, tie('block'), tie('block'))
      .map(([test, a, b]) => `if (${test}) ${a} else ${b}`),
    fc.tuple(tests, tie('block')).map(([test, a]) => `if (${test}) ${a}`),
    tie('loop').map((body) => `foreach (['p', 'q'] as $b) ${body}`),
    tie('loop').map((body) => `for (; $i++ < 5; ) ${body}`),
    fc.tuple(tests, tie('loop')).map(([test, a]) => `while (${test} && $i++ < 9) ${a}`),
    fc
      .tuple(names, tie('block'), tie('block'))
      .map(([name, a, b]) => `switch (${name} ?? 'x') { case 'x': ${a} break; default: ${b} }`),
    fc.tuple(tests, names).map(([test, name]) => `${name} = ${test} ? 'yes' : 'no';`),
    fc
      .tuple(tests, tie('block'))
      .map(([test, a]) => `try { if (${test}) throw new Exception(); } catch (Exception $e) ${a}`),
  ),
  loop: fc
    .tuple(tie('block'), tests, fc.constantFrom('break', 'continue'), tie('block'))
    .map(([first, test, way, then]) => `{ ${first} if (${test}) ${way}; ${then} }`),
  block: fc.array(tie('statement'), { maxLength: 3 }).map((all) => `{ ${all.join(' ')} }`),
}))

/** Programs as no one writes them: whatever they do, no other database than PHP's own is opened. */
test('of any program the answer is the one of PHP, or none', async (t) => {
  const folder = await temporaryFolder(t)
  const programs = fc
    .tuple(
      fc.array(statement, { minLength: 1, maxLength: 5 }),
      fc.array(statement, { maxLength: 2 }),
    )
    .map(([main, inFunction]) =>
      [
        '<?php',
        `function f(&$n) { ${inFunction.filter((code) => !/\bf\(/.test(code)).join(' ')} return 'f'; }`,
        // One counter that only goes up: no program runs for ever.
        '$i = 0;',
        ...main,
        "defined('DB_NAME') || define('DB_NAME', (string) ($n ?? 'open'));",
        "define('DB_USER', 'u'); define('DB_PASSWORD', 'p');",
      ].join('\n'),
    )
  const samples = fc.sample(programs, { numRuns: 60, seed: 20_261_128 })
  const files = await Promise.all(
    samples.map(async (code, index) => {
      const file = join(folder, `${index}.php`)
      await writeFile(file, code)
      return file
    }),
  )
  const answers = byPhp(files)
  let told = 0
  for (const [index, file] of files.entries()) {
    const answer = answers[index]
    const ours = await readWpConfig(file, {
      env: { STAGE: 'live' },
      readFile: (path) => readFileSync(path, 'utf8'),
      exists: existsSync,
    }).catch((error: unknown) => error)
    if (ours instanceof UsageError) continue
    assert.ok(!(ours instanceof Error), String(ours))
    told++
    assert.deepEqual(
      ours,
      { ...Object(ours), connection: Object({ ...Object(ours).connection, database: answer }) },
      samples[index],
    )
  }
  assert.ok(told > samples.length / 5, `only ${told} of ${samples.length} were told`)
})

/** What DB_NAME is at the end of each file, of one PHP for all of them; undefined where it ends without. */
function byPhp(files: readonly string[]): (string | undefined)[] {
  const script = `
    $answers = [];
    foreach (json_decode(file_get_contents('php://stdin')) as $file) {
      $code = 'error_reporting(0); register_shutdown_function(function () { echo "<", defined("DB_NAME") ? DB_NAME : "\\0", ">"; }); require ' . var_export($file, true) . ';';
      $out = shell_exec('env -i STAGE=live php -n -d variables_order=EGPCS -r ' . escapeshellarg($code));
      $answers[] = preg_match('/<([^<>]*)>$/', (string) $out, $m) ? $m[1] : "\\0";
    }
    echo json_encode($answers);`
  const output = execFileSync('php', ['-n', '-r', script], { input: JSON.stringify(files) })
  const answers: unknown = JSON.parse(output.toString())
  assert.ok(Array.isArray(answers))
  return answers.map((answer) => (answer === '\0' ? undefined : String(answer)))
}
