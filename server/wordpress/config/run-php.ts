import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { FatalError, messageOf, UsageError } from '../../../common/errors.ts'
import { connectionOf, constantsAsked } from './connection-of.ts'
import type { WpConfig } from './wp-config.ts'

/** How to start a PHP that reads its script from standard input, here or on another machine. */
export type PhpCommand = readonly [program: string, ...args: string[]]

export const localPhp: PhpCommand = ['php']

const limitMs = 20_000
/** Of what PHP and the configuration print. */
const mostOutput = 1_000_000

/** What the script says at its end; texts in base 64, as a password need not be UTF-8. */
const Report = v.object({
  constants: v.record(v.string(), v.nullable(v.string())),
  prefix: v.nullable(v.string()),
  /** Where PHP gave up. */
  line: v.nullable(v.number()),
})

/**
 * Lets PHP itself say what a configuration ends with: PHP runs the file, as WP-CLI does, up to the
 * point where it would load WordPress.
 *
 * @param file of the configuration, on the machine of that PHP
 * @throws FatalError when there is no PHP, or the configuration ends in an error
 */
export async function runWpConfig(file: string, command: PhpCommand = localPhp): Promise<WpConfig> {
  const mark = randomBytes(12).toString('hex')
  const output = await run(command, script(file, mark))
  const [, encoded] = new RegExp(`${mark}:([A-Za-z0-9+/=]+)`).exec(output) ?? []
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), Report),
    Buffer.from(encoded ?? '', 'base64').toString('utf8'),
  )
  if (!parsed.success) {
    throw new FatalError(
      `--php: ${command[0]} did not get to the end of ${file}; look whether it runs there by itself, or give --database`,
    )
  }
  const { constants, prefix, line } = parsed.output
  if (line !== null && constants['DB_NAME'] === undefined) {
    throw new UsageError(
      `${file}: PHP gave up in it, at line ${line}; correct it, or give --database`,
    )
  }
  const text = (value: string | null | undefined) =>
    value === null || value === undefined ? undefined : Buffer.from(value, 'base64').toString()
  const isHere = command === localPhp
  const connection = connectionOf({
    file,
    constant: (name) => text(constants[name]),
    exists: isHere ? existsSync : () => false,
    readText: (other) => (isHere && existsSync(other) ? readFileSync(other, 'utf8') : undefined),
  })
  return { connection, tablePrefix: text(prefix) || undefined, file }
}

async function run([program, ...args]: PhpCommand, script: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: limitMs })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < mostOutput) output += text
  })
  // A PHP that is not there breaks the pipe, which its error event explains better.
  child.stdin.on('error', () => undefined).end(script)
  await new Promise<void>((resolve, reject) => {
    child.on('close', () => resolve())
    child.on('error', (error) => {
      const reason =
        'code' in error && error.code === 'ENOENT' ? 'is not installed' : messageOf(error)
      reject(
        new FatalError(
          `--php: the program "${program}" ${reason}; install PHP, or give --database`,
        ),
      )
    })
  })
  return output
}

/**
 * A script that runs a configuration and reports. The file system that it sees has a wp-settings.php
 * that only ends the script: WordPress itself is not loaded, and all other files are the real ones.
 */
function script(file: string, mark: string): string {
  const wordpress = `${dirname(file)}/`
  return `<?php
error_reporting(0);
ini_set('display_errors', '0');
register_shutdown_function(function () {
  VisitorCounterFiles::leave();
  $constants = [];
  foreach (${phpList(constantsAsked)} as $name) {
    $value = defined($name) ? constant($name) : null;
    if (defined($name)) $constants[$name] = is_scalar($value) || $value === null ? base64_encode((string) $value) : null;
  }
  $prefix = $GLOBALS['table_prefix'] ?? null;
  $error = error_get_last();
  $fatal = $error !== null && ($error['type'] & (E_ERROR | E_PARSE | E_COMPILE_ERROR | E_USER_ERROR)) !== 0;
  echo '${mark}:' . base64_encode(json_encode([
    'constants' => (object) $constants,
    'prefix' => is_scalar($prefix) ? base64_encode((string) $prefix) : null,
    'line' => $fatal ? $error['line'] : null,
  ]));
});
${stoppingFiles}
if (file_exists(${phpText(join(wordpress, 'wp-settings.php'))})) define('ABSPATH', ${phpText(wordpress)});
chdir(${phpText(dirname(file))});
VisitorCounterFiles::enter();
require ${phpText(file)};
`
}

/** PHP's own files, but for a wp-settings.php that ends the script. */
const stoppingFiles = `final class VisitorCounterFiles {
  public $context;
  private $handle;
  public static function enter() {
    stream_wrapper_unregister('file');
    stream_wrapper_register('file', self::class);
  }
  public static function leave() {
    @stream_wrapper_restore('file');
  }
  private static function real($work) {
    self::leave();
    try {
      return $work();
    } finally {
      self::enter();
    }
  }
  public function stream_open($path, $mode, $options, &$opened) {
    $this->handle = self::real(function () use ($path, $mode) {
      if (basename($path) !== 'wp-settings.php') return @fopen($path, $mode);
      $stop = fopen('php://memory', 'w+');
      fwrite($stop, '<?php exit;');
      rewind($stop);
      return $stop;
    });
    return $this->handle !== false;
  }
  public function stream_read($count) { return fread($this->handle, $count); }
  public function stream_write($data) { return fwrite($this->handle, $data); }
  public function stream_eof() { return feof($this->handle); }
  public function stream_tell() { return ftell($this->handle); }
  public function stream_seek($offset, $whence) { return fseek($this->handle, $offset, $whence) === 0; }
  public function stream_stat() { return fstat($this->handle); }
  public function stream_lock($operation) { return $operation === 0 || flock($this->handle, $operation); }
  public function stream_set_option($option, $first, $second) { return false; }
  public function stream_close() { fclose($this->handle); }
  public function url_stat($path, $flags) {
    return self::real(function () use ($path, $flags) {
      return $flags & STREAM_URL_STAT_LINK ? @lstat($path) : @stat($path);
    });
  }
  public function dir_opendir($path, $options) {
    $this->handle = self::real(function () use ($path) { return @opendir($path); });
    return $this->handle !== false;
  }
  public function dir_readdir() { return readdir($this->handle); }
  public function dir_rewinddir() { rewinddir($this->handle); return true; }
  public function dir_closedir() { closedir($this->handle); return true; }
}`

function phpText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function phpList(texts: readonly string[]): string {
  return `[${texts.map(phpText).join(', ')}]`
}
