/** A file of a service. */
export interface UnitFile {
  /** Below the folder of the units. */
  readonly name: string
  readonly text: string
}

export interface ScriptOptions {
  /** As `/etc/systemd/system`. */
  readonly folder: string
  readonly files: readonly UnitFile[]
  readonly units: readonly string[]
  /** Of Node, which asks for the health. */
  readonly node: string
  /** The address that has to answer before all is well; undefined where there is no bridge. */
  readonly healthUrl: string | undefined
  /** How long it may take, seconds. */
  readonly healthSeconds: number
}

/**
 * A script for root that installs services, starts them and waits until they are well; when they are not,
 * all is as it was before.
 */
export function installScript(options: ScriptOptions): string {
  const { folder, files, units, node, healthUrl, healthSeconds } = options
  const names = units.join(' ')
  const made = [...new Set(files.map(({ name }) => name.split('/')[0] ?? name))]
  return `#!/bin/sh
# Installs ${names}. Made by "visitor-counter service install".
set -eu
units=${shellText(folder)}
before=$(mktemp -d)
undo() {
  code=$?
  if [ "$code" -ne 0 ]; then
    echo 'The services did not get well; all is put back as it was.' >&2
    journalctl --no-pager --lines 5 --output cat ${units.map((unit) => `--unit ${unit}`).join(' ')} >&2 2>/dev/null || true
    systemctl stop ${names} 2>/dev/null || true
    systemctl disable ${names} 2>/dev/null || true
    for made in ${made.map(shellText).join(' ')}; do
      rm -rf "$units/$made"
      [ ! -e "$before/$made" ] || cp -a "$before/$made" "$units/$made"
    done
    systemctl daemon-reload || true
    for unit in ${names}; do
      [ ! -e "$before/$unit" ] || { systemctl enable "$unit" && systemctl restart "$unit"; } || true
    done
  fi
  rm -rf "$before"
  exit "$code"
}
trap undo EXIT
trap 'exit 130' INT TERM
for made in ${made.map(shellText).join(' ')}; do
  [ ! -e "$units/$made" ] || cp -a "$units/$made" "$before/$made"
done
${files.map(({ name, text }) => fileText(name, text)).join('\n')}
systemctl daemon-reload
systemctl enable ${names}
systemctl restart ${names}
${healthUrl === undefined ? '' : waitText(node, healthUrl, healthSeconds)}`
}

function fileText(name: string, text: string): string {
  const folder = name.includes('/')
    ? `mkdir -p "$units"/${shellText(name.replace(/\/[^/]*$/, ''))}\n`
    : ''
  return `${folder}cat >"$units"/${shellText(name)} <<'END_OF_FILE'
${text.trimEnd()}
END_OF_FILE
chmod 644 "$units"/${shellText(name)}`
}

/** The bridge is well when it has read a number, or counts for the first time. */
function waitText(node: string, url: string, seconds: number): string {
  const program = `
const until = Date.now() + ${seconds * 1000}
const ask = () => fetch(process.argv[1]).then((answer) => answer.ok, () => false).then((well) => {
  if (well) process.exit(0)
  if (Date.now() > until) { console.error('no answer at ' + process.argv[1]); process.exit(1) }
  setTimeout(ask, 500)
})
ask()`
  return `${shellText(node)} -e ${shellText(program.trim())} ${shellText(url)}
`
}

/** A script for root that takes services away again. */
export function removeScript(folder: string, units: readonly string[]): string {
  return `#!/bin/sh
# Removes ${units.join(' ')}. Made by "visitor-counter service remove".
set -eu
units=${shellText(folder)}
systemctl stop ${units.join(' ')} 2>/dev/null || true
systemctl disable ${units.join(' ')} 2>/dev/null || true
for unit in ${units.join(' ')}; do
  rm -rf "$units/$unit" "$units/$unit.d"
done
systemctl daemon-reload
`
}

function shellText(text: string): string {
  return /^[\w./+@:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
