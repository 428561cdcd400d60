import type { Role } from './plan.ts'

interface Started {
  readonly role: Role
  readonly node: string
  readonly program: string
  readonly settingsFile: string
  /** Where its log goes. */
  readonly logFile: string
}

/** The label of a role for launchd, and the name of its file. */
export function launchLabel(role: Role): string {
  return `wp-visitor-counter.${role}`
}

/** A LaunchAgent of macOS: starts when its user logs in, and again when it has ended (launchd.plist(5)). */
export function launchAgent({ role, node, program, settingsFile, logFile }: Started): string {
  const words = [node, program, role, '--config', settingsFile]
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${launchLabel(role)}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xmlText(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>StandardErrorPath</key>
  <string>${xmlText(logFile)}</string>
</dict>
</plist>
`
}

/** The line for a console of Windows that starts a role whenever this user logs in. */
export function scheduledTask({ role, node, program, settingsFile }: Started): string {
  const words = [node, program, role, '--config', settingsFile].map((word) => `\\"${word}\\"`)
  return `schtasks /Create /SC ONLOGON /TN "visitor-counter ${role}" /TR "${words.join(' ')}"`
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
